"""The workbooks of 双报到: work units, and the serving Party members who are registered already. They are volunteers: these are imported
first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from backend.accounts import service as accounts
from backend.areas.models import Area
from backend.foundation.actor import Actor
from backend.foundation.identifiers import NumberInvalid, age_on, credit_code
from backend.foundation.skeletons import skeleton
from backend.imports.kinds import Column, Faulty, Findings, Kind, Line, Made, Place, When
from backend.imports.models import ImportKind
from backend.imports.standing import refer_to, refer_to_people
from backend.imports.volunteers import ID_NUMBER, NAME, read_adult
from backend.party import entry as party
from backend.party.entry import BroughtEmployee, BroughtUnit
from backend.party.models import UnitNature, WorkUnit
from backend.party.service import joined_too_early
from backend.people.minors import AGE_OF_MAJORITY
from backend.people.service import Identity, look_all_up
from backend.registration import entry as registration
from backend.registration.entry import BroughtMember, Entered
from backend.volunteers import entry as volunteers

NATURES: Mapping[str, UnitNature] = {nature.chinese: nature for nature in UnitNature}
UNIT_COLUMNS = (
    Column("unit", "单位名称", "单位的全名", "测试区住房保障中心"),
    Column("nature", "性质", "从列表中选择", "事业单位", choices=tuple(NATURES)),
    Column("credit_code", "统一社会信用代码", "18位；暂时不知道的不填", "", required=False),
)
MEMBER_COLUMNS = (
    Column("unit", "单位", "单位的全名，或者统一社会信用代码", "测试区住房保障中心"),
    Column("party_organisation", "所在党组织", "单位党组织的名称", "住房保障中心党支部"),
    NAME,
    ID_NUMBER,
    Column("community", "报到社区", "居住的社区：全名或12位区划代码", "和平社区"),
    Column("accepted_on", "报到日期", "社区接收报到的日期，例如2021-05-01", "2021-05-01"),
    Column("joined_party_on", "入党日期", "例如2001-07-01；不知道的不填", "", required=False),
    Column("paper", "同意书", "本人在哪份纸上签字同意：名称或编号", "在职党员报到登记表2021年第3号"),
    Column("signed_on", "签字日期", "签字的日期", "2021-05-01"),
)
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class _Member:
    unit: str
    party_organisation: str
    identity: Identity
    community: Area
    accepted_on: date
    joined_party_on: date | None
    paper: str
    signed_on: date


def short_name(line: Line, at: str) -> str:
    """The name of a body, as long as the platform takes it. Raises Faulty."""
    if len(name := line.words(at)) > _LONGEST_NAME:
        raise Faulty(at, f"不超过{_LONGEST_NAME}个字")
    return name


def _read_unit(place: Place, line: Line, today: date) -> BroughtUnit:  # noqa: ARG001 - as every kind is read
    name, code = short_name(line, "unit"), line.cells.get("credit_code")
    try:
        code = None if code is None else credit_code(code)
    except NumberInvalid as error:
        raise Faulty("credit_code", str(error)) from None
    return BroughtUnit(name, code, line.choice("nature", NATURES))


def _read_member(place: Place, line: Line, today: date) -> _Member:
    identity = read_adult(line, today)
    joined = line.day("joined_party_on", until=today) if "joined_party_on" in line.cells else None
    if joined is not None and joined_too_early(joined, born_on=identity.number.born_on):
        raise Faulty("joined_party_on", "不能早于1921年7月，也不能早于年满18周岁")
    accepted_on = line.day("accepted_on", until=today)
    if age_on(identity.number.born_on, accepted_on) < AGE_OF_MAJORITY:
        raise Faulty("accepted_on", "报到时应年满18周岁")
    return _Member(
        unit=line.words("unit"),
        party_organisation=short_name(line, "party_organisation"),
        identity=identity,
        community=place.community(line, "community"),
        accepted_on=accepted_on,
        joined_party_on=joined,
        paper=line.words("paper"),
        signed_on=line.day("signed_on", until=today),
    )


def _sort_out_units(read: Sequence[tuple[Line, Any]], findings: Findings) -> Sequence[BroughtUnit]:
    codes = [one.credit_code for _, one in read if one.credit_code is not None]
    standing = party.standing_units([one.name for _, one in read], codes)
    known = {unit.credit_code for unit in standing if unit.ended_on is None}
    ended = {unit.credit_code for unit in standing if unit.ended_on is not None}
    without_code = {unit.name_skeleton for unit in standing if unit.credit_code is None and unit.ended_on is None}
    names = {unit.name_skeleton for unit in standing if unit.ended_on is None}
    new: list[BroughtUnit] = []
    for line, one in read:
        looks = skeleton(one.name)
        if looks in names if one.credit_code is None else one.credit_code in known:
            findings.known += 1
        elif one.credit_code is not None and one.credit_code in ended:
            findings.fault(line, Faulty("credit_code", "该单位已在平台终止"))
        elif looks in without_code:
            findings.fault(line, Faulty("credit_code", "已有同名的单位还没有统一社会信用代码，请先在平台核对、补登"))
        else:
            names.add(looks)
            known.add(one.credit_code)
            if one.credit_code is None:
                without_code.add(looks)
            new.append(one)
    return new


def _sort_out_members(read: Sequence[tuple[Line, Any]], findings: Findings) -> Sequence[BroughtMember]:
    named = [one.unit for _, one in read]
    units = [unit for unit in party.standing_units(named, [name.upper() for name in named]) if unit.ended_on is None]
    found = look_all_up([one.identity for _, one in read])
    people = [lookup.person.id for lookup in found if lookup.person is not None]
    live, with_account = volunteers.live_among(people), accounts.with_account_among(people)
    active, working = registration.active_among(people), party.working_among(people)
    refusing = registration.took_back_among(people)
    new: list[BroughtMember] = []
    for (line, one), lookup in zip(read, found, strict=True):
        person = lookup.person
        its = [unit for unit in units if unit.credit_code == one.unit.upper()] or [
            unit for unit in units if unit.name_skeleton == skeleton(one.unit)
        ]
        if len(its) != 1:
            sentence = "有几个同名的单位，请填写统一社会信用代码" if its else "没有这个单位，请先导入单位"
            findings.fault(line, Faulty("unit", sentence))
        elif person is None or person.id not in live:
            findings.fault(line, Faulty("name", "还不是注册志愿者，或者姓名与登记的不一致，请先导入志愿者"))
        elif active.get(person.id) == one.community.path:
            findings.known += 1
        elif person.id in active:
            findings.fault(line, Faulty("community", "已在其他社区报到"))
        elif person.id in with_account:
            findings.fault(line, Faulty("id_number", "本人已有账号，请本人在小程序里报到"))
        elif person.id in refusing:
            findings.fault(line, Faulty("name", "本人已撤回同意，不能代为报到"))
        elif person.area_path != one.community.path:
            findings.fault(line, Faulty("community", "登记居住在其他社区，请先办理迁居"))
        elif working.get(person.id, its[0].id) != its[0].id:
            findings.fault(line, Faulty("unit", "已登记在其他单位工作"))
        else:
            active[person.id] = one.community.path
            employee = BroughtEmployee(person.id, its[0].id, one.party_organisation, one.joined_party_on, one.accepted_on)
            new.append(BroughtMember(employee, one.community, one.accepted_on, one.paper, one.signed_on))
    return new


def _enter_units(actor: Actor, new: Sequence[BroughtUnit], when: When) -> Made:
    return {"units": party.enter_units(actor, new, of=when.import_id, now=when.now)}


def _enter_members(actor: Actor, new: Sequence[BroughtMember], when: When) -> Made:
    made = registration.enter_members(actor, new, of=when.import_id, now=when.now)
    people = [one.employee.person_id for one in new]
    return {"people": people, "registrations": made.registrations, "memberships": made.memberships, "consents": made.consents}


def _units_are_used(made: Made, import_id: UUID) -> bool:  # noqa: ARG001 - asked of every kind alike
    return refer_to(WorkUnit.id, made["units"], besides=())


def _members_are_used(made: Made, import_id: UUID) -> bool:
    besides = {"member_registrations", "unit_memberships", "party_members", "consents", "team_memberships", "organisation_staff"}
    return registration.moved_on(_entered(made)) or refer_to_people([], made["people"], since=import_id, besides=besides)


def _undo_units(actor: Actor, made: Made, when: When) -> None:
    party.undo_units(actor, made["units"], of=when.import_id, now=when.now)


def _undo_members(actor: Actor, made: Made, when: When) -> None:
    registration.undo_members(actor, _entered(made), of=when.import_id, now=when.now)


def _entered(made: Made) -> Entered:
    return Entered(made["registrations"], made["memberships"], made["consents"])


UNITS = Kind(ImportKind.WORK_UNITS, "单位", UNIT_COLUMNS, _read_unit, _sort_out_units, _enter_units, _units_are_used, _undo_units)
MEMBERS = Kind(
    name=ImportKind.UNIT_MEMBERS,
    title="报到党员",
    columns=MEMBER_COLUMNS,
    read=_read_member,
    sort_out=_sort_out_members,
    enter=_enter_members,
    is_used=_members_are_used,
    undo=_undo_members,
)
