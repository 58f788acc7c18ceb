"""Reads of areas, for a picker that goes down level by level. Areas are public."""

from uuid import UUID

from sqlalchemy import ScalarSelect, select

from backend.areas.models import Area
from backend.foundation.database import db
from backend.foundation.paging import AnyRow, Order, Page, PageRequest

BY_CODE = Order((Area.path,))


def parts_of(parent_id: UUID | None, *, page: PageRequest) -> Page[AnyRow]:
    """The areas in use directly below one (None: those at the top), by code. Raises CursorInvalid."""
    above = Area.parent_id.is_(None) if parent_id is None else Area.parent_id == parent_id
    shown = (Area.id, Area.code, Area.path, Area.level, Area.name, Area.parent_id, Area.pilot_since)
    wanted = select(*shown).where(above, Area.withdrawn_on.is_(None))
    return BY_CODE.page(wanted, page)


def path_of(area_id: UUID) -> ScalarSelect[str]:
    """The path of an area, for a statement to compare with; of none, if there is no such area."""
    return select(Area.path).where(Area.id == area_id).scalar_subquery()


def all_areas(*, withdrawn: bool) -> list[Area]:
    """The whole tree by code, for the operator's list; with those out of use where asked."""
    wanted = select(Area).order_by(Area.path)
    return list(db.session.scalars(wanted if withdrawn else wanted.where(Area.withdrawn_on.is_(None))))
