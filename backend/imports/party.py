"""The workbook of Party organisations, those above before those below them. Party members name theirs: these are imported before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from backend.areas.models import LENGTH_OF_PATH, Level
from backend.foundation.actor import Actor
from backend.foundation.ids import new_id
from backend.foundation.skeletons import skeleton
from backend.imports.kinds import Column, Faulty, Findings, Kind, Line, Made, Place, When
from backend.imports.models import ImportKind
from backend.imports.standing import made_by, refer_to
from backend.imports.units import short_name
from backend.party import organisations as party
from backend.party.models import PartyOrganisation, PartyOrganisationKind
from backend.party.organisations import BroughtOrganisation

KINDS: Mapping[str, PartyOrganisationKind] = {kind.chinese: kind for kind in PartyOrganisationKind}
COLUMNS = (
    Column("party_organisation", "党组织名称", "党组织的全名。上级写在下级前面", "和平社区第一党支部"),
    Column("kind", "类型", "从列表中选择", "党支部", choices=tuple(KINDS)),
    Column("parent", "上级党组织", "上级的全名，须在本表或者已在平台上；上级不在平台上的不填", "和平社区党总支", required=False),
    Column("community", "所在社区", "社区的党组织：社区全名或12位区划代码；街道和单位的不填", "和平社区", required=False),
    Column("founded_on", "成立日期", "例如2021-05-01；不知道的不填", "2019-05-01", required=False),
)


@dataclass(frozen=True, slots=True)
class _Organisation:
    name: str
    kind: PartyOrganisationKind
    parent: str | None
    area_path: str
    founded_on: date | None


def _read(place: Place, line: Line, today: date) -> _Organisation:
    return _Organisation(
        name=short_name(line, "party_organisation"),
        kind=line.choice("kind", KINDS),
        parent=short_name(line, "parent") if "parent" in line.cells else None,
        area_path=place.community(line, "community").path if "community" in line.cells else place.path,
        founded_on=line.day("founded_on", until=today) if "founded_on" in line.cells else None,
    )


def _sort_out(read: Sequence[tuple[Line, Any]], findings: Findings) -> Sequence[BroughtOrganisation]:
    names = {name for _, one in read for name in (one.name, one.parent) if name is not None}
    standing: dict[str, list[PartyOrganisation | BroughtOrganisation]] = {}
    for known in (*party.standing_organisations(names), *findings.before):
        standing.setdefault(skeleton(known.name), []).append(known)
    new: list[BroughtOrganisation] = []
    for line, one in read:
        alike = standing.setdefault(skeleton(one.name), [])
        same = next((known for known in alike if known.area_path in (one.area_path, None)), None)
        try:
            if same is None:
                parent = _parent_of(one, standing)
                parent_id = None if parent is None else parent.id
                brought = BroughtOrganisation(new_id(), one.name, one.kind, parent_id, one.area_path, one.founded_on)
                alike.append(brought)
                new.append(brought)
            else:
                _refuse_otherwise(one, same, standing)
                findings.known += 1
        except Faulty as faulty:
            findings.fault(line, faulty)
    return new


def _refuse_otherwise(
    one: _Organisation,
    same: PartyOrganisation | BroughtOrganisation,
    standing: Mapping[str, Sequence[PartyOrganisation | BroughtOrganisation]],
) -> None:
    """Let pass a line that says nothing else than what stands already; what it leaves empty it does not say. Raises Faulty."""
    if same.kind is not one.kind:
        raise Faulty("kind", "已有同名而类型不同的党组织")
    parent = _parent_of(one, standing)
    if parent is not None and parent.id != same.parent_id:
        raise Faulty("parent", "已有同名而上级不同的党组织，请核对；要更正的先撤销原来的导入")
    if one.founded_on not in (None, same.founded_on):
        raise Faulty("founded_on", "已有同名而成立日期不同的党组织，请核对；要更正的先撤销原来的导入")


def _parent_of(
    one: _Organisation, standing: Mapping[str, Sequence[PartyOrganisation | BroughtOrganisation]]
) -> PartyOrganisation | BroughtOrganisation | None:
    """What stands above, in the same street: of several of a name the one of the same area. Raises Faulty."""
    if one.parent is None:
        return None
    street = one.area_path[: LENGTH_OF_PATH[Level.STREET]]
    called = [other for other in standing.get(skeleton(one.parent), ()) if (other.area_path or "").startswith(street)]
    found = called if len(called) < 2 else [other for other in called if other.area_path == one.area_path]
    if not called:
        raise Faulty("parent", "没有这个上级党组织，请把上级写在前面，或者先导入上级")
    if not found:
        raise Faulty("parent", "有几个同名的上级党组织，请先改为不同的名称")
    levels = list(PartyOrganisationKind)
    if found[0].kind is PartyOrganisationKind.BRANCH or levels.index(found[0].kind) > levels.index(one.kind):
        raise Faulty("parent", "上级党组织的级别不能低于本级，党支部没有下级")
    return found[0]


def _enter(actor: Actor, new: Sequence[BroughtOrganisation], when: When) -> Made:
    return {"party_organisations": party.enter_organisations(actor, new, of=when.import_id, now=when.now)}


def _is_used(made: Made, import_id: UUID) -> bool:
    """Members only name it; what stands below is of the same import, or stays."""
    party.hold_organisations()  # before it is asked: nothing comes to stand on one meanwhile
    ids = made["party_organisations"]
    besides = {PartyOrganisation.__tablename__, "party_members"}
    return refer_to(PartyOrganisation.id, ids, besides=besides) or party.have_others_below(
        ids, besides=made_by(import_id, "party_organisations")
    )


def _undo(actor: Actor, made: Made, when: When) -> None:
    party.undo_organisations(actor, made["party_organisations"], of=when.import_id, now=when.now)


KIND = Kind(ImportKind.PARTY_ORGANISATIONS, "党组织", COLUMNS, _read, _sort_out, _enter, _is_used, _undo, refers_to_itself=True)
