"""Statements sent past SQLAlchemy's execution keep to the session's transaction, its savepoints and its errors."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Double, Text, Uuid, bindparam, func, insert, select, type_coerce
from sqlalchemy.exc import IntegrityError, MultipleResultsFound, OperationalError

from backend.areas.models import Area, Level
from backend.foundation.audit import AuditEntry
from backend.foundation.clock import now as instant
from backend.foundation.database import (
    as_text,
    db,
    run,
    run_at_commit,
    run_beside,
    run_one,
    run_one_and_give_up,
    transaction,
    write_at_commit,
)
from backend.foundation.errors import Conflict
from backend.foundation.ids import new_id
from backend.foundation.outbox import OutboxEvent
from backend.foundation.statements import Change, Prepared

AREA = {"code": bindparam("code"), "path": bindparam("code"), "level": Level.DISTRICT, "name": "测试", "valid_from": bindparam("day")}
ADD = Prepared(insert(Area).values(id=bindparam("made"), **AREA).returning(Area.id, Area.level))
CODES = Prepared(select(Area.code, Area.level).order_by(Area.code))


def add(code: str):
    return run_one(ADD, made=new_id(), code=code, day=instant().date())


def codes() -> list[str]:
    return [row.code for row in run(CODES)]


class Taken(Conflict):
    """The code is another area's."""


class WentWrong(Exception):
    """What the work inside may raise."""


def add_and_fail(code: str) -> None:
    add(code)
    raise WentWrong


def test_columns_are_read_as_their_types_promise(app):
    with transaction():
        assert add("639999000000").level is Level.DISTRICT
        assert [tuple(row) for row in run(CODES)] == [("639999000000", Level.DISTRICT)]


def test_a_savepoint_takes_back_what_was_sent_within_it(app):
    with transaction():
        add("639999000000")
        with pytest.raises(WentWrong), db.session.begin_nested():
            add_and_fail("639998000000")
        with pytest.raises(IntegrityError), db.session.begin_nested():
            add("639999000000")
        add("639997000000")
    with transaction():
        assert codes() == ["639997000000", "639999000000"]


def fail() -> None:
    raise WentWrong


def loaded() -> list[str]:
    """As `codes`, by the session."""
    return list(db.session.scalars(select(Area.code).order_by(Area.code)))


def rename(code: str, name: str) -> None:
    next(iter(db.session.scalars(select(Area).where(Area.code == code)))).name = name


def test_the_session_joins_the_transaction_that_prepared_statements_began_and_they_its_own(app):
    def prepared_first() -> None:
        add("639999000000")
        assert loaded() == ["639999000000"]
        rename("639999000000", "改名")
        add_and_fail("639998000000")

    def loaded_first() -> None:
        assert loaded() == []
        add_and_fail("639999000000")

    for work in (prepared_first, loaded_first):
        with pytest.raises(WentWrong), transaction():
            work()
    with transaction():
        add("639999000000")
        rename("639999000000", "改名")
        add("639998000000")
        assert (loaded(), codes()) == (["639998000000", "639999000000"],) * 2
    with transaction():
        assert run_one(Prepared(select(Area.name).where(Area.code == "639999000000"))).name == "改名"


def test_the_connection_goes_back_however_the_work_ends(app):
    resting = db.engine.pool.checkedout
    db.session.remove()
    with transaction():
        add("639999000000")
        assert resting() == 1
    assert resting() == 0
    with pytest.raises(IntegrityError), transaction():
        add("639999000000")
    assert resting() == 0
    add("639998000000")
    db.session.remove()
    assert resting() == 0
    with transaction():
        assert codes() == ["639999000000"], "what was never committed"


def test_a_refusal_takes_its_transaction_back_with_the_last_question_and_nothing_goes_on_after_it(app):
    def given_up(after: Callable[[], object]) -> None:
        add("639999000000")
        write_at_commit({AuditEntry: [{"id": new_id(), "at": instant(), "action": "x.y", "succeeded": True, "details": {}}]})
        assert run_one_and_give_up(CODES).code == "639999000000"
        after()

    for goes_on in (codes, loaded, db.session.commit, lambda: None):
        with pytest.raises(RuntimeError, match="given up"), transaction():
            given_up(goes_on)
    with pytest.raises(WentWrong), transaction():
        given_up(fail)
    with transaction():
        assert (codes(), loaded()) == ([], [])
        with pytest.raises(WentWrong), db.session.begin_nested():
            given_up(fail)
        add("639998000000")
    with transaction():
        assert codes() == ["639998000000"], "a savepoint takes itself back, and not what came before"


