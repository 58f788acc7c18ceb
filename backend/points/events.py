"""The events that points publish. What points hear is in `service.REACTIONS`."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class PointsBooked(Event):
    """A ledger transaction was written: an award or a reversal."""

    name: ClassVar[str] = "points.booked"
