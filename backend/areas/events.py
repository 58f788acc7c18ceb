"""What happens to areas."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class AreaSucceeded(Event):
    """Another area goes on for this one, which is out of use. The subject is the former one."""

    name: ClassVar[str] = "area.succeeded"


@dataclass(frozen=True, slots=True)
class CommunityDivided(Event):
    """A community gave a part of what it has to another one. The subject is the one that gave."""

    name: ClassVar[str] = "community.divided"


@dataclass(frozen=True, slots=True)
class CommunityExtended(Event):
    """A community took in a part of another one. The subject is the one that took."""

    name: ClassVar[str] = "community.extended"
