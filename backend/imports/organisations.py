"""The workbooks of social organisations and of their staff. Who acts for one is a volunteer already: volunteers are imported first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from backend.areas.models import Area
from backend.foundation.actor import Actor
from backend.foundation.identifiers import NumberInvalid, credit_code
from backend.foundation.skeletons import skeleton
from backend.imports.kinds import Column, Faulty, Findings, Kind, Line, Made, Place, When
from backend.imports.models import ImportKind
from backend.imports.standing import refer_to
from backend.imports.volunteers import ID_NUMBER, NAME, read_adult, volunteers_among
from backend.organisations import entry as organisations
from backend.organisations.entry import BroughtOrganisation, BroughtStaff, StatedOrganisation
from backend.organisations.models import Filing, Organisation, OrganisationStatus, Origin
from backend.people.service import Identity

ORIGINS: Mapping[str, Origin] = {origin.chinese: origin for origin in Origin}
FILINGS: Mapping[str, Filing] = {filing.chinese: filing for filing in Filing}

_ORGANISATION = Column("organisation", "组织名称", "社会组织的全名", "邻里互助社")
_COMMUNITY = Column("community", "所在社区", "审核它的社区：全名或12位区划代码", "和平社区")
ORGANISATION_COLUMNS = (
    _ORGANISATION,
    _COMMUNITY,
    Column("origin", "来源", "从列表中选择", "培育", choices=tuple(ORIGINS)),
    Column("filing", "登记或备案", "从列表中选择", "备案", choices=tuple(FILINGS)),
    Column("credit_code", "统一社会信用代码", "登记的必填；备案的不填", "", required=False),
    Column("record_number", "备案编号", "备案的必填", "备2021-001", required=False),
    Column("purpose", "宗旨", "做什么", "居民互助"),
    Column("counted_on", "协议或备案日期", "例如2021-05-01", "2021-05-01"),
    Column("proof", "证明文件", "协议或备案证明的名称、编号", "备案证明2021年第1号"),
    Column("name", "负责人姓名", "身份证上的姓名；须已是志愿者", "张三"),
    Column("id_number", "负责人身份证号", "18位，单元格格式为文本", "639999199001010014"),
)
STAFF_COLUMNS = (_ORGANISATION, _COMMUNITY, NAME, ID_NUMBER, Column("joined_on", "任职日期", "例如2021-05-01", "2021-05-01"))


@dataclass(frozen=True, slots=True)
class _Organisation:
    stated: StatedOrganisation
    officer: Identity

    def is_same(self, area_path: str, code: str | None, record: str | None, looks_like: str | None) -> bool:
        """Whether it is the same body as another by a number, or has a name that looks the same in its community."""
        stated = self.stated
        here = area_path == stated.community.path
        by_code = stated.credit_code is not None and code == stated.credit_code
        by_record = here and stated.record_number is not None and record == stated.record_number
        return by_code or by_record or (here and looks_like == skeleton(stated.name))


@dataclass(frozen=True, slots=True)
class _Staff:
    name: str
    community: Area
    identity: Identity
    joined_on: date


def _read_organisation(place: Place, line: Line, today: date) -> _Organisation:
    filing = line.choice("filing", FILINGS)
    code, record = line.cells.get("credit_code"), line.cells.get("record_number")
    if filing is Filing.REGISTERED and code is None:
        raise Faulty("credit_code", "登记的社会组织必填")
    if filing is Filing.ON_RECORD and (record is None or code is not None):
        raise Faulty("record_number", "备案的社会组织填写备案编号，不填统一社会信用代码")
    try:
        code = None if code is None else credit_code(code)
    except NumberInvalid as error:
        raise Faulty("credit_code", str(error)) from None
    stated = StatedOrganisation(
        name=line.words("organisation"),
        community=place.community(line, "community"),
        origin=line.choice("origin", ORIGINS),
        filing=filing,
        credit_code=code,
        record_number=None if record is None else line.words("record_number"),
        purpose=line.words("purpose"),
        counted_on=line.day("counted_on", until=today),
        proof=line.words("proof"),
    )
    return _Organisation(stated, officer=read_adult(line, today))


def _read_staff(place: Place, line: Line, today: date) -> _Staff:
    identity, joined_on = read_adult(line, today), line.day("joined_on", until=today)
    return _Staff(line.words("organisation"), place.community(line, "community"), identity, joined_on)


def _sort_out_organisations(read: Sequence[tuple[Line, Any]], findings: Findings) -> Sequence[BroughtOrganisation]:
    codes = [one.stated.credit_code for _, one in read if one.stated.credit_code is not None]
    standing = organisations.standing_in([one.stated.community.path for _, one in read], codes)
    new: list[BroughtOrganisation] = []
    for (line, one), officer_id in zip(read, volunteers_among([one.officer for _, one in read]), strict=True):
        same = [row for row in standing if one.is_same(row.area_path, row.credit_code, row.record_number, row.name_skeleton)]
        twice = any(
            one.is_same(to.community.path, to.credit_code, to.record_number, skeleton(to.name)) for to in (other.stated for other in new)
        )
        if twice or any(row.status is not OrganisationStatus.ENDED for row in same):
            findings.known += 1
        elif same:
            findings.fault(line, Faulty("organisation", "该组织曾在本平台终止，请由社区重新审核"))
        elif officer_id is None:
            findings.fault(line, Faulty("name", "负责人还不是注册志愿者，或者姓名与登记的不一致，请先导入志愿者"))
        else:
            new.append(BroughtOrganisation(one.stated, officer_id))
    return new


def _sort_out_staff(read: Sequence[tuple[Line, Any]], findings: Findings) -> Sequence[BroughtStaff]:
    live = [
        one
        for one in organisations.standing_in([one.community.path for _, one in read], [])
        if one.status is OrganisationStatus.VERIFIED and one.counted_on is not None
    ]
    named = {(one.area_path, one.name_skeleton): one for one in live}
    known = organisations.staff_of([one.id for one in live])
    new: list[BroughtStaff] = []
    for (line, one), person_id in zip(read, volunteers_among([one.identity for _, one in read]), strict=True):
        organisation = named.get((one.community.path, skeleton(one.name)))
        if organisation is None or organisation.counted_on is None:
            findings.fault(line, Faulty("organisation", "该社区没有这个社会组织，请先导入社会组织"))
        elif person_id is None:
            findings.fault(line, Faulty("name", "还不是注册志愿者，或者姓名与登记的不一致，请先导入志愿者"))
        elif one.joined_on < organisation.counted_on:
            findings.fault(line, Faulty("joined_on", "早于该组织的协议或备案日期"))
        elif (organisation.id, person_id) in known:
            findings.known += 1
        else:
            known.add((organisation.id, person_id))
            new.append(BroughtStaff(organisation, person_id, one.joined_on))
    return new


def _enter_organisations(actor: Actor, new: Sequence[BroughtOrganisation], when: When) -> Made:
    made, staff = organisations.enter_organisations(actor, new, of=when.import_id, now=when.now)
    return {"organisations": made, "staff": staff}


def _enter_staff(actor: Actor, new: Sequence[BroughtStaff], when: When) -> Made:
    return {"staff": organisations.enter_staff(actor, new, of=when.import_id, now=when.now)}


def _organisations_are_used(made: Made, import_id: UUID) -> bool:  # noqa: ARG001 - asked of every kind alike
    besides = {"organisation_changes", "organisation_staff", "role_grants"}
    return organisations.have_others(made["organisations"], made["staff"]) or refer_to(
        Organisation.id, made["organisations"], besides=besides
    )


def _staff_are_used(made: Made, import_id: UUID) -> bool:  # noqa: ARG001 - asked of every kind alike
    return organisations.lead_or_left(made["staff"])


def _undo_organisations(actor: Actor, made: Made, when: When) -> None:
    organisations.undo_organisations(actor, made["organisations"], made["staff"], of=when.import_id, now=when.now)


def _undo_staff(actor: Actor, made: Made, when: When) -> None:
    organisations.undo_staff(actor, made["staff"], of=when.import_id, now=when.now)


ORGANISATIONS = Kind(
    name=ImportKind.ORGANISATIONS,
    title="社会组织",
    columns=ORGANISATION_COLUMNS,
    read=_read_organisation,
    sort_out=_sort_out_organisations,
    enter=_enter_organisations,
    is_used=_organisations_are_used,
    undo=_undo_organisations,
)
STAFF = Kind(ImportKind.STAFF, "社会组织工作人员", STAFF_COLUMNS, _read_staff, _sort_out_staff, _enter_staff, _staff_are_used, _undo_staff)
