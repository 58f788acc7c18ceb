"""What happens to volunteers."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class VolunteerRegistered(Event):
    """A person became a registered volunteer. The subject is the revision."""

    name: ClassVar[str] = "volunteer.registered"


@dataclass(frozen=True, slots=True)
class VolunteerLeft(Event):
    """A volunteer gave up the registration. The subject is the revision."""

    name: ClassVar[str] = "volunteer.left"
