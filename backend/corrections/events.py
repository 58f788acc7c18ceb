"""What happens to corrections of who somebody is."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class CorrectionProposed(Event):
    """An officer saw papers that say something else of a person. The subject is the correction."""

    name: ClassVar[str] = "correction.proposed"


@dataclass(frozen=True, slots=True)
class CorrectionConfirmed(Event):
    """A second officer agreed, and the person stands as the papers say. The subject is the correction."""

    name: ClassVar[str] = "correction.confirmed"


@dataclass(frozen=True, slots=True)
class CorrectionReturned(Event):
    """It was refused, by a second officer or by whom it is about. The subject is the correction."""

    name: ClassVar[str] = "correction.returned"
