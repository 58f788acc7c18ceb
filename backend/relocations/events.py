"""What happens to wishes to move to another community."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class RelocationAsked(Event):
    """Somebody asks another community to take them in. The subject is the wish."""

    name: ClassVar[str] = "relocation.asked"


@dataclass(frozen=True, slots=True)
class RelocationAccepted(Event):
    """The community took them in: they live there from now on. The subject is the wish."""

    name: ClassVar[str] = "relocation.accepted"


@dataclass(frozen=True, slots=True)
class RelocationRefused(Event):
    """The community did not take them in. The subject is the wish."""

    name: ClassVar[str] = "relocation.refused"


@dataclass(frozen=True, slots=True)
class RelocationWithdrawn(Event):
    """Who asked took it back, or all that they agreed to. The subject is the wish."""

    name: ClassVar[str] = "relocation.withdrawn"
