"""What happens to persons, their consents and their guardians."""

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
class GuardianAgreed(Event):
    """A guardian gave their word for a minor. The subject is the guardianship's first revision."""

    name: ClassVar[str] = "guardian.agreed"


@dataclass(frozen=True, slots=True)
class GuardianshipEnded(Event):
    """A guardian took their word back. The subject is the revision that says so."""

    name: ClassVar[str] = "guardianship.ended"


@dataclass(frozen=True, slots=True)
class BasisEnded(Event):
    """Nothing is in force any more on which a person's data rest: what the law keeps stands under a mask. The subject is the person."""

    name: ClassVar[str] = "person.basis_ended"


@dataclass(frozen=True, slots=True)
class DeathNoted(Event):
    """A person died, as two officers saw. The subject is the person."""

    name: ClassVar[str] = "person.death_noted"


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(Event):
    """A person took a consent back. The subject is the person."""

    name: ClassVar[str] = "consent.withdrawn"


@dataclass(frozen=True, slots=True)
class PartyConsentWithdrawn(Event):
    """That a person is a Party member, and where they work, is not to be used any more: they took that consent back, or what it rested on.
    The subject is the person."""

    name: ClassVar[str] = "party_consent.withdrawn"


@dataclass(frozen=True, slots=True)
class PersonTransferred(Event):
    """The part in which they live is of another community now. The subject is the person."""

    name: ClassVar[str] = "person.transferred"
