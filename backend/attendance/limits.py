"""How much of what was served counts (`config/services.toml`), read once when a process starts."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from backend.foundation.catalogues import Entry, load
from backend.foundation.in_use import InUse


class Day(Entry):
    """What counts of one person and Shanghai day."""

    most_hours: int = Field(ge=1, le=24)

    @property
    def most_minutes(self) -> int:
        """So many minutes count without further ado."""
        return self.most_hours * 60


class Bounds(Entry):
    """Between which parallels and meridians a place lies, in degrees."""

    south: Annotated[float, Field(ge=-90, le=90)]
    north: Annotated[float, Field(ge=-90, le=90)]
    west: Annotated[float, Field(ge=-180, le=180)]
    east: Annotated[float, Field(ge=-180, le=180)]

    @model_validator(mode="after")
    def _hold_something(self) -> Self:
        if self.south >= self.north or self.west >= self.east:
            raise ValueError("south 应小于 north，west 应小于 east")
        return self

    def hold(self, latitude: float, longitude: float) -> bool:
        """Whether the place lies within."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


CHINA = Bounds(south=3.8, north=53.6, west=73.4, east=135.1)


class Place(Entry):
    """How far a position may be from where one serves, and where services take place at all: in China, where nothing narrower is set."""

    far_m: int = Field(ge=500, le=1_000_000)
    bounds: Bounds = CHINA

    def is_far(self, *distances_m: int | None) -> bool:
        """Whether one of the distances is so long that somebody has to look at the record."""
        return any(distance is not None and distance > self.far_m for distance in distances_m)


class Door(Entry):
    """How often one may give a wrong code of a door."""

    most_wrong: int = Field(ge=1, le=100)


class Signing(Entry):
    """How late a sign-in or sign-out may be sent that was scanned on a bad line, in minutes."""

    sent_later_minutes: int = Field(default=30, ge=0, le=240)


class LateEntries(Entry):
    """Until when an activity that nobody published may be entered, and with what proof."""

    within_days: int = Field(ge=1, le=366)
    wants_proof: bool = True
    most_proofs: int = Field(default=9, ge=1, le=50)


class Demands(Entry):
    """How long the community may still add and confirm what was served of a demand whose time is over."""

    decided_after_days: int = Field(default=7, ge=1, le=60)


class Limits(Entry):
    """The catalogue."""

    day: Day
    place: Place
    door: Door
    signing: Signing = Signing()
    late_entries: LateEntries
    demands: Demands = Demands()


_in_use: InUse[Limits] = InUse("limits of services")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Limits:
    """Read the catalogue. Raises CatalogueInvalid."""
    return load(path, Limits)
