"""What somebody may do with a thing as it stands now, by the steps of its life. A capability says once which steps its commands take;
whoever shows a thing asks, so that nothing is offered that would be refused."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal
from backend.foundation.life import FactStep, Step

AnyCommand = TypeVar("AnyCommand", bound=StrEnum)
Steps = Mapping[AnyCommand, Sequence[Step | FactStep]]
"""By which steps each command is done: from where, and by whose right. The first of several says what it is refused by."""
Found = Mapping[AnyCommand, type[Refusal] | None]
"""What may be done now, and of each what stands in its way as things are (None: nothing)."""


def possible(viewer: Actor, steps: Steps[AnyCommand], status: StrEnum, scope: Scope) -> list[AnyCommand]:
    """The commands of a thing in this status that the viewer has the right to."""
    return [
        command
        for command, taken in steps.items()
        if any(step.seen is status and policy.allows(viewer, Permission(step.permission), scope) for step in taken)
    ]


def require_right(viewer: Actor, steps: Steps[AnyCommand], command: AnyCommand, scope: Scope) -> None:
    """Let pass who may do this with such a thing, whether or not it can be done now. Raises Forbidden."""
    policy.require(viewer, Permission(steps[command][0].permission), scope)


def require_way(steps: Steps[AnyCommand], command: AnyCommand, found: Found[AnyCommand]) -> None:
    """Let pass what can be done now. Raises what stands in the way."""
    refusal = found[command] if command in found else steps[command][0].refusal
    if refusal is not None:
        raise refusal


def hindrance(*checks: Callable[[], object]) -> type[Refusal] | None:
    """By what the first of these checks refuses that does not let the viewer pass as things are (None: all do)."""
    for check in checks:
        try:
            check()
        except Refusal as refusal:
            return type(refusal)
    return None
