"""Commands on areas. Only `ejia areas …` calls them, so they ask no policy."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from backend.areas.events import AreaSucceeded, CommunityDivided, CommunityExtended
from backend.areas.models import LENGTH_OF_PATH, Area, Level
from backend.foundation import audit, clock, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db, flush_or_refuse, one_of
from backend.foundation.errors import Conflict, Missing, Unprocessable
from backend.foundation.ids import new_id

# As long as the API's answers (miniprogram_api/schemas) take it.
LONGEST_NAME = 100


class AreaCodeInvalid(Unprocessable):
    """Not a statistical code of this level: 12 digits (a grid: 15), with zeros below the level."""

    code = "area_code_invalid"
    detail = "统计用区划代码不正确"


class AreaNameInvalid(Unprocessable):
    """Empty (a shell variable that was not set), longer than answers can tell, or with line breaks and the like."""

    code = "area_name_invalid"
    detail = "区域名称应为1至100个字，不含换行等控制字符"


class AreaUnknown(Missing):
    """No such area."""

    code = "area_unknown"
    detail = "没有这个区域"


class NotACommunity(Unprocessable):
    """The area is not a community that is in use."""

    code = "not_a_community"
    detail = "请选择一个社区"


class AreaCodeTaken(Conflict):
    """An area of this code exists."""

    code = "area_code_taken"
    detail = "该区划代码已存在"


class AreaWithdrawn(Conflict):
    """The area is out of use already."""

    code = "area_withdrawn"
    detail = "该区域已撤销"


class AreaHasParts(Conflict):
    """The area has parts that are still in use."""

    code = "area_has_parts"
    detail = "该区域下还有未撤销的下级区域"


def add_area(*, code: str, level: Level, name: str, now: datetime) -> Area:
    """Add an area under the one that its code names as parent.

    Raises AreaCodeInvalid, AreaNameInvalid, AreaCodeTaken, AreaUnknown (no such parent).
    """
    path = path_of(code, level)
    name = _name(name)
    parent_id = None
    if level is not Level.DISTRICT:
        parent_path = path[: LENGTH_OF_PATH[list(Level)[list(Level).index(level) - 1]]]
        # Shared lock: the parent is not withdrawn meanwhile.
        in_use = select(Area.id).where(Area.path == parent_path, Area.withdrawn_on.is_(None))
        parent_id = db.session.scalar(in_use.with_for_update(read=True))
        if parent_id is None:
            raise AreaUnknown
    area = Area(id=new_id(), code=code, path=path, level=level, name=name, parent_id=parent_id, valid_from=clock.shanghai_day(now))
    db.session.add(area)
    flush_or_refuse({"uq_areas_code": AreaCodeTaken, "uq_areas_path": AreaCodeTaken})
    audit.record(Actor.system(), "area.add", area.id, now=now)
    return area


def rename_area(area_id: UUID, name: str, *, now: datetime) -> None:
    """Give an area another name; its code stays. Raises AreaNameInvalid, AreaUnknown."""
    _change(area_id, "area.rename", now=now, name=_name(name))


def hold_area(area_id: UUID) -> Area:
    """The area, in which nothing begins until this transaction ends (`community` and `area_in_use` wait for it), nor gets it a part.

    Raises AreaUnknown, AreaWithdrawn.
    """
    area = db.session.scalar(select(Area).where(Area.id == area_id).with_for_update().execution_options(populate_existing=True))
    if area is None:
        raise AreaUnknown
    if area.withdrawn_on is not None:
        raise AreaWithdrawn
    return area


def withdraw_area(area_id: UUID, *, now: datetime) -> None:
    """Take an area out of use from today on: nothing new begins in it, what was recorded there stands. Whether anything is open in it, the
    caller has asked (`successions`).

    Raises AreaUnknown, AreaWithdrawn, AreaHasParts.
    """
    hold_area(area_id)
    if db.session.scalar(select(Area.id).where(Area.parent_id == area_id, Area.withdrawn_on.is_(None)).limit(1)) is not None:
        raise AreaHasParts
    _change(area_id, "area.withdraw", now=now, withdrawn_on=clock.shanghai_day(now))


def grids_of(community_id: UUID) -> Sequence[Area]:
    """The grids of a community that are in use, by code."""
    return db.session.scalars(select(Area).where(Area.parent_id == community_id, Area.withdrawn_on.is_(None)).order_by(Area.path)).all()


def add_grid(community: Area, name: str, *, now: datetime) -> Area:
    """Add a grid with the first number of the community that no grid has or had. Raises AreaCodeTaken (all are)."""
    had = set(db.session.scalars(select(Area.code).where(Area.path.startswith(community.path, autoescape=True))))
    free = (code for number in range(1, 1000) if (code := f"{community.path}{number:03d}") not in had)
    code = next(free, "")
    if not code:
        raise AreaCodeTaken
    return add_area(code=code, level=Level.GRID, name=name, now=now)


def let_succeed(former: Area, successor: Area, *, day: date, now: datetime) -> None:
    """Take an area out of use from a day on, because another one succeeds it. The caller holds it, and has handed on what lay there."""
    _change(former.id, "area.merge", now=now, withdrawn_on=max(day, former.valid_from), successor_id=successor.id)
    outbox.record(AreaSucceeded(former.id), now=now)


def let_divide(former: Area, successor: Area, *, day: date, now: datetime) -> None:
    """Write down that a community gave a part of what it has to another one, which goes on beside it. The caller has handed it on."""
    audit.record(Actor.system(), "area.split", former.id, now=now, to=successor.code, day=day.isoformat())
    outbox.record_all([CommunityDivided(former.id), CommunityExtended(successor.id)], now=now)


def paths_of(area_ids: Sequence[UUID]) -> Sequence[str]:
    """Where in the tree these areas stand."""
    return db.session.scalars(select(Area.path).where(one_of(Area.id, area_ids))).all()


def have_others_below(area_ids: Sequence[UUID], *, besides: Sequence[UUID]) -> bool:
    """Whether one of these areas has a part that is none of the others."""
    parts = select(Area.id).where(one_of(Area.parent_id, area_ids), ~one_of(Area.id, besides))
    return db.session.scalar(parts.limit(1)) is not None


def take_back(area_ids: Sequence[UUID], *, now: datetime) -> None:
    """Let areas never have been, to which nothing refers; their codes are free."""
    db.session.execute(delete(Area).where(one_of(Area.id, area_ids)).execution_options(synchronize_session=False))
    for area_id in area_ids:
        audit.record(Actor.system(), "area.take_back", area_id, now=now)


def designate_pilot(area_id: UUID, *, since: date, now: datetime) -> None:
    """Write down since which day a community is a 三社联动 pilot; a later call corrects the day. Raises AreaUnknown, NotACommunity."""
    community(area_id)
    _change(area_id, "area.designate_pilot", now=now, pilot_since=since)


def area_of_code(code: str) -> Area:
    """The area of a statistical code that is in use. Raises AreaUnknown."""
    area = db.session.scalar(select(Area).where(Area.code == code, Area.withdrawn_on.is_(None)))
    if area is None:
        raise AreaUnknown
    return area


def area_in_use(area_id: UUID) -> Area:
    """As `area_to_begin_in`. Raises AreaUnknown, also for one that was withdrawn."""
    area = area_to_begin_in(area_id)
    if area is None:
        raise AreaUnknown
    return area


def area_to_begin_in(area_id: UUID) -> Area | None:
    """An area in use, which is not withdrawn before this transaction ends."""
    # In share, as a foreign key would take it: whoever withdraws waits for what begins here, and this for who withdraws.
    kept = select(Area).where(Area.id == area_id, Area.withdrawn_on.is_(None)).with_for_update(read=True, key_share=True)
    return db.session.scalar(kept.execution_options(populate_existing=True))


def goes_on_in(area_id: UUID) -> Area | None:
    """As `area_to_begin_in`; of an area that was merged into another one, that one. None when it just ended."""
    while (area := area_to_begin_in(area_id)) is None:
        successor_id = db.session.scalar(select(Area.successor_id).where(Area.id == area_id))
        if successor_id is None:
            return None
        area_id = successor_id
    return area


def _change(area_id: UUID, action: str, *, now: datetime, **values: str | date | UUID) -> None:
    changed = db.session.scalar(
        update(Area).where(Area.id == area_id).values(**values).returning(Area.id).execution_options(synchronize_session=False)
    )
    if changed is None:
        raise AreaUnknown
    db.session.expire_all()
    audit.record(Actor.system(), action, area_id, now=now)


def _name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise AreaNameInvalid
    return name


def path_of(code: str, level: Level) -> str:
    """The digits of a code that mean something at its level. Raises AreaCodeInvalid."""
    length = LENGTH_OF_PATH[level]
    if (
        not code.isascii()
        or not code.isdigit()
        or len(code) != max(length, 12)
        or code[length:].strip("0")
        or code[:length].endswith("000")
    ):
        raise AreaCodeInvalid
    return code[:length]


def community(area_id: UUID) -> Area:
    """As `area_to_begin_in`, a community. Raises NotACommunity for anything else and for one that was withdrawn."""
    area = area_to_begin_in(area_id)
    if area is None or area.level is not Level.COMMUNITY:
        raise NotACommunity(errors={"community_id": [NotACommunity.detail]})
    return area
