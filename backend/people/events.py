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
class ProxyRecorded(Event):
    """A person may act for another one. The subject is the revision."""

    name: ClassVar[str] = "proxy.recorded"


@dataclass(frozen=True, slots=True)
class ProxyRenewed(Event):
    """A person may act for another one for longer. The subject is the revision."""

    name: ClassVar[str] = "proxy.renewed"


@dataclass(frozen=True, slots=True)
class ProxyEnded(Event):
    """A person acts no more for another one, before the time. The subject is the revision."""

    name: ClassVar[str] = "proxy.ended"


@dataclass(frozen=True, slots=True)
class RecoveryApplied(Event):
    """Somebody asked for the account of a person. The subject is the application."""

    name: ClassVar[str] = "recovery.applied"


@dataclass(frozen=True, slots=True)
class RecoveryConfirmed(Event):
    """A person's account opens by another WeChat. The subject is the application."""

    name: ClassVar[str] = "recovery.confirmed"


@dataclass(frozen=True, slots=True)
class RecoveryReturned(Event):
    """An application for an account was refused. The subject is the application."""

    name: ClassVar[str] = "recovery.returned"


@dataclass(frozen=True, slots=True)
class RecoveryWithdrawn(Event):
    """Who asked for an account took that back. The subject is the application."""

    name: ClassVar[str] = "recovery.withdrawn"


@dataclass(frozen=True, slots=True)
class VolunteerRegistered(Event):
    """A person became a registered volunteer. The subject is the revision."""

    name: ClassVar[str] = "volunteer.registered"


@dataclass(frozen=True, slots=True)
class VolunteerLeft(Event):
    """A volunteer gave up the registration. The subject is the revision."""

    name: ClassVar[str] = "volunteer.left"


@dataclass(frozen=True, slots=True)
class GuardianAgreed(Event):
    """A guardian gave their word for a minor. The subject is the guardianship's first revision."""

    name: ClassVar[str] = "guardian.agreed"


@dataclass(frozen=True, slots=True)
class GuardianshipEnded(Event):
    """A guardian took their word back. The subject is the revision that says so."""

    name: ClassVar[str] = "guardianship.ended"


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(Event):
    """A person took a consent back. The subject is the person."""

    name: ClassVar[str] = "consent.withdrawn"
