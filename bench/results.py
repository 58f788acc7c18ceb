"""Shows the results of benchmarks, each figure beside its floor, as a table and as `bench/results.json`."""

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

FILE = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Result:
    """One line.

    `ratio` is value ÷ floor, of medians; `spread` is the lowest and the highest ratio of a single round. A figure without a floor has no
    ratio, and `spread` is of its values. `aim` is of the ratio, or of the value where there is no floor; None is for what is only watched.
    """

    name: str
    value: float
    unit: str
    floor: float | None
    ratio: float | None
    aim: float | None
    met: bool
    rounds: int
    spread: tuple[float, float]


def compared(name: str, values: Sequence[float], floors: Sequence[float], *, unit: str, aim: float | None = None) -> Result:
    """Rounds of a figure held against the rounds of its floor that ran between them.

    Of what is counted by the second (`unit` ends in /s) more is better and `aim` is the least ratio; of anything else it is the most.
    """
    value, floor = statistics.median(values), statistics.median(floors)
    each = [one / other for one, other in zip(values, floors, strict=True)]
    ratio = value / floor
    return Result(name, value, unit, floor, ratio, aim, _meets(ratio, aim, unit), len(values), (min(each), max(each)))


def watched(name: str, values: Sequence[float], *, unit: str, aim: float | None = None) -> Result:
    """Rounds of a figure that has no floor; `aim` is then of the figure itself."""
    value = statistics.median(values)
    return Result(name, value, unit, None, None, aim, _meets(value, aim, unit), len(values), (min(values), max(values)))


def _meets(found: float, aim: float | None, unit: str) -> bool:
    return aim is None or (found >= aim if _more_is_better(unit) else found <= aim)


def _more_is_better(unit: str) -> bool:
    return unit.endswith("/s")


Found = TypeVar("Found")


def interleaved(contestants: dict[str, Callable[[], Found]], *, rounds: int, say: Callable[[str], None]) -> dict[str, list[Found]]:
    """Let each contestant run once a round, in turn, the first of each round another one, so that no slow minute hits only one.

    A round before the first warms everything up and is not counted.
    """
    measured: dict[str, list[Found]] = {name: [] for name in contestants}
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
    wide = max([len(one.name) for one in results], default=0) + 2
    lines = [f"{'':{wide}}{'value':>12}  {'floor':>12}  {'ratio':>6}  {'spread':>17}  {'aim':>8}"]
    for one in results:
        floor = "" if one.floor is None else f"{one.floor:,.1f}"
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        spread = "-".join(f"{end:.2f}" if one.floor is not None else f"{end:,.1f}" for end in one.spread)
        aim = "" if one.aim is None else f"{'≥' if _more_is_better(one.unit) else '≤'} {one.aim:,.2f}".removesuffix(".00")
        verdict = "" if one.met else "  MISSED"
        lines.append(f"{one.name:{wide}}{one.value:>12,.1f}  {floor:>12}  {ratio:>6}  {spread:>17}  {aim:>8}  {one.unit}{verdict}")
    return "\n".join(lines)


def write(results: Sequence[Result]) -> None:
    """Keep them for whoever compares runs."""
    FILE.write_text(json.dumps([asdict(one) for one in results], indent=1) + "\n")
