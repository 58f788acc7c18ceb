"""What demands tell the others. The subject is the demand's id, where nothing else is said."""

from typing import ClassVar

from backend.foundation.outbox import Event


class DemandSubmitted(Event):
    """Somebody asked for a service."""

    name: ClassVar[str] = "demand.submitted"


class DemandPublished(Event):
    """The community published it: its places may be claimed."""

    name: ClassVar[str] = "demand.published"


class DemandReturned(Event):
    """The community gave it back with a reason."""

    name: ClassVar[str] = "demand.returned"


class DemandWithdrawn(Event):
    """Who asked took it back before it was published."""

    name: ClassVar[str] = "demand.withdrawn"


class DemandCompleted(Event):
    """What was asked for has been done."""

    name: ClassVar[str] = "demand.completed"


class DemandCancelled(Event):
    """The community called it off with a reason."""

    name: ClassVar[str] = "demand.cancelled"


class DemandNotCarriedOut(Event):
    """Its time is over, and nothing of it counts as served."""

    name: ClassVar[str] = "demand.not_carried_out"


class DemandReopened(Event):
    """It was completed by a service that no longer counts."""

    name: ClassVar[str] = "demand.reopened"


class DemandHandedOver(Event):
    """Who asked agrees to nothing any more; what somebody else needs is the community's from now on."""

    name: ClassVar[str] = "demand.handed_over"


class DemandChanged(Event):
    """The community changed time, places or words of what is published [PublicationChange id]."""

    name: ClassVar[str] = "demand.changed"


class DemandUnreviewed(Event):
    """The community neither published nor returned it within the brand's days [DemandPrompt id]."""

    name: ClassVar[str] = "demand.unreviewed"


class DemandLongUnreviewed(Event):
    """Nor after that [DemandPrompt id]."""

    name: ClassVar[str] = "demand.long_unreviewed"


class DemandOffered(Event):
    """Nobody claimed it: it is offered to groups of its community [DemandPrompt id]."""

    name: ClassVar[str] = "demand.offered"


class DemandOfferedToNeighbours(Event):
    """Nobody of its community claimed it: it is offered to groups of the street [DemandPrompt id]."""

    name: ClassVar[str] = "demand.offered_to_neighbours"


class DemandUnclaimed(Event):
    """Nobody claims it at all [DemandPrompt id]."""

    name: ClassVar[str] = "demand.unclaimed"


class DemandUnattended(Event):
    """Somebody held a place, and nobody came [DemandPrompt id]."""

    name: ClassVar[str] = "demand.unattended"


class DemandUnconfirmed(Event):
    """Somebody served, and nobody has confirmed it [DemandPrompt id]."""

    name: ClassVar[str] = "demand.unconfirmed"


class DemandLongUnconfirmed(Event):
    """Nor after that [DemandPrompt id]."""

    name: ClassVar[str] = "demand.long_unconfirmed"


class BeneficiaryMerged(Event):
    """Two rows of the register were one person [Beneficiary id of the row that stays]."""

    name: ClassVar[str] = "beneficiary.merged"


class DemandTransferred(Event):
    """Its community was merged into another one, which takes care of it."""

    name: ClassVar[str] = "demand.transferred"
