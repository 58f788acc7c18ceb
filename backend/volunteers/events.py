"""What happens to volunteers."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class VolunteerRegistered(Event):
    """A person became a registered volunteer. The subject is the revision."""

    name: ClassVar[str] = "volunteer.registered"


@dataclass(frozen=True, slots=True)
class VolunteerMoved(Event):
    """A volunteer is registered in another community from now on. The subject is the revision there."""

    name: ClassVar[str] = "volunteer.moved"


@dataclass(frozen=True, slots=True)
class VolunteerMovedAway(Event):
    """The registration in the community from which a volunteer moved is over. The subject is the revision that says so."""

    name: ClassVar[str] = "volunteer.moved_away"


@dataclass(frozen=True, slots=True)
class VolunteerLeft(Event):
    """A volunteer gave up the registration. The subject is the revision."""

    name: ClassVar[str] = "volunteer.left"


@dataclass(frozen=True, slots=True)
class VolunteerUndone(Event):
    """A registration that was imported was taken back: it never was. The subject is the revision that says so."""

    name: ClassVar[str] = "volunteer.undone"


@dataclass(frozen=True, slots=True)
class VolunteerTransferred(Event):
    """Their community was merged into another one, where they are registered from now on. The subject is the revision there."""

    name: ClassVar[str] = "volunteer.transferred"
