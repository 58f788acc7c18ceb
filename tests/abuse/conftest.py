"""The villains, each by name; what each tried and got is told at the end of the run."""

from collections.abc import Callable, Iterator

import pytest

from tests.abuse.villain import Villain


@pytest.fixture
def villain(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Villain]]:
    """Makes one: `villain("locker-out")`. Whoever has loot in the end fails the test."""
    made: list[Villain] = []

    def make(name: str) -> Villain:
        made.append(Villain(name))
        return made[-1]

    yield make
    for one in made:
        request.node.user_properties.append(("villain", str(one)))
        assert one.tried > 0, "nobody was tempted"
        assert one.loot == [], str(one)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for each villain."""
    for report in (*terminalreporter.getreports(""), *terminalreporter.getreports("error")):  # a teardown's: quiet, or gone wrong
        for name, told in getattr(report, "user_properties", ()):
            if name == "villain" and report.when == "teardown":
                terminalreporter.write_line(str(told))
