"""星级: levels by accumulated hours (`config/recognition.toml`), read once when a process starts."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from backend.foundation.catalogues import Entry, load
from backend.foundation.in_use import InUse


class Star(Entry):
    """One level and the hours from which it is reached."""

    level: int = Field(ge=1, le=10)
    hours: int = Field(ge=1, le=100_000)


class Recognition(Entry):
    """The catalogue: levels one above the other."""

    stars: tuple[Star, ...]

    @model_validator(mode="after")
    def _levels_rise(self) -> Self:
        steps = [(star.level, star.hours) for star in self.stars]
        if (
            steps != sorted(steps)
            or len({hours for _, hours in steps}) < len(steps)
            or [level for level, _ in steps] != list(range(1, len(steps) + 1))
        ):
            raise ValueError("星级应为 1、2、3……依次排列，小时数逐级增加")
        return self


_in_use: InUse[Recognition] = InUse("star levels")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Recognition:
    """Read the catalogue. Raises CatalogueInvalid."""
    return load(path, Recognition)


def star_of_hours(tenths_of_hours: int) -> int:
    """Of which star somebody has the hours who served so long (in tenths of an hour); 0 below the first. The title takes an
    application, and is judged by quality, too."""
    return max((star.level for star in current().stars if tenths_of_hours >= star.hours * 10), default=0)


def hours_to_next(tenths_of_hours: int) -> int | None:
    """Tenths of an hour that are missing to the next level; None on the highest."""
    return min((star.hours * 10 - tenths_of_hours for star in current().stars if tenths_of_hours < star.hours * 10), default=None)
