"""What happens to copies of one's own data."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class OwnDataCopied(Event):
    """Somebody fetched a copy of all that is held about them. The subject is the account that did."""

    name: ClassVar[str] = "own_data.copied"
