"""Reads of areas, for a picker that goes down level by level. Areas are public."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ScalarSelect, select

from backend.areas.models import Area, Level
from backend.foundation.database import db
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.search import found_among_few

BY_CODE = Order((Area.path,))


@dataclass(frozen=True, slots=True)
class AreaSearch:
    """Which areas somebody looks for: directly below one (None: those at the top); of any level where they are searched for. `q`: name
    and code."""

    q: str | None = None
    parent_id: UUID | None = None
    level: Level | None = None


def areas_in_use(search: AreaSearch, *, page: PageRequest) -> Page[AnyRow]:
    """Areas in use, by code; a district has some hundreds, so that they are searched as they stand. Raises CursorInvalid."""
    shown = (Area.id, Area.code, Area.path, Area.level, Area.name, Area.parent_id, Area.pilot_since)
    wanted = select(*shown).where(Area.withdrawn_on.is_(None), found_among_few(search.q, Area.name, Area.code))
    if search.parent_id is not None:
        wanted = wanted.where(Area.parent_id == search.parent_id)
    if search.level is not None:
        wanted = wanted.where(Area.level == search.level)
    if search == AreaSearch():
        wanted = wanted.where(Area.parent_id.is_(None))
    return BY_CODE.page(wanted, page)


def path_of(area_id: UUID) -> ScalarSelect[str]:
    """The path of an area, for a statement to compare with; of none, if there is no such area."""
    return select(Area.path).where(Area.id == area_id).scalar_subquery()


def all_areas(*, withdrawn: bool) -> list[Area]:
    """The whole tree by code, for the operator's list; with those out of use where asked."""
    wanted = select(Area).order_by(Area.path)
    return list(db.session.scalars(wanted if withdrawn else wanted.where(Area.withdrawn_on.is_(None))))
