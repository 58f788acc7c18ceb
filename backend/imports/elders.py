"""The workbook of 服务对象: who is visited, and where.

On what it rests that they are kept is stated for each of them afterwards: until then nothing is published for them. No figure counts the
register, so it has no day of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from backend.areas.models import Area
from backend.demands.models import ADDRESS, PHONE, Beneficiary
from backend.demands.service import register
from backend.demands.service.register import BeneficiaryDetails
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Unprocessable
from backend.foundation.sealing import keyring
from backend.imports.kinds import Column, Faulty, Findings, Kind, Line, Made, Place, When
from backend.imports.models import ImportKind
from backend.imports.standing import refer_to

COLUMNS = (
    Column("name", "姓名", "身份证上的姓名", "王桂芳"),
    Column("called", "称呼", "名单和需求里怎样称呼，不写全名", "王奶奶"),
    Column("community", "社区", "居住的社区：全名或12位区划代码", "和平社区"),
    Column("address", "住址", "小区、楼号、单元、门牌；加密保存", "和平小区3号楼2单元101室"),
    Column("born_in", "出生年份", "例如1942", "1942"),
    Column("phone", "电话", "手机，或者带区号的座机；加密保存", "0951-5551234", required=False),
    Column("contact_note", "注意事项", "上门时要注意什么；加密保存", "听力不好，请多敲几声", required=False),
)


@dataclass(frozen=True, slots=True)
class _Elder:
    details: BeneficiaryDetails
    community: Area


def _read(place: Place, line: Line, today: date) -> _Elder:
    community, year = place.community(line, "community"), line.text("born_in")
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        raise Faulty("born_in", "请填写四位数的年份，例如1942")
    details = BeneficiaryDetails(
        name=line.text("name"),
        called=line.words("called"),
        address=line.text("address"),
        born_in=int(year),
        phone=line.cells.get("phone"),
        contact_note=line.cells.get("contact_note"),
    )
    try:
        return _Elder(register.in_form(details, now=clock.start_of_day(today)), community)
    except Unprocessable as refusal:
        at, sentences = next(iter(refusal.errors.items()), ("name", [refusal.detail]))
        raise Faulty(at, sentences[0]) from None


def _sort_out(read: Sequence[tuple[Line, Any]], findings: Findings) -> Sequence[_Elder]:
    on_record = register.of_names([one.details.name for _, one in read], [one.community.path for _, one in read])
    new: dict[tuple[str, str, str], _Elder] = {}
    for line, one in read:
        key = (one.community.path, one.details.name, one.details.address)
        named = [row for row in on_record if row.name == one.details.name and row.area_path.startswith(one.community.path)]
        if key in new or any(_has(row.address_index, one.details.address, ADDRESS) for row in named):
            findings.known += 1
        elif any(_has(row.phone_index, one.details.phone, PHONE) for row in named):
            findings.fault(line, Faulty("phone", "本社区已有同名同电话的服务对象，住址不同，请核对"))
        else:
            new[key] = one
    return list(new.values())


def _has(index: bytes | None, value: str | None, field: str) -> bool:
    return value is not None and index in keyring().indexes(value, field=field)


def _enter(actor: Actor, new: Sequence[_Elder], when: When) -> Made:
    return {"elders": [register.bring_on_record(actor, one.details, one.community, now=when.now) for one in new]}


def _is_used(made: Made, import_id: UUID) -> bool:  # noqa: ARG001 - asked of every kind alike
    return refer_to(Beneficiary.id, made["elders"], besides=())


def _undo(actor: Actor, made: Made, when: When) -> None:
    register.take_back_brought(actor, made["elders"], of=when.import_id, now=when.now)


KIND = Kind(ImportKind.BENEFICIARIES, "服务对象", COLUMNS, _read, _sort_out, _enter, _is_used, _undo)
