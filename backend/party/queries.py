"""Reads of work units, for the list from which people choose theirs."""

from uuid import UUID

from sqlalchemy import or_, select, tuple_

from backend.foundation.database import db
from backend.foundation.paging import Cursor, Page
from backend.party.models import WorkUnit


def work_units(*, search: str | None, limit: int, after: str | None) -> Page[WorkUnit]:
    """Units by name; `search` is a part of the name or the whole credit code. Who is logged in may see them all. Raises CursorInvalid."""
    cursor = Cursor.decode(after, str, UUID)
    wanted = select(WorkUnit).order_by(WorkUnit.name, WorkUnit.id).limit(limit + 1)
    if search is not None:
        wanted = wanted.where(or_(WorkUnit.name.contains(search, autoescape=True), WorkUnit.credit_code == search.upper()))
    if cursor is not None:
        wanted = wanted.where(tuple_(WorkUnit.name, WorkUnit.id) > cursor.values)
    return Page.of(db.session.scalars(wanted).all(), limit, lambda unit: (unit.name, unit.id))
