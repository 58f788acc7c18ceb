"""What openings tell the others."""

from typing import ClassVar

from backend.foundation.outbox import Event


class PlaceClaimed(Event):
    """A claimant holds a place [claim id]."""

    name: ClassVar[str] = "place.claimed"


class PlaceReleased(Event):
    """A place was given back, or its opening was cancelled [claim id]."""

    name: ClassVar[str] = "place.released"
