"""What a benchmark found: rounds of a figure beside rounds of its floor, as a table and as `bench/results.json`."""

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Result:
    """One line. `ratio` is value ÷ floor, of medians; `spread` is the lowest and the highest ratio of a single round."""

    name: str
    value: float
    unit: str
    floor: float
    ratio: float
    aim: float
    met: bool
    rounds: int
    spread: tuple[float, float]


def compared(name: str, values: Sequence[float], floors: Sequence[float], *, unit: str, aim: float) -> Result:
    """Rounds of a figure held against the rounds of its floor that ran between them. More is better; `aim` is the least ratio."""
    value, floor = statistics.median(values), statistics.median(floors)
    each = [one / other for one, other in zip(values, floors, strict=True)]
    ratio = value / floor
    return Result(name, value, unit, floor, ratio, aim, ratio >= aim, len(values), (min(each), max(each)))


def interleaved(contestants: dict[str, Callable[[], float]], *, rounds: int, say: Callable[[str], None]) -> dict[str, list[float]]:
    """Let each contestant run once a round, in turn, the first of each round another one, so that no slow minute hits only one.

    A round before the first warms everything up and is not counted.
    """
    measured: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(rounds + 1):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            value = contestants[name]()
            if number > 0:
                measured[name].append(value)
        say(f"round {number} of {rounds}" + (" (warm-up)" if number == 0 else ""))
    return measured


def table(results: Sequence[Result]) -> str:
    """The results for a terminal."""
    lines = [f"{'':34}{'value':>12}  {'floor':>12}  {'ratio':>6}  {'spread':>12}  {'aim':>5}"]
    for one in results:
        spread = f"{one.spread[0]:.2f}-{one.spread[1]:.2f}"
        verdict = "" if one.met else "  MISSED"
        lines.append(
            f"{one.name:34}{one.value:>12,.1f}  {one.floor:>12,.1f}  {one.ratio:>6.2f}  {spread:>12}  {one.aim:>5.2f}  {one.unit}{verdict}"
        )
    return "\n".join(lines)


def write(results: Sequence[Result]) -> None:
    """Keep them for whoever compares runs."""
    FILE.write_text(json.dumps([asdict(one) for one in results], indent=1) + "\n")
