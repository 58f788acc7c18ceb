"""How much of a day counts: a person's records of one Shanghai day count for so many hours together (`config/services.toml`)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import and_, func, select

from backend.attendance import limits
from backend.attendance.models import ServiceRecord
from backend.attendance.queries.counting import counting_records
from backend.foundation.database import db
from backend.people.models import Person


def most_minutes(fact_ids: Sequence[UUID]) -> Mapping[UUID, int | None]:
    """Of each record how many minutes still fit into its day beside what counts already; None where all of it does.

    Holds the rows of the persons, so that two records of a day are not let in side by side.
    """
    whose = select(ServiceRecord.person_id).where(ServiceRecord.fact_id.in_(fact_ids), ServiceRecord.is_current())
    db.session.execute(select(Person.id).where(Person.id.in_(whose)).order_by(Person.id).with_for_update(key_share=True))
    return room_seen(fact_ids)


def room_seen(fact_ids: Sequence[UUID]) -> Mapping[UUID, int | None]:
    """The same for who only looks: the next moment it may be otherwise."""
    records = select(ServiceRecord).where(ServiceRecord.fact_id.in_(fact_ids), ServiceRecord.is_current()).subquery("asked")
    counting = counting_records().subquery("counting")
    beside = and_(
        counting.c.person_id == records.c.person_id,
        counting.c.served_on == records.c.served_on,
        counting.c.fact_id != records.c.fact_id,
    )
    lines = db.session.execute(
        select(records.c.fact_id, records.c.minutes, func.coalesce(func.sum(counting.c.minutes), 0).label("beside"))
        .select_from(records.outerjoin(counting, beside))
        .group_by(records.c.fact_id, records.c.minutes)
    )
    most = limits.current().day.most_minutes
    rooms = {line.fact_id: (line.minutes, max(0, most - int(line.beside))) for line in lines}
    return {fact_id: None if minutes <= room else room for fact_id, (minutes, room) in rooms.items()}
