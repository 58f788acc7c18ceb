"""The workbook of volunteers: who they are, where they live, since when they are registered, and the paper that they signed."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from backend.accounts import service as accounts
from backend.foundation.actor import Actor
from backend.foundation.identifiers import IdentityNumber, NumberInvalid, age_on, identity_number
from backend.imports.kinds import Column, Faulty, Findings, Kind, Line, Made, Place, When
from backend.imports.models import ImportKind
from backend.imports.standing import refer_to_people
from backend.people.minors import AGE_OF_MAJORITY
from backend.people.names import NotAName, real_name
from backend.people.service import Identity, end_basis, look_all_up
from backend.volunteers import entry
from backend.volunteers.entry import Brought, Entered

NAME = Column("name", "姓名", "身份证上的姓名", "张三")
ID_NUMBER = Column("id_number", "身份证号", "18位，单元格格式为文本", "639999199001010014")
COMMUNITY = Column("community", "社区", "居住的社区：全名或12位区划代码", "和平社区")
COLUMNS = (
    NAME,
    ID_NUMBER,
    COMMUNITY,
    Column("registered_on", "注册日期", "原来注册为志愿者的日期，例如2021-05-01", "2021-05-01"),
    Column("paper", "同意书", "本人在哪份纸上签字同意：名称或编号", "志愿者登记表2021年第12号"),
    Column("signed_on", "签字日期", "签字的日期", "2021-05-01"),
)


def read_identity(line: Line, today: date) -> Identity:
    """The name and the number of a line. Raises Faulty, with a sentence that holds nothing of either."""
    try:
        name = real_name(line.text("name"))
    except NotAName as error:
        raise Faulty("name", str(error)) from None
    return Identity(name, _number(line, today))


def read_adult(line: Line, today: date) -> Identity:
    """As `read_identity`, of who leads or acts for others. Raises Faulty."""
    identity = read_identity(line, today)
    if age_on(identity.number.born_on, today) < AGE_OF_MAJORITY:
        raise Faulty("id_number", "应年满18周岁")
    return identity


def volunteers_among(identities: Sequence[Identity]) -> list[UUID | None]:
    """Who these are, in their order, as far as they are registered volunteers now."""
    people = [lookup.person.id if lookup.person is not None else None for lookup in look_all_up(identities)]
    live = entry.live_among([person for person in people if person is not None])
    return [person if person in live else None for person in people]


def _number(line: Line, today: date) -> IdentityNumber:
    try:
        return identity_number(line.text("id_number"), today=today)
    except NumberInvalid as error:
        raise Faulty("id_number", str(error)) from None


def _read(place: Place, line: Line, today: date) -> Brought:
    identity = read_identity(line, today)
    if age_on(identity.number.born_on, today) < AGE_OF_MAJORITY:
        raise Faulty("id_number", "未满18周岁，须先由监护人同意，请到社区办理")
    registered_on, signed_on = line.day("registered_on", until=today), line.day("signed_on", until=today)
    if registered_on < identity.number.born_on:
        raise Faulty("registered_on", "早于出生日期")
    return Brought(identity, place.community(line, "community"), registered_on, line.words("paper"), signed_on)


def _sort_out(read: Sequence[tuple[Line, Any]], findings: Findings) -> Sequence[Brought]:
    """Those who are no volunteers yet; whoever stands twice among the lines is known the second time."""
    found = look_all_up([one.identity for _, one in read])
    people = [lookup.person.id for lookup in found if lookup.person is not None]
    volunteers, with_account = entry.live_among(people), accounts.with_account_among(people)
    new: dict[bytes, Brought] = {}
    for (line, one), lookup in zip(read, found, strict=True):
        key, person = one.identity.indexes[0], lookup.person
        if lookup.differs:
            findings.fault(line, Faulty("name", "该身份证号已登记，姓名与登记的不一致"))
        elif key in new or (person is not None and person.id in volunteers):
            findings.known += 1
        elif person is not None and person.died_on is not None:
            findings.fault(line, Faulty("name", "该居民已登记去世；登记有误的，请先撤销去世登记"))
        elif person is not None and person.id in with_account:
            findings.fault(line, Faulty("id_number", "本人已有账号，请本人在小程序里注册"))
        elif person is not None and person.area_path != one.community.path:
            findings.fault(line, Faulty("community", "已登记居住在其他社区，请先办理迁居"))
        else:
            new[key] = one
    return list(new.values())


def _enter(actor: Actor, new: Sequence[Brought], when: When) -> Made:
    made = entry.enter_all(actor, new, of=when.import_id, now=when.now)
    return {"people": made.people, "registered": made.registered, "volunteers": made.volunteers, "consents": made.consents}


def _is_used(made: Made, import_id: UUID) -> bool:
    return refer_to_people(made["people"], made["registered"], since=import_id, besides={"volunteers", "consents"})


def _undo(actor: Actor, made: Made, when: When) -> None:
    entry.undo_all(
        actor, Entered(made["people"], made["registered"], made["volunteers"], made["consents"]), of=when.import_id, now=when.now
    )
    for person_id in made["people"]:
        end_basis(person_id, now=when.now)


KIND = Kind(ImportKind.VOLUNTEERS, "志愿者", COLUMNS, _read, _sort_out, _enter, _is_used, _undo)
