"""Reads of areas, for a picker that goes down level by level. Areas are public."""

from uuid import UUID

from sqlalchemy import select

from backend.areas.models import Area
from backend.foundation.database import db
from backend.foundation.paging import Cursor, Page


def parts_of(parent_id: UUID | None, *, limit: int, after: str | None) -> Page[Area]:
    """The areas in use directly below one (None: those at the top), by code. Raises CursorInvalid."""
    cursor = Cursor.decode(after, str)
    above = Area.parent_id.is_(None) if parent_id is None else Area.parent_id == parent_id
    wanted = select(Area).where(above, Area.withdrawn_on.is_(None)).order_by(Area.path).limit(limit + 1)
    if cursor is not None:
        wanted = wanted.where(Area.path > cursor.values[0])
    return Page.of(db.session.scalars(wanted).all(), limit, lambda area: (area.path,))


def all_areas(*, withdrawn: bool) -> list[Area]:
    """The whole tree by code, for the operator's list; with those out of use where asked."""
    wanted = select(Area).order_by(Area.path)
    return list(db.session.scalars(wanted if withdrawn else wanted.where(Area.withdrawn_on.is_(None))))
