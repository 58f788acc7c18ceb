"""Reading in clear who is visited, and where: an act of its own, for a purpose, and audited."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend import brands
from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.attendance.queries import next_shift_begins_at
from backend.demands.models import ADDRESS, NOTE, PHONE, Beneficiary, Demand, DemandStatus
from backend.demands.service.bases import require_readable, to_read
from backend.demands.service.life import known_demand
from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing
from backend.openings.models import Claim
from backend.people.minors import may_be_minor
from backend.reveals import service as reveals
from backend.reveals.purposes import VISIT, PersonalField


class VisitTooFarAhead(Conflict):
    """The place is held, and the visit is not near yet."""

    code: ClassVar[str] = "visit_too_far_ahead"
    detail = "临近上门时才能查看住址和电话"


@dataclass(frozen=True, slots=True)
class RevealedBeneficiary:
    """A beneficiary in clear."""

    id: UUID
    name: str
    called: str
    address: str | None
    phone: str | None
    contact_note: str | None


def reveal_beneficiary(actor: Actor, demand_id: UUID, *, now: datetime) -> RevealedBeneficiary:
    """Address and phone of whom a demand is for, in clear: to the own community, and to who holds a claim from shortly before the visit
    until it is over.

    Each reading is written down, and shown to who asked for the service. The community's officers read no minor's here, as nowhere else.
    Raises VisitTooFarAhead, TooManyReveals, MinorProtected, BeneficiaryEnded, BasisMissing (it was taken back), ValueUnreadable, and
    Missing for everybody else: to them nobody is there.
    """
    demand = known_demand(actor, demand_id)
    beneficiary = db.session.get(Beneficiary, demand.beneficiary_id) if demand.beneficiary_id else None
    if beneficiary is None:
        raise Missing
    scope, claim_id = Scope(area_path=beneficiary.area_path), None
    if not policy.allows(actor, Permission.BENEFICIARY_SEE, scope):
        scope, claim_id = _claim_of(actor, demand, now=now)
    elif may_be_minor(beneficiary.born_in, now) and not policy.allows(actor, Permission.MINOR_REVEAL, scope):
        raise reveals.MinorProtected
    require_readable(beneficiary)
    reveals.require_moderation(actor, now=now)
    audit.record(actor, Permission.BENEFICIARY_SEE, beneficiary.id, now=now, demand_id=str(demand.id))
    reveals.write_reveal(
        actor,
        policy.grant_for(actor, Permission.BENEFICIARY_SEE, scope),
        reveals.Subject(demand.requester_person_id or beneficiary.person_id, beneficiary.id, claim_id),
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
        contact_note=_note_of(beneficiary),
    )


def reveal_field_of_beneficiary(actor: Actor, beneficiary_id: UUID, wanted: reveals.Purposeful, *, now: datetime) -> reveals.Revealed:
    """Read one value of somebody on record in clear, by the own community's officers and grid workers, where no demand is open.

    Of whom may be a minor, by who reads minors' data; of who took the consent back, by nobody. Raises PurposeUnknown,
    FieldNotForPurpose, BeneficiaryEnded, BasisMissing, TooManyReveals, MinorProtected, ValueUnreadable, Missing.
    """
    beneficiary = db.session.get(Beneficiary, beneficiary_id)
    if beneficiary is None:
        raise Missing
    needed = require_reader(actor, beneficiary, now=now)
    reveals.require_purpose(wanted)
    require_readable(beneficiary)
    reveals.require_moderation(actor, now=now)
    value = _value_of(beneficiary, wanted.field)
    audit.record(actor, Permission.BENEFICIARY_REVEAL, beneficiary.id, now=now, field=wanted.field.value, purpose=wanted.purpose)
    grant = policy.grant_for(actor, needed, Scope(area_path=beneficiary.area_path))
    subject = reveals.Subject(beneficiary.person_id, beneficiary.id)
    reveal_id = reveals.write_reveal(actor, grant, subject, [wanted.field], wanted.purpose, note=wanted.note, now=now)
    return reveals.Revealed(reveal_id, wanted.field, value, now)


def require_reader(actor: Actor, beneficiary: Beneficiary, *, now: datetime) -> Permission:
    """Let pass who may read them in clear, by the permission that is returned. Raises MinorProtected, Missing."""
    scope = Scope(area_path=beneficiary.area_path)
    needed = to_read(beneficiary, now=now)
    if not policy.allows(actor, needed, scope):
        policy.require_seen(actor, Permission.BENEFICIARY_REVEAL, scope)
        raise reveals.MinorProtected
    return needed


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


def _address_of(beneficiary: Beneficiary) -> str | None:
    sealed = beneficiary.address_sealed
    return None if sealed is None else reveals.in_clear(sealed, field=ADDRESS, row=beneficiary.id)


def _phone_of(beneficiary: Beneficiary) -> str | None:
    sealed = beneficiary.phone_sealed
    return None if sealed is None else reveals.in_clear(sealed, field=PHONE, row=beneficiary.id)


def _note_of(beneficiary: Beneficiary) -> str | None:
    sealed = beneficiary.contact_note_sealed
    return beneficiary.contact_note if sealed is None else reveals.in_clear(sealed, field=NOTE, row=beneficiary.id)


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
