"""What policy was asked in the present request, how it answered last, and how many rows lists gave: the edge writes down what it must.

A context variable, so that threads do not see one another's; what no request asks is noted nowhere.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Asked:
    """Of one request. `last` is the permission that was asked for last, `allowed` whether it was given."""

    last: str | None = None
    allowed: bool = False
    permissions: set[str] = field(default_factory=set)
    rows: int = 0


_asked: ContextVar[Asked | None] = ContextVar("ejia_asked", default=None)


def begin() -> None:
    """A request comes in: nothing was asked yet."""
    _asked.set(Asked())


def current() -> Asked:
    """What the present request has asked."""
    return _asked.get() or Asked()


def note(permission: str, *, allowed: bool) -> None:
    """Policy was asked."""
    asked = _asked.get()
    if asked is not None:
        asked.last, asked.allowed = permission, allowed
        asked.permissions.add(permission)


def note_rows(number: int) -> None:
    """A list gives so many rows."""
    asked = _asked.get()
    if asked is not None:
        asked.rows += number
