"""What people did in the weeks before a copy is loaded, so that whoever logs in to it finds something that waits. The year itself is over
by years: what waits in it would be late beyond belief, or ended by the clock. All of it is done by the product's own commands, in the order
of time, and moves no figure of the year."""

import heapq
from datetime import datetime
from itertools import count

from backend.foundation.database import transaction
from ejia.trial.demo.lately.cast import Cast, Story
from ejia.trial.demo.lately.desks import Desks
from ejia.trial.demo.lately.groups import Groups
from ejia.trial.demo.lately.visits import Visits
from ejia.trial.demo.told import DemonstrationLogin


def go_on(appid: str, *, now: datetime) -> tuple[DemonstrationLogin, ...]:
    """Let them do it, each act in a transaction of its own; the demonstration year is loaded. The worker does what follows from it.
    Returns who can log in besides."""
    with transaction():
        cast = Cast(appid, now=now)
    visits, groups, desks = Visits(cast), Groups(cast), Desks(cast)
    _tell([cast.neighbours_come(), *visits.stories(), *groups.stories(), *desks.stories()])
    return tuple(desks.logins())


def _tell(stories: list[Story]) -> None:
    """Tell the stories together: of all acts the earliest next, as numbers run in the order of time."""
    order = count()
    waiting = [(next(story), next(order), story) for story in stories]
    heapq.heapify(waiting)
    while waiting:
        now, _, story = heapq.heappop(waiting)
        following = _done(story, now)
        if following is not None:
            heapq.heappush(waiting, (following, next(order), story))


def _done(story: Story, now: datetime) -> datetime | None:
    """Let the next act of a story be done. Returns when the one after is, if there is one."""
    with transaction():
        try:
            return story.send(now)
        except StopIteration:
            return None
