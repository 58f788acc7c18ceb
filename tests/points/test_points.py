"""Points follow from the facts: whatever was heard, however often and in whatever order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from backend.areas.models import Area
from backend.attendance.models import Confirmation, ServiceRecord
from backend.demands.models import Demand, DemandChange, DemandStatus
from backend.foundation import clock, facts, outbox
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.points import ledger, rules
from backend.points import service as points
from backend.points.models import LedgerTransaction, PointsAccount
from backend.points.queries import balance_of
from backend.points.rules import PointsRules
from backend.recognition.queries import standing_of
from tests.support.served import NOON, SYSTEM, confirm, happened, make_opening, make_person, make_record


@pytest.fixture
def community(street) -> Area:
    return db.session.get_one(Area, street["和平社区"])


def drain() -> None:
    while outbox.deliver_batch("points", now=NOON):
        pass


def recount(person_id) -> int:
    """The rules said again in plain SQL, over the facts alone."""
    return db.session.scalar(
        text(
            """
            WITH counting AS (
                SELECT r.* FROM service_records r JOIN service_confirmations c ON c.record_fact_id = r.fact_id
                WHERE r.superseded_at IS NULL AND NOT r.void AND c.superseded_at IS NULL AND NOT c.void AND r.person_id = :person
            )
            SELECT coalesce((SELECT sum(minutes / 30) FROM counting), 0) + 5 * (SELECT count(DISTINCT brand) FROM counting)
            """
        ),
        {"person": person_id},
    )


def assert_ledger_sound() -> None:
    assert (
        db.session.scalars(text("SELECT transaction_id FROM ledger_entries GROUP BY 1 HAVING sum(amount) <> 0 OR count(*) <> 2")).all()
        == []
    )
    wrong = text(
        "SELECT a.id FROM points_accounts a"
        " WHERE a.balance <> (SELECT coalesce(sum(amount), 0) FROM ledger_entries e WHERE e.points_account_id = a.id)"
    )
    assert db.session.scalars(wrong).all() == []


def test_a_confirmed_service_earns_its_minutes_and_the_first_of_its_brand(community):
    with transaction():
        person = make_person(community)
        confirm(make_record(person, community, "door_knock", minutes=95))
        unconfirmed = make_record(person, community, "red_ribbon", minutes=600)
        person_id, unconfirmed_source = person.id, str(unconfirmed.fact_id)
    drain()

    assert balance_of(person_id) == 3 + 5
    assert unconfirmed_source not in db.session.scalars(select(LedgerTransaction.source)).all()
    assert_ledger_sound()


def test_a_rule_rewards_from_its_first_day_to_its_last(community):
    minutes = rules.current().rules[0].model_copy(update={"from_day": date(2026, 3, 1), "until": date(2026, 3, 31)})
    rules.use(PointsRules(rules=(minutes,)))
    with transaction():
        person = make_person(community)
        for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)):
            confirm(make_record(person, community, "door_knock", minutes=60, day=day))
    drain()

    rewarded = db.session.scalars(select(LedgerTransaction.counts_on).order_by(LedgerTransaction.counts_on))
    assert rewarded.all() == [date(2026, 3, 1), date(2026, 3, 31)]


def test_a_correction_reverses_and_books_anew(community):
    with transaction():
        person = make_person(community)
        record = make_record(person, community, "door_knock", minutes=95)
        confirm(record)
        person_id = person.id
    drain()
    with transaction():
        revised = facts.revise(db.session.get_one(ServiceRecord, record.id), SYSTEM, now=NOON, reason="签退晚了", minutes=30)
        happened("service.corrected", revised.id)
    drain()

    lines = db.session.execute(
        select(LedgerTransaction.points, LedgerTransaction.turn, LedgerTransaction.reverses_id.is_not(None))
        .where(LedgerTransaction.rule == "minutes_served")
        .order_by(LedgerTransaction.id)
    ).all()
    assert [tuple(line) for line in lines] == [(3, 0, False), (-3, 0, True), (1, 1, False)]
    assert balance_of(person_id) == 1 + 5
    assert_ledger_sound()


def test_a_correction_that_moves_no_point_mends_the_reason(community):
    with transaction():
        record = make_record(make_person(community), community, "door_knock", minutes=47)
        confirm(record)
    drain()
    with transaction():
        revised = facts.revise(db.session.get_one(ServiceRecord, record.id), SYSTEM, now=NOON, reason="签退晚了", minutes=40)
        happened("service.corrected", revised.id)
    drain()
    drain()

    lines = db.session.execute(
        select(LedgerTransaction.points, LedgerTransaction.reason)
        .where(LedgerTransaction.rule == "minutes_served")
        .order_by(LedgerTransaction.id)
    ).all()
    assert [line.points for line in lines] == [1, -1, 1]
    assert ["47分钟" in line.reason for line in lines] == [True, True, False]
    assert "40分钟" in lines[-1].reason
    assert_ledger_sound()


def test_the_first_service_stays_earned_while_another_one_counts(community):
    with transaction():
        person = make_person(community)
        first = confirm(make_record(person, community, "door_knock", minutes=20, day=date(2026, 1, 3)))
        confirm(make_record(person, community, "door_knock", minutes=20, day=date(2026, 2, 3)))
        person_id, first_id = person.id, first.id
    drain()
    with transaction():
        withdrawn = facts.revise(db.session.get_one(Confirmation, first_id), SYSTEM, now=NOON, reason="未到场", void=True)
        happened("confirmation.withdrawn", withdrawn.id)
    drain()

    held = db.session.execute(
        text(
            "SELECT counts_on FROM ledger_transactions t WHERE rule = 'first_service_with_brand' AND reverses_id IS NULL"
            " AND NOT EXISTS (SELECT FROM ledger_transactions r WHERE r.reverses_id = t.id)"
        )
    ).all()
    assert [line.counts_on for line in held] == [date(2026, 2, 3)]
    assert balance_of(person_id) == 5
    assert standing_of(person_id).services == 1


def test_a_wish_is_rewarded_while_it_is_completed_and_a_service_on_it_counts(community):
    with transaction():
        demand, first, second = a_completed_wish(community)
        demand_id, first_id, persons = demand.id, first.id, [first.person_id, second.person_id]
    drain()
    assert [balance_of(person) for person in persons] == [5 + 10, 5 + 10]

    with transaction():
        withdrawn = facts.revise(db.session.get_one(ServiceRecord, first_id), SYSTEM, now=NOON, reason="未到场", void=True)
        happened("service.withdrawn", withdrawn.id)
        happened("demand.completed", demand_id)
    drain()
    assert [balance_of(person) for person in persons] == [0, 5 + 10]

    with transaction():
        db.session.get_one(Demand, demand_id).status = DemandStatus.PUBLISHED
        happened("demand.reopened", demand_id)
    drain()
    assert [balance_of(person) for person in persons] == [0, 5]
    assert_ledger_sound()
    with transaction():
        assert points.settle_persons(persons, now=NOON) == 0


def a_completed_wish(community: Area) -> tuple[Demand, ServiceRecord, ServiceRecord]:
    """With two persons who served on it for too short a time to earn minutes."""
    opening, _ = make_opening(community, "sunset_wish")
    demand = Demand(
        id=new_id(),
        number="测试-1",
        brand="sunset_wish",
        title="看一次海",
        details="看一次海",
        area_id=community.id,
        area_path=community.path,
        submitted_at=NOON,
        published_at=NOON,
        status=DemandStatus.COMPLETED,
        places=2,
        opening_id=opening.id,
    )
    db.session.add(demand)
    db.session.flush()
    db.session.add(DemandChange(id=new_id(), demand_id=demand.id, at=NOON, to_status=DemandStatus.COMPLETED))
    records = [make_record(make_person(community), community, "sunset_wish", minutes=20, opening=opening) for _ in range(2)]
    for record in records:
        confirm(record)
    happened("demand.completed", demand.id)
    return demand, *records


def test_a_batch_reads_no_table_as_a_whole_however_few_rows_it_held_when_the_plan_was_made(community):
    with transaction():
        confirmations = [confirm(make_record(make_person(community), community, "door_knock", minutes=60)).id for _ in range(3)]
    with transaction():
        db.session.execute(text("ANALYZE people, points_accounts, ledger_transactions, service_records, service_confirmations, demands"))
    for confirmation in confirmations:
        with transaction():
            before = whole_reads()
            points.award_for("service.confirmed", [confirmation], now=NOON)
            assert whole_reads() == before
    assert_ledger_sound()


def whole_reads() -> dict[str, int]:
    """How often each table was read from its beginning to its end, as far as this connection has not told yet."""
    rows = db.session.execute(text("SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE seq_scan > 0"))
    return {row.relname: row.seq_scan for row in rows}


def test_points_are_booked_no_sooner_than_what_earns_or_loses_them(community):
    """A batch that waited for an account reads there what happened after it began; what is known of a year has both or neither."""
    began = clock.now()
    confirmed_at, withdrawn_at = began + timedelta(seconds=1), began + timedelta(seconds=2)
    with transaction():
        confirmation_id = confirm(make_record(make_person(community), community, "door_knock", minutes=60), now=confirmed_at).id
    with transaction():
        points.award_for("service.confirmed", [confirmation_id], now=began)
    assert booked_at() == [confirmed_at, confirmed_at]
    with transaction():
        facts.revise(db.session.get_one(Confirmation, confirmation_id), SYSTEM, now=withdrawn_at, reason="撤销", void=True)
        happened("confirmation.withdrawn", confirmation_id, now=withdrawn_at)
    with transaction():
        points.award_for("service.confirmed", [confirmation_id], now=began)
    assert booked_at() == [confirmed_at, confirmed_at, withdrawn_at, withdrawn_at]


def booked_at() -> list[datetime]:
    return list(db.session.scalars(select(LedgerTransaction.booked_at).order_by(LedgerTransaction.id)))


def test_who_books_for_others_at_the_same_moment_moves_the_issued_points_on(app, community):
    with transaction():
        first, second = (confirm(make_record(make_person(community), community, "door_knock", minutes=60)).id for _ in range(2))

    def book_the_second() -> None:
        with app.app_context(), transaction():
            points.award_for("service.confirmed", [second], now=NOON)

    with ThreadPoolExecutor(1) as other:
        with transaction():
            points.award_for("service.confirmed", [first], now=NOON)
            booked = other.submit(book_the_second)
            while not db.session.scalar(text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")):
                assert not booked.done()
        booked.result()

    assert db.session.scalar(select(PointsAccount.balance).where(PointsAccount.person_id.is_(None))) == -14
    assert_ledger_sound()


def test_the_ledger_refuses_to_be_rewritten(community):
    with transaction():
        confirm(make_record(make_person(community), community, "door_knock", minutes=60))
    drain()

    with pytest.raises(Exception, match="written once"), transaction():
        db.session.execute(text("UPDATE ledger_transactions SET points = 100"))


STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["door_knock", "red_ribbon"]),
        st.integers(0, 300),
        st.sampled_from(["none", "confirm", "confirm+correct", "confirm+withdraw", "confirm+unconfirm", "correct+confirm"]),
    ),
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, shuffler=st.randoms(use_true_random=False), batch=st.integers(1, 5))
def test_repeats_order_and_batches_do_not_matter(community, steps, shuffler, batch):
    with transaction():
        area = db.session.get_one(Area, community.id)
        persons = [make_person(area) for _ in range(3)]
        ids = [person.id for person in persons]
        for who, brand, minutes, what in steps:
            play(make_record(persons[who], area, brand, minutes=minutes), what)
        twice = db.session.execute(text("SELECT event_id, consumer FROM outbox_deliveries WHERE consumer = 'points'")).all()
        order = list(range(len(twice)))
        shuffler.shuffle(order)
        for place, line in zip(order, twice, strict=True):
            db.session.execute(
                text(
                    "UPDATE outbox_deliveries SET due_at = due_at - make_interval(secs => :place)"
                    " WHERE event_id = :event AND consumer = 'points'"
                ),
                {"place": place, "event": line.event_id},
            )
    while outbox.deliver_batch("points", now=NOON, size=batch):
        pass
    with transaction():
        for line in twice:
            db.session.execute(
                text("INSERT INTO outbox_deliveries (event_id, consumer, due_at, attempts) VALUES (:event, 'points', :now, 0)"),
                {"event": line.event_id, "now": NOON},
            )
    drain()

    assert [balance_of(person_id) for person_id in ids] == [recount(person_id) for person_id in ids]
    assert_ledger_sound()
    with transaction():
        assert points.settle_persons(ids, now=NOON) == 0
        assert ledger.recount_balances() == 0


def play(record: ServiceRecord, what: str) -> None:
    for step in what.split("+"):
        if step == "confirm":
            confirmation = confirm(record)
        elif step == "correct":
            record = facts.revise(record, SYSTEM, now=NOON, reason="更正", minutes=(record.minutes * 7) % 301)
            happened("service.corrected", record.id)
        elif step == "withdraw":
            record = facts.revise(record, SYSTEM, now=NOON, reason="撤销", void=True)
            happened("service.withdrawn", record.id)
        elif step == "unconfirm":
            happened("confirmation.withdrawn", facts.revise(confirmation, SYSTEM, now=NOON, reason="撤销", void=True).id)


def test_a_lost_ledger_is_rebuilt_to_the_same_balances(community):
    with transaction():
        persons = [make_person(community) for _ in range(3)]
        for person in persons:
            confirm(make_record(person, community, "door_knock", minutes=95))
        ids = [person.id for person in persons]
    drain()
    before = [balance_of(person_id) for person_id in ids]
    with transaction():
        db.session.execute(text("TRUNCATE ledger_entries, ledger_transactions, points_accounts"))
        points.settle_persons(ids, now=NOON)

    assert [balance_of(person_id) for person_id in ids] == before == [8, 8, 8]
    assert db.session.scalar(select(PointsAccount.balance).where(PointsAccount.person_id.is_(None))) == -24
