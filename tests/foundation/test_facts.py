"""Facts: revisions, and which of them is current or was known."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

from backend.attendance.models import Confirmation, ServiceRecord
from backend.foundation import facts
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.ids import new_id
from backend.organisations.models import Staff
from backend.teams.models import Membership
from backend.volunteers.models import Volunteer
from tests.support.attendance import counted_statements


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        (ServiceRecord, ServiceRecord.attendance_id),
        (Confirmation, Confirmation.record_fact_id),
        (Membership, Membership.person_id),
        (Staff, Staff.person_id),
        (Volunteer, Volunteer.person_id),
    ],
)
def test_what_is_current_is_found_by_a_partial_index(app, kind, column):
    wanted = select(kind.id).where(column == new_id(), kind.is_current())
    statement = str(wanted.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))

    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(line[0] for line in connection.execute(text(f"EXPLAIN {statement}")))

    assert "Index" in plan, plan
    assert "Seq Scan" not in plan, plan


@pytest.mark.usefixtures("team")
def test_a_revision_is_known_from_its_own_instant_until_that_of_the_next():
    first = db.session.scalars(select(Membership)).one()
    then, just = first.recorded_at + timedelta(days=1), timedelta(microseconds=1)
    second = facts.revise(first, Actor.system(), now=then, reason="离队", left_on=then.date())

    assert known(first.recorded_at - just) == []
    assert known(first.recorded_at) == known(then - just) == [first.id]
    assert known(then) == known(None) == [second.id]


def test_many_are_revised_in_as_few_statements_as_one_and_none_where_one_was_revised_since(volunteer):
    for name in ("李一", "李二", "李三"):
        volunteer(name)
    seen = volunteers_now()
    assert len(seen) > 2
    then = max(one.recorded_at for one in seen) + timedelta(days=1)
    leaving = {"now": then, "reason": "离开", "left_on": then.date()}

    with counted_statements() as for_one:
        facts.revise(seen[0], Actor.system(), **leaving)
    with pytest.raises(facts.AlreadyCorrected):
        facts.revise_all(seen, Actor.system(), **leaving)
    db.session.rollback()
    seen = volunteers_now()
    with counted_statements() as for_all:
        revised = facts.revise_all(seen, Actor.system(), **leaving)

    assert len(for_all) == len(for_one)
    assert [(one.fact_id, one.person_id, one.left_on) for one in revised] == [(one.fact_id, one.person_id, then.date()) for one in seen]
    assert volunteers_now() == revised


def volunteers_now():
    return db.session.scalars(select(Volunteer).where(Volunteer.is_current()).order_by(Volunteer.id)).all()


def known(instant):
    return db.session.scalars(select(Membership.id).where(Membership.known_at(instant))).all()
