"""Commands on areas: changed by `ejia areas …` only, so they ask no policy."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.areas.models import LENGTH_OF_PATH, Area, Level
from backend.foundation import clock
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing, Unprocessable
from backend.foundation.ids import new_id


class AreaCodeInvalid(Unprocessable):
    """Not a statistical code of this level: 12 digits (a grid: 15), with zeros below the level."""

    code = "area_code_invalid"
    detail = "统计用区划代码不正确"


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


def add_area(*, code: str, level: Level, name: str, now: datetime) -> Area:
    """Add an area under the one that its code names as parent. Raises AreaCodeInvalid, AreaCodeTaken, AreaUnknown (no such parent)."""
    path = path_of(code, level)
    if db.session.scalar(select(Area.id).where(Area.code == code)) is not None:
        raise AreaCodeTaken
    parent_id = None
    if level is not Level.DISTRICT:
        parent_path = path[: LENGTH_OF_PATH[list(Level)[list(Level).index(level) - 1]]]
        parent_id = db.session.scalar(select(Area.id).where(Area.path == parent_path))
        if parent_id is None:
            raise AreaUnknown
    area = Area(id=new_id(), code=code, path=path, level=level, name=name, parent_id=parent_id, valid_from=clock.shanghai_day(now))
    db.session.add(area)
    db.session.flush()
    return area


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
    """The community of this id. Raises NotACommunity for anything else and for one that was withdrawn."""
    area = db.session.get(Area, area_id)
    if area is None or area.level is not Level.COMMUNITY or area.withdrawn_on is not None:
        raise NotACommunity(errors={"community_id": [NotACommunity.detail]})
    return area
