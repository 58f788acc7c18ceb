"""What happens to work units, and to who works there."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class WorkUnitAdded(Event):
    """An employer stands on the platform. The subject is the unit."""

    name: ClassVar[str] = "work_unit.added"


@dataclass(frozen=True, slots=True)
class WorkUnitChanged(Event):
    """What is on record of an employer was corrected. The subject is the unit."""

    name: ClassVar[str] = "work_unit.changed"


@dataclass(frozen=True, slots=True)
class WorkUnitEnded(Event):
    """An employer is none any more. The subject is the unit."""

    name: ClassVar[str] = "work_unit.ended"


@dataclass(frozen=True, slots=True)
class WorkUnitMerged(Event):
    """Two rows were one employer. The subject is the one that stays."""

    name: ClassVar[str] = "work_unit.merged"


@dataclass(frozen=True, slots=True)
class UnitChanged(Event):
    """A serving Party member works elsewhere than before, or belongs to another Party organisation [UnitMembership revision id]."""

    name: ClassVar[str] = "party_member.unit_changed"
