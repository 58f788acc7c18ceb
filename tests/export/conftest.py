"""Jobs of a kind of their own: a few steps, a file, and a hand on each step."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.foundation import clock, contents, files, jobs
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Conflict
from backend.foundation.jobs import JobLine, Kind, Parameter, Report, Result, Task
from tests.support.phone import Phone

STEPS = 3
SCROLL = files.Kind("scroll", frozenset({contents.TEXT}), largest=1000, kept_for=timedelta(days=7))


class InkDry(Conflict):
    code, detail = "ink_dry", "墨干了"


class Scribe:
    """Runs the jobs of kind "scroll": one line a step; `between` is called after each step, with its number."""

    def __init__(self) -> None:
        self.runs = 0
        self.content: bytes | None = None
        self.between: Callable[[int], object] = id

    def write(self, task: Task, report: Report, now: datetime) -> Result:  # noqa: ARG002 - as jobs call a runner
        self.runs += 1
        for step in range(1, STEPS + 1):
            report(step, STEPS)
            self.between(step)
        return Result("青山街道_卷轴_2023年度.txt", SCROLL, self.content or f"run {self.runs}, year {task.params['year']}".encode())


def _still_an_officer(actor: Actor, area_path: str, _: Mapping[str, Parameter]) -> None:
    policy.require_seen(actor, Permission.FIGURES_EXPORT, Scope(area_path=area_path))


@pytest.fixture
def scribe(app) -> Iterator[Scribe]:
    """The kind "scroll" beside the product's own."""
    hand, before = Scribe(), jobs.kinds()
    jobs.use({**before, "scroll": Kind("抄写", Permission.FIGURES_EXPORT, _still_an_officer, hand.write)})
    yield hand
    jobs.use(before)


@pytest.fixture
def ask(scribe, app) -> Callable[[Phone], JobLine]:
    """Asks for a scroll of the street 639999001 in somebody's name."""

    def queue(phone: Phone) -> JobLine:
        with transaction():
            return jobs.ask(Actor(account_id=UUID(phone.account_id)), "scroll", {"year": 2023}, "639999001", now=clock.now())

    return queue
