"""Pages that look again by themselves (templates/components/live.html), and until when."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from backend.foundation.jobs import State

_WATCHED_FOR = timedelta(minutes=10)
"""So long after long work was asked for its page looks by itself how far it is. Without a script each look is a use of the log-in, which
shall end in a browser that nobody sits at."""


class Work(Protocol):
    """Long work, as a list shows it."""

    @property
    def state(self) -> State: ...
    @property
    def created_at(self) -> datetime: ...


def is_watched(works: Iterable[Work], now: datetime) -> bool:
    """Whether some of it may soon stand otherwise."""
    return any(work.state in (State.QUEUED, State.RUNNING) and now - work.created_at < _WATCHED_FOR for work in works)
