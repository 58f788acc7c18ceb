"""What happens to social organisations and their staff."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class OrganisationApplied(Event):
    """Somebody applied for an organisation, or once more for a returned one."""

    name: ClassVar[str] = "organisation.applied"


@dataclass(frozen=True, slots=True)
class OrganisationVerified(Event):
    """The community verified the organisation; it counts from this day."""

    name: ClassVar[str] = "organisation.verified"


@dataclass(frozen=True, slots=True)
class OrganisationReturned(Event):
    """The community gave the application back."""

    name: ClassVar[str] = "organisation.returned"


@dataclass(frozen=True, slots=True)
class OrganisationHandedOver(Event):
    """Another of its staff is the organisation's officer."""

    name: ClassVar[str] = "organisation.handed_over"


@dataclass(frozen=True, slots=True)
class OrganisationWithoutOfficer(Event):
    """Who was the organisation's officer agrees to nothing any more; nobody is, until another one is named."""

    name: ClassVar[str] = "organisation.without_officer"


@dataclass(frozen=True, slots=True)
class OrganisationRenamed(Event):
    """The organisation goes on under another name."""

    name: ClassVar[str] = "organisation.renamed"


@dataclass(frozen=True, slots=True)
class OrganisationEnded(Event):
    """The community ended the organisation's work here."""

    name: ClassVar[str] = "organisation.ended"


@dataclass(frozen=True, slots=True)
class StaffAdded(Event):
    """Somebody acts for an organisation. The subject is the first revision."""

    name: ClassVar[str] = "staff.added"


@dataclass(frozen=True, slots=True)
class StaffRemoved(Event):
    """Somebody acts for an organisation no longer. The subject is the revision that says so."""

    name: ClassVar[str] = "staff.removed"


@dataclass(frozen=True, slots=True)
class OrganisationDayCorrected(Event):
    """A second officer corrected the day from which it counts [organisation id]."""

    name: ClassVar[str] = "organisation.day_corrected"


@dataclass(frozen=True, slots=True)
class OrganisationRegistered(Event):
    """One that was on record was registered [organisation id]."""

    name: ClassVar[str] = "organisation.registered"


@dataclass(frozen=True, slots=True)
class OrganisationTransferred(Event):
    """Its community was merged into another one, in which it goes on [organisation id]."""

    name: ClassVar[str] = "organisation.transferred"
