"""What happens to the word that somebody died."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class DeathReported(Event):
    """An officer saw papers of somebody's death. The subject is the report."""

    name: ClassVar[str] = "death.reported"


@dataclass(frozen=True, slots=True)
class DeathConfirmed(Event):
    """A second officer agreed: what the person held and had open ends. The subject is the report."""

    name: ClassVar[str] = "death.confirmed"


@dataclass(frozen=True, slots=True)
class DeathReturned(Event):
    """A second officer refused it. The subject is the report."""

    name: ClassVar[str] = "death.returned"


@dataclass(frozen=True, slots=True)
class DeathUndone(Event):
    """It was a mistake: the person lives. The subject is the report."""

    name: ClassVar[str] = "death.undone"
