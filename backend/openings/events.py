"""What openings tell the others."""

from typing import ClassVar

from backend.foundation.outbox import Event


class PlaceAskedFor(Event):
    """A claimant asked the community for a place [claim id]."""

    name: ClassVar[str] = "place.asked_for"


class PlaceRefused(Event):
    """The community refused it [claim id]."""

    name: ClassVar[str] = "place.refused"


class PlaceUnanswered(Event):
    """Nobody answered in time, so it ended by itself [claim id]."""

    name: ClassVar[str] = "place.unanswered"


class PlaceWithdrawn(Event):
    """Who asked for a place does so no longer [claim id]."""

    name: ClassVar[str] = "place.withdrawn"


class PlaceClaimed(Event):
    """A claimant holds a place, by claiming or by the community's yes [claim id]."""

    name: ClassVar[str] = "place.claimed"


class PlaceReadAndMissed(Event):
    """Nobody came on a place although the address had been read on it [claim id]."""

    name: ClassVar[str] = "place.read_and_missed"


class PlaceReadAndReleased(Event):
    """A place was given back unserved after the address had been read on it [claim id]."""

    name: ClassVar[str] = "place.read_and_released"


class PlaceReleased(Event):
    """A place was given back, or its opening was cancelled [claim id]."""

    name: ClassVar[str] = "place.released"


class ArrangementMade(Event):
    """A team or organisation comes without being asked about [arrangement's revision]."""

    name: ClassVar[str] = "arrangement.made"


class ArrangementEnded(Event):
    """It does so no longer, before the time [arrangement's revision]."""

    name: ClassVar[str] = "arrangement.ended"


class OpeningTransferred(Event):
    """Its community was merged into another one [opening id]."""

    name: ClassVar[str] = "opening.transferred"
