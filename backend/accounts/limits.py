"""How much one caller may do, beyond the rates of a minute (`config/limits.toml`), read once when a process starts."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from backend.foundation.catalogues import Entry, load
from backend.foundation.in_use import InUse


class Passwords(Entry):
    """How long a password that somebody else gave is good for, and a log-in that nobody uses."""

    initial_hours: int = Field(ge=1, le=24 * 30)
    asleep_after_days: int = Field(ge=7, le=3660)

    @property
    def initial_holds(self) -> timedelta:
        """So long an initial password opens its own change."""
        return timedelta(hours=self.initial_hours)

    @property
    def asleep_after(self) -> timedelta:
        """So long a log-in may rest."""
        return timedelta(days=self.asleep_after_days)


class Limits(Entry):
    """The catalogue."""

    passwords: Passwords


_in_use: InUse[Limits] = InUse("limits")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Limits:
    """Read the catalogue. Raises CatalogueInvalid."""
    return load(path, Limits)
