"""What happens to teams and their members; what teams hear stands in `reactions.py`."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class TeamApplied(Event):
    """A volunteer applied for a team, or once more for a returned one."""

    name: ClassVar[str] = "team.applied"


@dataclass(frozen=True, slots=True)
class TeamActivated(Event):
    """The community accepted the team."""

    name: ClassVar[str] = "team.activated"


@dataclass(frozen=True, slots=True)
class TeamReturned(Event):
    """The community gave the application back."""

    name: ClassVar[str] = "team.returned"


@dataclass(frozen=True, slots=True)
class TeamHandedOver(Event):
    """Another member leads the team."""

    name: ClassVar[str] = "team.handed_over"


@dataclass(frozen=True, slots=True)
class TeamWithoutLeader(Event):
    """Who led the team is gone, and no member could lead in their place."""

    name: ClassVar[str] = "team.without_leader"


@dataclass(frozen=True, slots=True)
class TeamRenamed(Event):
    """The team goes on under another name."""

    name: ClassVar[str] = "team.renamed"


@dataclass(frozen=True, slots=True)
class TeamDissolved(Event):
    """The community dissolved the team."""

    name: ClassVar[str] = "team.dissolved"


@dataclass(frozen=True, slots=True)
class MembershipStarted(Event):
    """Somebody belongs to a team. The subject is the membership's first revision."""

    name: ClassVar[str] = "membership.started"


@dataclass(frozen=True, slots=True)
class MembershipEnded(Event):
    """Somebody left a team or was removed. The subject is the revision that says so."""

    name: ClassVar[str] = "membership.ended"


@dataclass(frozen=True, slots=True)
class TeamTransferred(Event):
    """Its community was merged into another one, in which it goes on [team id]."""

    name: ClassVar[str] = "team.transferred"


@dataclass(frozen=True, slots=True)
class MembershipTransferred(Event):
    """So do its members. The subject is the revision that says so."""

    name: ClassVar[str] = "membership.transferred"
