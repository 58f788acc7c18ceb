"""How much of what was served counts (`config/services.toml`), read once when a process starts."""

from pathlib import Path

from pydantic import Field

from backend.foundation.catalogues import Entry, load
from backend.foundation.in_use import InUse


class Day(Entry):
    """What counts of one person and Shanghai day."""

    most_hours: int = Field(ge=1, le=24)

    @property
    def most_minutes(self) -> int:
        """So many minutes count without further ado."""
        return self.most_hours * 60


class Limits(Entry):
    """The catalogue."""

    day: Day


_in_use: InUse[Limits] = InUse("limits of services")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Limits:
    """Read the catalogue. Raises CatalogueInvalid."""
    return load(path, Limits)
