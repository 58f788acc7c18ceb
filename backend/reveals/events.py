"""What happens to personal data."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class DataRevealed(Event):
    """Somebody read personal data in clear. The subject is the reading."""

    name: ClassVar[str] = "data.revealed"
