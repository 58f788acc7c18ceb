"""The register of 服务对象: one elder has one row in a community. Whoever puts somebody on record is shown who looks like them first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, delete, false, func, or_, select, true

from backend.accounts import policy
from backend.accounts.policy import COMMUNITY_DIGITS, Permission, Scope, ScopeColumns
from backend.accounts.queries import accounts_of
from backend.areas import service as areas
from backend.areas.models import Area, Level
from backend.demands.models import ADDRESS, PHONE, Beneficiary, Demand
from backend.demands.service.bases import StatedBasis, state_basis
from backend.foundation import audit, clock
from backend.foundation.actor import Actor
from backend.foundation.database import db, one_of
from backend.foundation.errors import Conflict, Unprocessable
from backend.foundation.identifiers import NumberInvalid, address_line, contact_phone
from backend.foundation.ids import new_id
from backend.foundation.sealed_text import seal_text
from backend.foundation.sealing import keyring
from backend.people.minors import AGE_OF_MAJORITY
from backend.people.models import Person
from backend.people.service import PhoneInvalid, read_name, read_names_of

_ADDRESSED = tuple("奶奶 爷爷 婆婆 公公 大爷 大妈 大娘 阿姨 叔叔 伯伯 老人 先生 女士 师傅 老师".split())


class BirthYearInvalid(Unprocessable):
    """Nobody who lives was born then."""

    code: ClassVar[str] = "birth_year_invalid"
    detail = "出生年份不正确"


class AgeContradicts(Unprocessable):
    """Of that year of birth nobody is, or everybody is, eighteen or older."""

    code: ClassVar[str] = "age_contradicts"
    detail = "出生年份与是否已满十八周岁不一致"


class AreaNotServed(Unprocessable):
    """Neither a community nor a grid that is in use."""

    code: ClassVar[str] = "area_not_served"
    detail = "请选择社区或网格"


class NamesBeneficiary(Unprocessable):
    """What everybody reads holds the whole name of whom it is for."""

    code: ClassVar[str] = "names_beneficiary"
    detail = "大家都看得到的称呼和标题不要写服务对象的全名，例如写：王奶奶"


class BeneficiarySimilar(Conflict):
    """Somebody of this name, address or telephone is on record in the community: `similar` says who. Whoever looked and knows that it is
    somebody else says so by `different_from`."""

    code: ClassVar[str] = "beneficiary_similar"
    detail = "本社区已登记过同名、同住址或者同电话的服务对象，请核对是否同一人"


_MOST_SIMILAR = 20
_AT_ONCE = 200
_ONE_BY_ONE = 0x6562  # the first half of the advisory lock's name; the second is the community


@dataclass(frozen=True, slots=True)
class BeneficiaryDetails:
    """Who is visited, where, and how lists call them (王奶奶).

    `different_from`: who looks like them and is somebody else. `basis`: on what it rests that they are kept, where it is known already.
    """

    name: str
    called: str
    address: str
    born_in: int | None = None
    adult: bool | None = None
    phone: str | None = None
    contact_note: str | None = None
    basis: StatedBasis | None = None
    different_from: frozenset[UUID] = frozenset()


def add_beneficiary(actor: Actor, details: BeneficiaryDetails, area_id: UUID, *, now: datetime) -> UUID:
    """Put somebody on record in a community or grid, by its officers or grid workers. Returns the id.

    Raises AreaNotServed, PhoneInvalid, BirthYearInvalid, NamesBeneficiary, BeneficiarySimilar, AgeUnknown, BasisUnfit, NoticeOutdated,
    Forbidden.
    """
    area = served_area(area_id)
    policy.require(actor, Permission.BENEFICIARY_ADD, Scope(area_path=area.path))
    return put_on_record(actor, in_form(details, now=now), area, now=now)


def served_area(area_id: UUID) -> Area:
    """A community or grid in which somebody may live. Raises AreaNotServed."""
    area = areas.area_to_begin_in(area_id)
    if area is None or area.level not in (Level.COMMUNITY, Level.GRID):
        raise AreaNotServed(errors={"area_id": [AreaNotServed.detail]})
    return area


def known_or_put_on_record(actor: Actor, details: BeneficiaryDetails, area: Area, person_id: UUID | None, *, now: datetime) -> UUID:
    """Whom a demand describes: who is on record by this name and address, as far as the actor may know, or else a new row. `person_id`:
    who asks; where they ask for themselves, it is their row, wherever they live by it.

    What is said here of a note or a basis that the row has not is added. The caller has asked policy for the demand. Raises as
    `add_beneficiary` does, but for AreaNotServed and Forbidden.
    """
    details = in_form(details, now=now)
    community = hold_community(area)
    same = and_(Beneficiary.name == details.name, _of_address(details), true() if details.phone is None else _of_phone(details))
    known_here = or_(tied_to(person_id), and_(same, or_(_in_care(actor), _asked_for_by(actor))))
    alike = (
        _alike(community, and_(Beneficiary.name == details.name, known_here))
        .order_by(None)
        .order_by(Beneficiary.person_id.is_not_distinct_from(person_id).desc())
    )
    known = db.session.scalars(alike.limit(1).with_for_update()).one_or_none()
    if known is None:
        beneficiary_id = put_on_record(actor, details, area, now=now)
        live = select(Beneficiary.id).where(tied_to(person_id), Beneficiary.ended_at.is_(None))
        asks_for_themselves = select(Person.id).where(Person.id == person_id, Person.name == details.name, ~live.exists())
        if db.session.scalar(asks_for_themselves) is not None:
            db.session.get_one(Beneficiary, beneficiary_id).person_id = person_id
        return beneficiary_id
    if details.contact_note is not None:
        known.contact_note_sealed, known.contact_note = seal_text(Beneficiary.contact_note_sealed, details.contact_note, known.id), None
    if details.basis is not None:
        state_basis(actor, known, details.basis, now=now, again=False)
    return known.id


def put_on_record(actor: Actor, details: BeneficiaryDetails, area: Area, *, now: datetime) -> UUID:
    """Seal and store; the details are in form, and the caller has asked policy."""
    _refuse_similar(actor, details, hold_community(area))
    beneficiary_id, keys = new_id(), keyring()
    beneficiary = Beneficiary(
        id=beneficiary_id,
        area_id=area.id,
        area_path=area.path,
        name=details.name,
        called=details.called,
        born_in=details.born_in,
        said_adult=details.adult,
        address_sealed=keys.seal(details.address, field=ADDRESS, row=beneficiary_id),
        address_index=keys.index(details.address, field=ADDRESS),
        phone_sealed=None if details.phone is None else keys.seal(details.phone, field=PHONE, row=beneficiary_id),
        phone_index=None if details.phone is None else keys.index(details.phone, field=PHONE),
        contact_note_sealed=seal_text(Beneficiary.contact_note_sealed, details.contact_note, beneficiary_id),
        created_at=now,
        basis_stands=details.basis is not None,
    )
    db.session.add(beneficiary)
    db.session.flush()
    audit.record(actor, Permission.BENEFICIARY_ADD, beneficiary_id, now=now)
    if details.basis is not None:
        state_basis(actor, beneficiary, details.basis, now=now)
    return beneficiary_id


def bring_on_record(actor: Actor, details: BeneficiaryDetails, area: Area, *, now: datetime) -> UUID:
    """As `put_on_record`, of a roster, which tells its people apart: who lives at one door, or has one name, is somebody else there. The
    caller has asked policy, and left out who is on record by name and address, or by name and telephone."""
    community = hold_community(area)
    alike = or_(Beneficiary.name == details.name, _of_address(details), _of_phone(details))
    others = frozenset(row.id for row in db.session.scalars(_alike(community, alike)))
    return put_on_record(actor, replace(details, different_from=others), area, now=now)


def of_names(names: Sequence[str], area_paths: Sequence[str]) -> Sequence[Beneficiary]:
    """Who is on record by one of these names in one of these communities."""
    here = one_of(func.left(Beneficiary.area_path, COMMUNITY_DIGITS, type_=Text()), area_paths)
    return db.session.scalars(select(Beneficiary).where(one_of(Beneficiary.name, names), here, Beneficiary.ended_at.is_(None))).all()


def take_back_brought(actor: Actor, beneficiary_ids: Sequence[UUID], *, of: UUID, now: datetime) -> None:
    """Delete who was brought on record and to whom nothing refers, with one entry in the audit log. The caller has asked policy."""
    gone = delete(Beneficiary).where(one_of(Beneficiary.id, beneficiary_ids))
    db.session.execute(gone.execution_options(synchronize_session=False))
    audit.record(actor, Permission.BENEFICIARY_ADD, of, now=now, undone=len(beneficiary_ids))


def refuse_named(beneficiary_id: UUID | None, texts: Mapping[str, str | None]) -> None:
    """Let pass what is to be read by everybody, by the names of its fields. Raises NamesBeneficiary."""
    name = db.session.scalar(select(Beneficiary.name).where(Beneficiary.id == beneficiary_id))
    naming = [field for field, text in texts.items() if name is not None and text is not None and _is_named(name, text)]
    if naming:
        raise NamesBeneficiary(errors={field: [NamesBeneficiary.detail] for field in naming})


def index_old(*, now: datetime) -> int:  # noqa: ARG001 - by the clock like its neighbours; nothing here depends on the hour
    """Index addresses and telephones that a release before wrote. Returns how many rows.

    An address that no key opens stays as it is (`ejia keys rotate` names it).
    """
    unfound = and_(Beneficiary.address_sealed.is_not(None), Beneficiary.address_index.is_(None))
    rows = db.session.scalars(select(Beneficiary).where(unfound).order_by(Beneficiary.id).limit(_AT_ONCE).with_for_update(skip_locked=True))
    return sum(_bring_into_form(row) for row in rows.all())


def read_old_names(after: UUID | None) -> UUID | None:
    """Read the names of some rows that a release before wrote. Returns the last one looked at, None where nobody is left."""
    return read_names_of(Beneficiary.id, Beneficiary.name, after)


def _bring_into_form(row: Beneficiary) -> bool:
    keys = keyring()
    address = None if row.address_sealed is None else keys.unseal_if_possible(row.address_sealed, field=ADDRESS, row=row.id)
    phone = None if row.phone_sealed is None else keys.unseal_if_possible(row.phone_sealed, field=PHONE, row=row.id)
    if address is None:
        return False
    address = address_line(address)
    row.address_sealed, row.address_index = keys.seal(address, field=ADDRESS, row=row.id), keys.index(address, field=ADDRESS)
    if phone is not None:
        row.phone_index = keys.index(phone, field=PHONE)
    return True


def in_form(details: BeneficiaryDetails, *, now: datetime) -> BeneficiaryDetails:
    """The details as they are stored. Raises NameInvalid, PhoneInvalid, BirthYearInvalid, AgeContradicts, NamesBeneficiary."""
    if details.born_in is not None and not 1900 <= details.born_in <= clock.shanghai_day(now).year:
        raise BirthYearInvalid(errors={"born_in": [BirthYearInvalid.detail]})
    if details.born_in is not None and details.adult is not None:
        turning = clock.shanghai_day(now).year - details.born_in
        if turning < AGE_OF_MAJORITY if details.adult else turning > AGE_OF_MAJORITY:
            raise AgeContradicts(errors={"adult": [AgeContradicts.detail]})
    name = read_name(details.name)
    if _is_named(name, details.called):
        raise NamesBeneficiary(errors={"called": [NamesBeneficiary.detail]})
    phone = None if details.phone is None else phone_in_form(details.phone)
    return replace(details, name=name, address=address_line(details.address), phone=phone)


def _is_named(name: str, text: str) -> bool:
    """Whether the whole name stands in the text. Who is on record as 王奶奶 only, because nobody knows more, is not named by that."""
    return len(name) > 1 and not name.endswith(_ADDRESSED) and name in text


def phone_in_form(text: str) -> str:
    """Raises PhoneInvalid."""
    try:
        return contact_phone(text)
    except NumberInvalid as error:
        raise PhoneInvalid(str(error), errors={"phone": [str(error)]}) from error


def hold_community(area: Area) -> str:
    """The path of its community, whose rows are added one by one from here on: of two at once the later one sees the earlier."""
    community = area.path[:COMMUNITY_DIGITS]
    db.session.execute(select(func.pg_advisory_xact_lock(_ONE_BY_ONE, func.hashtext(community))))
    return community


def _refuse_similar(actor: Actor, details: BeneficiaryDetails, community: str) -> None:
    """Raises BeneficiarySimilar to who may know of them: to others nobody is on record. Officers merge what a resident brings twice."""
    alike = or_(Beneficiary.name == details.name, _of_address(details), _of_phone(details))
    found = db.session.scalars(_alike(community, alike).where(_in_care(actor)).limit(_MOST_SIMILAR)).all()
    similar: Sequence[UUID] = [row.id for row in found if row.id not in details.different_from]
    if similar:
        raise BeneficiarySimilar(similar=[str(beneficiary_id) for beneficiary_id in similar])


def tied_to(person_id: UUID | None) -> ColumnElement[bool]:
    """Condition: it is the row of this person."""
    return false() if person_id is None else Beneficiary.person_id.is_not_distinct_from(person_id)


def _alike(community: str, condition: ColumnElement[bool]) -> Select[Beneficiary]:
    here = Beneficiary.area_path.startswith(community, autoescape=True)
    return select(Beneficiary).where(here, Beneficiary.ended_at.is_(None), condition).order_by(Beneficiary.id)


def _of_address(details: BeneficiaryDetails) -> ColumnElement[bool]:
    return Beneficiary.address_index.in_(keyring().indexes(details.address, field=ADDRESS))


def _of_phone(details: BeneficiaryDetails) -> ColumnElement[bool]:
    return Beneficiary.phone_index.in_([] if details.phone is None else keyring().indexes(details.phone, field=PHONE))


def _in_care(actor: Actor) -> ColumnElement[bool]:
    return policy.visible(actor, Permission.BENEFICIARY_ADD, ScopeColumns(area_path=Beneficiary.area_path))


def _asked_for_by(actor: Actor) -> ColumnElement[bool]:
    """Condition: the actor named them in a demand of theirs before."""
    own = or_(Demand.submitted_by.in_(accounts_of(actor.account_id)), Demand.requester_person_id == actor.person_id)
    return select(Demand.id).where(Demand.beneficiary_id == Beneficiary.id, own).correlate(Beneficiary).exists()
