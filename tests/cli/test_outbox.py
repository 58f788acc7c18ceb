"""A delivery that fails is seen, raises the alarm, and is tried again when somebody says so."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from backend.foundation import clock, outbox
from backend.foundation.actor import Role
from backend.foundation.database import db, transaction
from backend.foundation.outbox import ALARM_AFTER
from backend.statistics import service as statistics
from config.settings import Settings
from ejia.metrics import registry_of
from tests.support.command_line import CommandLine
from tests.support.demands import published_demand

FAILING = f'ejia_outbox_failed{{consumer="{statistics.CONSUMER}"}}'
OLDEST = f'ejia_outbox_oldest_seconds{{consumer="{statistics.CONSUMER}"}}'


@pytest.fixture
def broken_statistics(app) -> Iterator[Callable[[], None]]:
    """Statistics that cannot book anything, until the function that is given is called."""

    def alter(change: str) -> None:
        with db.engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE statistics_bookings {change}"))

    alter("ADD CONSTRAINT ck_statistics_bookings_closed CHECK (false) NOT VALID")
    yield lambda: alter("DROP CONSTRAINT ck_statistics_bookings_closed")
    alter("DROP CONSTRAINT IF EXISTS ck_statistics_bookings_closed")


@pytest.fixture
def demand(broken_statistics, administrator, street) -> UUID:
    """A demand of whose publication statistics should hear, and of that of another one."""
    officer = administrator(Role.COMMUNITY_OFFICER, "639999001001")
    published_demand(officer, street)
    return UUID(published_demand(officer, street)["id"])


def ring(times: int, pass_time: Callable[..., datetime]) -> None:
    for _ in range(times):
        outbox.deliver_batch(statistics.CONSUMER, now=pass_time(minutes=11))


def figure(settings: Settings, name: str) -> float:
    """A figure of /metrics by the name under which it is shown there."""
    labels = dict(re.findall(r'(\w+)="([^"]*)"', name))
    found = registry_of(settings).get_sample_value(name.partition("{")[0], labels)
    assert found is not None
    return found


def event_of(demand: UUID) -> str:
    with transaction():
        found = db.session.scalars(
            text("SELECT id::text FROM outbox_events WHERE name = 'demand.published' AND subject_id = :id"), {"id": demand}
        )
        return found.one()


def waits_for_statistics() -> int:
    with transaction():
        return db.session.scalars(text("SELECT count(*) FROM outbox_deliveries WHERE consumer = 'statistics'")).one()


def test_what_waits_shows_with_its_event_its_failures_and_since_when(demand, ejia: CommandLine, pass_time):
    ring(2, pass_time)

    shown = ejia("outbox", "list", "--consumer", "statistics").output

    [line] = [line for line in shown.splitlines() if str(demand) in line]
    assert line.split()[:3] == ["statistics", "推迟", "2"]
    with transaction():
        since = db.session.scalars(text("SELECT at FROM outbox_events WHERE id = :id"), {"id": event_of(demand)}).one()
    assert " ".join(line.split()[3:5]) == since.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    assert line.split()[-4:] == ["demand.published", event_of(demand), str(demand), "IntegrityError"]
    assert shown.startswith("statistics：推迟 ")
    assert "points" not in shown


def test_a_delivery_that_fails_again_and_again_raises_the_alarm(demand, ejia: CommandLine, settings, pass_time):
    ring(ALARM_AFTER - 1, pass_time)
    assert figure(settings, FAILING) == 0
    assert ejia("outbox", "list", "--state", "failing").output == "没有待送达的事件。\n"

    ring(1, pass_time)

    failing = figure(settings, FAILING)
    assert failing >= 1
    assert figure(settings, OLDEST) > 11 * 60 * ALARM_AFTER - 60
    shown = ejia("outbox", "list", "--state", "failing").output
    assert shown.startswith(f"statistics：失败 {failing:.0f}\n")


def test_what_is_retried_after_its_cause_was_mended_is_done_and_ends_the_alarm(
    demand, broken_statistics, ejia: CommandLine, settings, pass_time
):
    ring(ALARM_AFTER, pass_time)
    broken_statistics()
    assert outbox.deliver_batch(statistics.CONSUMER, now=clock.now()) == 0, "it waits for its next try"

    told = ejia("outbox", "retry", "--consumer", "statistics")

    assert (told.exit_code, told.output) == (0, f"已安排立即重试 {waits_for_statistics()} 条。\n")
    assert outbox.deliver_batch(statistics.CONSUMER, now=clock.now()) > 0
    assert waits_for_statistics() == 0
    assert figure(settings, FAILING) == 0


def test_one_delivery_can_be_retried_and_the_others_wait_on(demand, ejia: CommandLine, pass_time):
    ring(1, pass_time)
    assert waits_for_statistics() > 1

    assert ejia("outbox", "retry", event_of(demand)).output == "已安排立即重试 1 条。\n"

    assert outbox.deliver_batch(statistics.CONSUMER, now=clock.now()) == 1
    assert ejia("outbox", "retry", "--all").output == f"已安排立即重试 {waits_for_statistics()} 条。\n"


def test_a_delivery_that_a_worker_holds_is_left_to_it(app, demand, ejia: CommandLine, pass_time):
    ring(1, pass_time)
    with transaction():
        db.session.execute(text("SELECT FROM outbox_deliveries WHERE consumer = 'statistics' FOR UPDATE"))

        told = ejia("outbox", "retry", "--consumer", "statistics")

    assert (told.exit_code, told.output) == (0, "没有推迟中的事件，无需重试。\n")


def test_a_long_list_is_cut_at_its_limit_and_says_so(demand, ejia: CommandLine):
    waiting = int(re.findall(r"待处理 (\d+)", ejia("outbox", "list", "--consumer", "statistics").output)[0])
    assert waiting > 1

    shown = ejia("outbox", "list", "--consumer", "statistics", "--limit", "1").output

    assert shown.endswith(f"另有 {waiting - 1} 条未显示（--limit）。\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["retry"], 2, "或者用 --all"),
        (["retry", "--all", "--consumer", "points"], 2, "或者用 --all"),
        (["retry", "0190b5b2-0000-7000-8000-000000000000"], 1, "没有这样的待送达事件"),
        (["retry", "--consumer", "nobody"], 0, "没有推迟中的事件"),
        (["list", "--consumer", "nobody"], 0, "没有待送达的事件"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_no_failure(ejia: CommandLine, arguments, code, said):
    told = ejia("outbox", *arguments)
    assert (told.exit_code, said in told.output) == (code, True), told.output
