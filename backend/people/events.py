"""What happens to persons and volunteers."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class PersonRegistered(Event):
    """Somebody proved who they are. The subject is the person."""

    name: ClassVar[str] = "person.registered"


@dataclass(frozen=True, slots=True)
class PhoneSet(Event):
    """A person has a mobile number, or another one. The subject is the person."""

    name: ClassVar[str] = "phone.set"


@dataclass(frozen=True, slots=True)
class VolunteerRegistered(Event):
    """A person became a registered volunteer. The subject is the revision."""

    name: ClassVar[str] = "volunteer.registered"


@dataclass(frozen=True, slots=True)
class VolunteerLeft(Event):
    """A volunteer gave up the registration. The subject is the revision."""

    name: ClassVar[str] = "volunteer.left"
