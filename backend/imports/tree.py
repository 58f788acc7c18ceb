"""The workbook of areas. Only operators bring it (`ejia import`): areas are changed by `ejia` alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from backend.accounts import service as accounts
from backend.areas import queries
from backend.areas import service as areas
from backend.areas.models import LENGTH_OF_PATH, Area, Level
from backend.foundation.actor import Actor
from backend.imports.kinds import Column, Faulty, Findings, Kind, Line, Made, Place, When
from backend.imports.models import ImportKind
from backend.imports.standing import made_by, refer_to
from backend.party import organisations as party

LEVELS: Mapping[str, Level] = {level.chinese: level for level in (Level.STREET, Level.COMMUNITY, Level.GRID)}
COLUMNS = (
    Column("code", "区划代码", "统计用区划代码，12位，网格15位；单元格格式为文本。上级写在下级前面", "639999001001"),
    Column("name", "名称", "全名", "和平社区"),
    Column("level", "级别", "从列表中选择", "社区", choices=tuple(LEVELS)),
    Column("pilot_since", "试点日期", "三社联动试点社区：文件上的日期；不是试点的不填", "", required=False),
)


@dataclass(frozen=True, slots=True)
class _Area:
    path: str
    code: str
    name: str
    level: Level
    pilot_since: date | None

    @property
    def parent_path(self) -> str:
        levels = list(Level)
        return self.path[: LENGTH_OF_PATH[levels[levels.index(self.level) - 1]]]


def _read(place: Place, line: Line, today: date) -> _Area:
    code, level, name = line.text("code"), line.choice("level", LEVELS), line.words("name")
    pilot_since = line.day("pilot_since", until=today) if "pilot_since" in line.cells else None
    try:
        path = areas.path_of(code, level)
    except areas.AreaCodeInvalid as refusal:
        raise Faulty("code", refusal.detail) from None
    if not path.startswith(place.path) or path == place.path:
        raise Faulty("code", "不在本次导入的区域之下")
    if len(name) > areas.LONGEST_NAME:
        raise Faulty("name", f"不超过{areas.LONGEST_NAME}个字")
    if pilot_since is not None and level is not Level.COMMUNITY:
        raise Faulty("pilot_since", "只有社区可以是试点")
    return _Area(path, code, name, level, pilot_since)


def _sort_out(read: Sequence[tuple[Line, Any]], findings: Findings) -> Sequence[_Area]:
    standing: dict[str, Area | _Area] = {one.path: one for one in (*queries.all_areas(withdrawn=True), *findings.before)}
    new: list[_Area] = []
    for line, one in read:
        same, parent = standing.get(one.path), standing.get(one.parent_path)
        if same is not None and same.name == one.name and _in_use(same):
            findings.known += 1
        elif same is not None:
            findings.fault(line, Faulty("code", "该代码已有名称不同或者已撤销的区域，请用 ejia areas 办理"))
        elif parent is None or not _in_use(parent):
            findings.fault(line, Faulty("code", "没有上级区域，请把上级写在前面，或者先导入上级"))
        else:
            standing[one.path] = one
            new.append(one)
    return new


def _in_use(area: Area | _Area) -> bool:
    return not isinstance(area, Area) or area.withdrawn_on is None


def _enter(actor: Actor, new: Sequence[_Area], when: When) -> Made:  # noqa: ARG001 - areas are the system's
    made = []
    for one in new:
        area = areas.add_area(code=one.code, level=one.level, name=one.name, now=when.now)
        if one.pilot_since is not None:
            areas.designate_pilot(area.id, since=one.pilot_since, now=when.now)
        made.append(area.id)
    return {"areas": made}


def _is_used(made: Made, import_id: UUID) -> bool:
    ids, paths = made["areas"], areas.paths_of(made["areas"])
    if areas.have_others_below(ids, besides=made_by(import_id, "areas")) or accounts.hold_office_in(paths) or party.stand_in(paths):
        return True
    return refer_to(Area.id, ids, besides={"areas"})


def _undo(actor: Actor, made: Made, when: When) -> None:  # noqa: ARG001 - areas are the system's
    areas.take_back(made["areas"], now=when.now)


KIND = Kind(ImportKind.AREAS, "区域", COLUMNS, _read, _sort_out, _enter, _is_used, _undo, refers_to_itself=True)
