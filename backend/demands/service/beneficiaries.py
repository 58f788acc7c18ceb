"""服务对象: who is visited. The address and phone are sealed; reading them in clear is an act of its own, and audited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend import brands
from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.areas.models import Area, Level
from backend.attendance.queries import next_shift_begins_at
from backend.demands.models import ADDRESS, PHONE, Beneficiary, Demand, DemandStatus
from backend.demands.service.life import known_demand
from backend.foundation import audit, clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing, Unprocessable
from backend.foundation.identifiers import NumberInvalid, mobile_phone
from backend.foundation.ids import new_id
from backend.foundation.sealing import keyring
from backend.openings.models import Claim
from backend.people.minors import may_be_minor
from backend.people.service import PhoneInvalid
from backend.reveals import service as reveals
from backend.reveals.purposes import VISIT, PersonalField

_ADDRESSED = tuple("奶奶 爷爷 婆婆 公公 大爷 大妈 大娘 阿姨 叔叔 伯伯 老人 先生 女士 师傅 老师".split())


class BirthYearInvalid(Unprocessable):
    """Nobody who lives was born then."""

    code: ClassVar[str] = "birth_year_invalid"
    detail = "出生年份不正确"


class AreaNotServed(Unprocessable):
    """Neither a community nor a grid that is in use."""

    code: ClassVar[str] = "area_not_served"
    detail = "请选择社区或网格"


class NamesBeneficiary(Unprocessable):
    """What everybody reads holds the whole name of whom it is for."""

    code: ClassVar[str] = "names_beneficiary"
    detail = "大家都看得到的称呼和标题不要写服务对象的全名，例如写：王奶奶"


class VisitTooFarAhead(Conflict):
    """The place is held, and the visit is not near yet."""

    code: ClassVar[str] = "visit_too_far_ahead"
    detail = "临近上门时才能查看住址和电话"


@dataclass(frozen=True, slots=True)
class BeneficiaryDetails:
    """Who is visited, where, and how lists call them (王奶奶)."""

    name: str
    called: str
    address: str
    born_in: int | None = None
    phone: str | None = None
    contact_note: str | None = None


@dataclass(frozen=True, slots=True)
class RevealedBeneficiary:
    """A beneficiary in clear."""

    id: UUID
    name: str
    called: str
    address: str
    phone: str | None
    contact_note: str | None


def add_beneficiary(actor: Actor, details: BeneficiaryDetails, area_id: UUID, *, now: datetime) -> UUID:
    """Put somebody on record in a community or grid, by its officers or grid workers. Returns the id.

    Raises AreaNotServed, PhoneInvalid, BirthYearInvalid, NamesBeneficiary, Forbidden.
    """
    area = db.session.get(Area, area_id)
    if area is None or area.level not in (Level.COMMUNITY, Level.GRID) or area.withdrawn_on is not None:
        raise AreaNotServed(errors={"area_id": [AreaNotServed.detail]})
    policy.require(actor, Permission.BENEFICIARY_ADD, Scope(area_path=area.path))
    return put_on_record(actor, details, area, now=now)


def put_on_record(actor: Actor, details: BeneficiaryDetails, area: Area, *, now: datetime) -> UUID:
    """Seal and store; the caller has asked policy (with a demand it is the right to submit that one)."""
    if details.born_in is not None and not 1900 <= details.born_in <= clock.shanghai_day(now).year:
        raise BirthYearInvalid(errors={"born_in": [BirthYearInvalid.detail]})
    if _is_named(details.name, details.called):
        raise NamesBeneficiary(errors={"called": [NamesBeneficiary.detail]})
    beneficiary_id = new_id()
    db.session.add(
        Beneficiary(
            id=beneficiary_id,
            area_id=area.id,
            area_path=area.path,
            name=details.name,
            called=details.called,
            born_in=details.born_in,
            address_sealed=keyring().seal(details.address, field=ADDRESS, row=beneficiary_id),
            phone_sealed=None if details.phone is None else keyring().seal(_phone(details.phone), field=PHONE, row=beneficiary_id),
            contact_note=details.contact_note,
            created_at=now,
        )
    )
    db.session.flush()
    audit.record(actor, Permission.BENEFICIARY_ADD, beneficiary_id, now=now)
    return beneficiary_id


def refuse_named(beneficiary_id: UUID | None, texts: Mapping[str, str | None]) -> None:
    """Let pass what is to be read by everybody, by the names of its fields. Raises NamesBeneficiary."""
    name = db.session.scalar(select(Beneficiary.name).where(Beneficiary.id == beneficiary_id))
    naming = [field for field, text in texts.items() if name is not None and text is not None and _is_named(name, text)]
    if naming:
        raise NamesBeneficiary(errors={field: [NamesBeneficiary.detail] for field in naming})


def _is_named(name: str, text: str) -> bool:
    """Whether the whole name stands in the text. Who is on record as 王奶奶 only, because nobody knows more, is not named by that."""
    return len(name) > 1 and not name.endswith(_ADDRESSED) and name in text


def _phone(text: str) -> str:
    try:
        return mobile_phone(text)
    except NumberInvalid as error:
        raise PhoneInvalid(errors={"phone": [str(error)]}) from error


def reveal_beneficiary(actor: Actor, demand_id: UUID, *, now: datetime) -> RevealedBeneficiary:
    """Address and phone of whom a demand is for, in clear: to the own community, and to who holds a claim from shortly before the visit
    until it is over.

    Each reading is written down, and shown to who asked for the service. Raises VisitTooFarAhead, TooManyReveals, ValueUnreadable, and
    Missing for everybody else: to them nobody is there.
    """
    demand = known_demand(actor, demand_id)
    beneficiary = db.session.get(Beneficiary, demand.beneficiary_id) if demand.beneficiary_id else None
    if beneficiary is None:
        raise Missing
    scope, claim_id = Scope(area_path=beneficiary.area_path), None
    if not policy.allows(actor, Permission.BENEFICIARY_SEE, scope):
        scope, claim_id = _claim_of(actor, demand, now=now)
    reveals.require_moderation(actor, now=now)
    audit.record(actor, Permission.BENEFICIARY_SEE, beneficiary.id, now=now, demand_id=str(demand.id))
    reveals.write_reveal(
        actor,
        policy.grant_for(actor, Permission.BENEFICIARY_SEE, scope),
        reveals.Subject(demand.requester_person_id, beneficiary.id, claim_id),
        [PersonalField.NAME, PersonalField.ADDRESS, PersonalField.PHONE],
        VISIT,
        note=None,
        now=now,
    )
    return RevealedBeneficiary(
        id=beneficiary.id,
        name=beneficiary.name,
        called=beneficiary.called,
        address=_address_of(beneficiary),
        phone=_phone_of(beneficiary),
        contact_note=beneficiary.contact_note,
    )


def reveal_field_of_beneficiary(actor: Actor, beneficiary_id: UUID, wanted: reveals.Purposeful, *, now: datetime) -> reveals.Revealed:
    """Read one value of somebody on record in clear, by the own community's officers and grid workers, where no demand is open.

    Of whom may be a minor, by who reads minors' data. Raises PurposeUnknown, FieldNotForPurpose, TooManyReveals, MinorProtected,
    ValueUnreadable, Missing.
    """
    beneficiary = db.session.get(Beneficiary, beneficiary_id)
    if beneficiary is None:
        raise Missing
    scope = Scope(area_path=beneficiary.area_path)
    protected = beneficiary.born_in is not None and may_be_minor(beneficiary.born_in, now)
    needed = Permission.MINOR_REVEAL if protected else Permission.BENEFICIARY_REVEAL
    if not policy.allows(actor, needed, scope):
        policy.require_seen(actor, Permission.BENEFICIARY_REVEAL, scope)
        raise reveals.MinorProtected
    reveals.require_purpose(wanted)
    reveals.require_moderation(actor, now=now)
    value = _value_of(beneficiary, wanted.field)
    audit.record(actor, Permission.BENEFICIARY_REVEAL, beneficiary.id, now=now, field=wanted.field.value, purpose=wanted.purpose)
    grant = policy.grant_for(actor, needed, scope)
    subject = reveals.Subject(None, beneficiary.id)
    reveal_id = reveals.write_reveal(actor, grant, subject, [wanted.field], wanted.purpose, note=wanted.note, now=now)
    return reveals.Revealed(reveal_id, wanted.field, value, now)


def _value_of(beneficiary: Beneficiary, field: PersonalField) -> str | None:
    match field:
        case PersonalField.NAME:
            return beneficiary.name
        case PersonalField.ADDRESS:
            return _address_of(beneficiary)
        case PersonalField.PHONE:
            return _phone_of(beneficiary)
        case PersonalField.ID_NUMBER:
            raise reveals.FieldNotForPurpose(errors={"field": ["服务对象不登记身份证号"]})


def _address_of(beneficiary: Beneficiary) -> str:
    return reveals.in_clear(beneficiary.address_sealed, field=ADDRESS, row=beneficiary.id)


def _phone_of(beneficiary: Beneficiary) -> str | None:
    sealed = beneficiary.phone_sealed
    return None if sealed is None else reveals.in_clear(sealed, field=PHONE, row=beneficiary.id)


def _claim_of(actor: Actor, demand: Demand, *, now: datetime) -> tuple[Scope, UUID]:
    """The claim by which the actor visits, while a visit is near or not over. Raises VisitTooFarAhead, Missing."""
    if demand.status is not DemandStatus.PUBLISHED or demand.opening_id is None:
        raise Missing
    held = select(Claim.id, Claim.team_id, Claim.organisation_id, Claim.work_unit_id, Claim.person_id)
    for claim in db.session.execute(held.where(Claim.opening_id == demand.opening_id, Claim.is_held())):
        scope = Scope(
            team_id=claim.team_id, organisation_id=claim.organisation_id, work_unit_id=claim.work_unit_id, person_id=claim.person_id
        )
        if policy.allows(actor, Permission.BENEFICIARY_SEE, scope):
            _require_near(demand.brand, demand.opening_id, now=now)
            return scope, claim.id
    raise Missing


def _require_near(brand: str, opening_id: UUID, *, now: datetime) -> None:
    begins_at = next_shift_begins_at(opening_id, now=now)
    if begins_at is None:
        raise Missing
    hours = brands.brand(brand).address_hours_before
    if now < begins_at - timedelta(hours=hours):
        raise VisitTooFarAhead(f"上门前{hours}小时起才能查看住址和电话")