def test_what_is_held_back_goes_with_the_transaction_that_was_rolled_back(app):
    def hold_and_fail() -> None:
        write_at_commit({AuditEntry: [{"id": new_id(), "at": instant(), "action": "x.y", "succeeded": True, "details": {}}]})
        raise WentWrong

    with pytest.raises(WentWrong), transaction():
        hold_and_fail()
    with transaction():
        add("639999000000")
    with transaction():
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_a_constraint_named_with_held_rows_refuses_them_at_the_commit_or_at_the_savepoints_end(app):
    def area(code: str):
        row = {"id": new_id(), "code": code, "path": code, "level": Level.DISTRICT, "name": "测试", "valid_from": instant().date()}
        write_at_commit({Area: [row]}, {"uq_areas_code": Taken})

    with transaction():
        area("639999000000")
    with pytest.raises(Taken), transaction():
        area("639999000000")
    with transaction():
        with pytest.raises(Taken), db.session.begin_nested():
            area("639999000000")
        area("639998000000")
    with transaction():
        assert codes() == ["639998000000", "639999000000"]


@pytest.mark.parametrize("count", [1, 4, 5, 300])
def test_held_rows_are_written_whole_however_many_there_are(app, count):
    rows = [
        {"id": new_id(), "at": instant(), "action": "x.y", "succeeded": True, "details": {"number": n}, "reason": "因" if n % 2 else None}
        for n in range(count)
    ]
    with transaction():
        write_at_commit({AuditEntry: rows, OutboxEvent: []})
    with transaction():
        written = db.session.execute(select(AuditEntry.id, AuditEntry.details, AuditEntry.reason).order_by(AuditEntry.id)).all()
    assert [tuple(row) for row in written] == [(row["id"], row["details"], row["reason"]) for row in rows]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Text, ["", "a,b", "{c}", 'say "d"', "e\\f", "NULL", "null", " g ", "h\ni", "%s", "服务", None]),
        (Uuid, [UUID(int=0), UUID(int=2**128 - 1), None]),
        (BigInteger, [0, -(2**63), 2**63 - 1, None]),
        (Date, [date(1900, 2, 28), date(9999, 12, 31), None]),
        (DateTime(timezone=True), [datetime(2026, 3, 5, 4, 0, 0, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC), None]),
        (Boolean, [True, False, None]),
        (as_text(Level), [Level.DISTRICT, None]),
        (Text, []),
    ],
)
def test_a_list_arrives_as_it_was_sent(app, kind, values):
    sent = func.unnest(bindparam("values", type_=ARRAY(kind))).table_valued("value", with_ordinality="place").render_derived()
    arrived = Prepared(select(type_coerce(sent.c.value, kind).label("value")).order_by(sent.c.place))
    with transaction():
        assert [row.value for row in run(arrived, values=values)] == values


@pytest.mark.parametrize("value", [31.230416, -0.0, 1e-300, None])
def test_a_float_arrives_as_it_was_sent(app, value):
    arrived = Prepared(select(bindparam("value", type_=Double).label("value")))
    with transaction():
        assert [row.value for row in run(arrived, value=value)] == [value]


def test_a_change_beside_a_query_tells_whether_it_was_made(app):
    rename = Prepared(Area.__table__.update().where(Area.code == bindparam("of")).values(name="新名").returning(Area.id))
    with transaction():
        add("639999000000")
        assert run_beside(Change(rename, {"of": "639999000000"}), CODES)[1] is True
        rows, made = run_beside(Change(rename, {"of": "639998000000"}), CODES)
        assert made is False
        assert [row.code for row in rows] == ["639999000000"]
        run_at_commit(rename, of="639999000000")
    with transaction():
        assert db.session.scalars(select(Area.name)).all() == ["新名"]


def test_more_than_one_row_is_not_one(app):
    with transaction():
        add("639999000000")
        add("639998000000")
        with pytest.raises(MultipleResultsFound):
            run_one(CODES)


def test_a_lost_connection_is_told_to_the_pool_and_replaced(app):
    def ask_while_another_ends_my_connection() -> None:
        other.execute(select(func.pg_terminate_backend(db.session.scalar(select(func.pg_backend_pid())))))
        codes()

    with db.engine.connect() as other, pytest.raises(OperationalError) as lost, transaction():
        ask_while_another_ends_my_connection()
    assert lost.value.connection_invalidated
    with transaction():
        assert codes() == []
