"""The steps of a registration. The subject is the revision that the step made."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class RegistrationApplied(Event):
    """A serving Party member asks the community of residence to take them in."""

    name: ClassVar[str] = "registration.applied"


@dataclass(frozen=True, slots=True)
class RegistrationAccepted(Event):
    """The community did."""

    name: ClassVar[str] = "registration.accepted"


@dataclass(frozen=True, slots=True)
class RegistrationReturned(Event):
    """The community sent the application back, with a reason."""

    name: ClassVar[str] = "registration.returned"


@dataclass(frozen=True, slots=True)
class RegistrationWithdrawn(Event):
    """The member took the application back."""

    name: ClassVar[str] = "registration.withdrawn"


@dataclass(frozen=True, slots=True)
class RegistrationEnded(Event):
    """The member moved away, retired or left the post."""

    name: ClassVar[str] = "registration.ended"


@dataclass(frozen=True, slots=True)
class RegistrationTransferred(Event):
    """The community was merged into another one, where the registration goes on."""

    name: ClassVar[str] = "registration.transferred"
