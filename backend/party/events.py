"""What happens to work units."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class WorkUnitAdded(Event):
    """An employer stands on the platform. The subject is the unit."""

    name: ClassVar[str] = "work_unit.added"
