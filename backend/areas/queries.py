"""Reads of areas, for a picker that goes down level by level. Areas are public."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, false, or_, select, true

from backend.areas.models import Area, Level
from backend.foundation.database import Column, db, one_of
from backend.foundation.errors import Missing, Unprocessable
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.search import as_asked, found_among_few

BY_CODE = Order((Area.path,))
MOST_IN_TREE = 2_000
_SHOWN = (Area.id, Area.code, Area.path, Area.level, Area.name, Area.parent_id, Area.pilot_since)


class AreasTooMany(Unprocessable):
    """More areas than one answer holds: a part of the tree is to be named."""

    code: ClassVar[str] = "areas_too_many"
    detail = "区域太多，请选择上级区域"


@dataclass(frozen=True, slots=True)
class AreaSearch:
    """Which areas somebody looks for: directly below one (None: those at the top); of any level where they are searched for. `q`: name
    and code."""

    q: str | None = None
    parent_id: UUID | None = None
    level: Level | None = None


def areas_in_use(search: AreaSearch, *, page: PageRequest) -> Page[AnyRow]:
    """Areas in use, by code; a district has some hundreds, so that they are searched as they stand. Raises CursorInvalid."""
    wanted = select(*_SHOWN).where(Area.withdrawn_on.is_(None), found_among_few(search.q, Area.name, Area.code))
    wanted = wanted.where(as_asked((Area.parent_id, search.parent_id), (Area.level, search.level)))
    if search == AreaSearch():
        wanted = wanted.where(Area.parent_id.is_(None))
    return BY_CODE.page(wanted, page)


def tree_below(area_id: UUID | None, *, with_grids: bool) -> Sequence[AnyRow]:
    """An area and all in use below it (None: the whole tree), by code, so that each stands behind the one above it. Raises Missing,
    AreasTooMany."""
    wanted = select(*_SHOWN).where(Area.withdrawn_on.is_(None)).order_by(Area.path).limit(MOST_IN_TREE + 1)
    if area_id is not None:
        top = db.session.scalar(select(Area.path).where(Area.id == area_id, Area.withdrawn_on.is_(None)))
        if top is None:
            raise Missing
        wanted = wanted.where(Area.path.startswith(top, autoescape=True))
    if not with_grids:
        wanted = wanted.where(Area.level != Level.GRID)
    found = db.session.execute(wanted).all()
    if len(found) > MOST_IN_TREE:
        raise AreasTooMany
    return found


def communities_in_use(paths: Sequence[str]) -> Sequence[AnyRow]:
    """The communities in use in these subtrees, by code, as many as a tree may have: to choose from."""
    within = or_(false(), *(Area.path.startswith(path, autoescape=True) for path in paths))
    communities = select(Area.id, Area.name).where(Area.level == Level.COMMUNITY, Area.withdrawn_on.is_(None), within)
    return db.session.execute(communities.order_by(Area.path).limit(MOST_IN_TREE)).all()


def areas_within(paths: Sequence[str]) -> Sequence[AnyRow]:
    """All areas in use in these subtrees, by code, as many as a tree may have: to choose from."""
    within = or_(false(), *(Area.path.startswith(path, autoescape=True) for path in paths))
    wanted = select(Area.id, Area.name, Area.level).where(Area.withdrawn_on.is_(None), within)
    return db.session.execute(wanted.order_by(Area.path).limit(MOST_IN_TREE)).all()


def path_of(area_id: UUID) -> ScalarSelect[str]:
    """The path of an area, for a statement to compare with; of none, if there is no such area."""
    return select(Area.path).where(Area.id == area_id).scalar_subquery()


def went_on_in(area_ids: Sequence[UUID]) -> Sequence[AnyRow]:
    """The `path` of each of these areas that was succeeded, and the `last` one, of the area that goes on for it now."""
    named = one_of(Area.id, area_ids)
    steps = select(Area.path, Area.successor_id, Area.path.label("last")).where(named, Area.successor_id.is_not(None))
    chain = steps.cte("chain", recursive=True)
    following = select(chain.c.path, Area.successor_id, Area.path).join(chain, Area.id == chain.c.successor_id)
    chain = chain.union_all(following)
    return db.session.execute(select(chain.c.path, chain.c.last).where(chain.c.successor_id.is_(None))).all()


def lies_in(path: Column, area_id: UUID | None) -> ColumnElement[bool]:
    """Condition: the path is that of the area, not of one below it; without an area it is any."""
    return true() if area_id is None else path == path_of(area_id)


def all_areas(*, withdrawn: bool) -> list[Area]:
    """The whole tree by code, for the operator's list; with those out of use where asked."""
    wanted = select(Area).order_by(Area.path)
    return list(db.session.scalars(wanted if withdrawn else wanted.where(Area.withdrawn_on.is_(None))))
