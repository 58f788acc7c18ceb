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


def known(instant):
    return db.session.scalars(select(Membership.id).where(Membership.known_at(instant))).all()
