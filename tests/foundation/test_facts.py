"""Facts: revisions, and which of them is current."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

from backend.attendance.models import Confirmation, ServiceRecord
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
