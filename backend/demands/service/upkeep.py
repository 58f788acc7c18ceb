"""What becomes of somebody on record: they are found twice, move, are known as a person, end; and what nobody needs of them is erased."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, update

from backend.accounts.policy import COMMUNITY_DIGITS, Permission
from backend.attendance import service as attendance
from backend.demands import rules
from backend.demands.events import BeneficiaryMerged
from backend.demands.models import (
    ADDRESS,
    PHONE,
    Beneficiary,
    BeneficiaryBasis,
    Demand,
    DemandReassignment,
    DemandStatus,
    EndCause,
)
from backend.demands.service.bases import BeneficiaryEnded, StatedBasis, in_care, standing_basis, state_basis
from backend.demands.service.register import hold_community, phone_in_form, served_area
from backend.demands.service.withdrawals import call_off_visits
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db, flush_or_refuse, one_of
from backend.foundation.errors import Conflict, Unprocessable
from backend.foundation.identifiers import address_line
from backend.foundation.ids import new_id
from backend.foundation.sealed_text import read_text
from backend.foundation.sealing import keyring
from backend.people.models import Person

_OPEN = (DemandStatus.SUBMITTED, DemandStatus.PUBLISHED)
_AT_ONCE = 200
_ERASED = {
    "address_sealed": None,
    "address_index": None,
    "phone_sealed": None,
    "phone_index": None,
    "contact_note": None,
    "contact_note_sealed": None,
}


ELDER_DIED = "服务对象已去世"


class DemandsOpen(Conflict):
    """A demand for them is not over: it is called off or completed first, so that who claimed it is told."""

    code: ClassVar[str] = "demands_open"
    detail = "该服务对象还有未结束的服务需求，请先办结、取消或者退回"


class NotTheSame(Unprocessable):
    """It is the same row, one that ended, or one of another community."""

    code: ClassVar[str] = "not_the_same"
    detail = "只能与本社区另一位登记未结束的服务对象合并"


class PersonNotHere(Unprocessable):
    """No person of this id lives in the community, or they died."""

    code: ClassVar[str] = "person_not_here"
    detail = "没有找到该居民"


class PersonTied(Conflict):
    """The person stands in another row, too: the two are merged."""

    code: ClassVar[str] = "person_tied"
    detail = "该居民已对应另一位服务对象，请合并"


@dataclass(frozen=True, slots=True)
class NewHome:
    """Where somebody lives now; without a telephone the one on record stays."""

    area_id: UUID
    address: str
    phone: str | None = None


def move_beneficiary(actor: Actor, beneficiary_id: UUID, home: NewHome, *, now: datetime) -> None:
    """Write down a new address, in the same community or another one; demands of before stay where they were.

    Raises AreaNotServed, PhoneInvalid, BeneficiaryEnded, DemandsOpen (another community would visit for this one), Missing, Forbidden.
    """
    area = served_area(home.area_id)
    beneficiary = _live(actor, beneficiary_id)
    hold_community(area)
    if not area.path.startswith(beneficiary.area_path[:COMMUNITY_DIGITS]):
        _refuse_open(beneficiary_id)
    keys, address = keyring(), address_line(home.address)
    beneficiary.area_id, beneficiary.area_path = area.id, area.path
    beneficiary.address_sealed = keys.seal(address, field=ADDRESS, row=beneficiary_id)
    beneficiary.address_index = keys.index(address, field=ADDRESS)
    if home.phone is not None:
        phone = phone_in_form(home.phone)
        beneficiary.phone_sealed, beneficiary.phone_index = (
            keys.seal(phone, field=PHONE, row=beneficiary_id),
            keys.index(phone, field=PHONE),
        )
    db.session.flush()
    attendance.leave_home(actor, beneficiary_id, now=now)
    audit.record(actor, Permission.BENEFICIARY_SETTLE, beneficiary_id, now=now, moved_to=area.path)


def tie_beneficiary(actor: Actor, beneficiary_id: UUID, person_id: UUID, *, now: datetime) -> None:
    """Say which person it is: from then on they, or who acts for them, ask for services without describing them again.

    Raises PersonNotHere, PersonTied, BeneficiaryEnded, Missing, Forbidden.
    """
    beneficiary = _live(actor, beneficiary_id)
    here = Person.area_path.startswith(beneficiary.area_path[:COMMUNITY_DIGITS], autoescape=True)
    if db.session.scalar(select(Person.id).where(Person.id == person_id, here, Person.died_on.is_(None))) is None:
        raise PersonNotHere(errors={"person_id": [PersonNotHere.detail]})
    beneficiary.person_id = person_id
    flush_or_refuse({"uq_beneficiaries_person": PersonTied})
    audit.record(actor, Permission.BENEFICIARY_SETTLE, beneficiary_id, now=now, person=str(person_id))


def end_beneficiary(actor: Actor, beneficiary_id: UUID, cause: EndCause, *, now: datetime) -> None:
    """Let nobody be sent to them any more; of who died what is open is called off, and who claimed it is told.

    Raises BeneficiaryEnded, DemandsOpen, PlacesInService (somebody signs in at this moment), Missing, Forbidden.
    """
    beneficiary = _live(actor, beneficiary_id)
    if cause is not EndCause.DIED:
        _refuse_open(beneficiary_id)
    _end_visits(actor, beneficiary, cause, now=now)


def end_for_dead(person_ids: Sequence[UUID], *, now: datetime) -> None:
    """End the rows of these people, who died, with what is open for them. Where it was a mistake, that was told before we heard of it."""
    theirs = select(Beneficiary).join(Person, Person.id == Beneficiary.person_id).where(Person.died_on.is_not(None))
    of_these = theirs.where(one_of(Beneficiary.person_id, person_ids), Beneficiary.ended_at.is_(None))
    for beneficiary in db.session.scalars(of_these.order_by(Beneficiary.id).with_for_update(of=Beneficiary)).all():
        _end_visits(Actor.system(), beneficiary, EndCause.DIED, now=now)


def _end_visits(actor: Actor, beneficiary: Beneficiary, cause: EndCause, *, now: datetime) -> None:
    if cause is EndCause.DIED:
        call_off_visits(actor, beneficiary.id, reason=ELDER_DIED, now=now)
    _end(actor, beneficiary, cause, now=now)
    attendance.leave_home(actor, beneficiary.id, now=now)


def merge_beneficiary(actor: Actor, beneficiary_id: UUID, into_id: UUID, *, now: datetime) -> None:
    """Say that two rows are one person: demands, readings and what the other row lacks go to the one that stays.

    Raises NotTheSame, BeneficiaryEnded, Missing, Forbidden.
    """
    rows = {row_id: _live(actor, row_id) for row_id in sorted((beneficiary_id, into_id))}
    given, kept = rows[beneficiary_id], rows[into_id]
    if given is kept or given.area_path[:COMMUNITY_DIGITS] != kept.area_path[:COMMUNITY_DIGITS]:
        raise NotTheSame(errors={"into_id": [NotTheSame.detail]})
    attendance.visit_instead(actor, beneficiary_id, into_id, _reassign(beneficiary_id, into_id, now=now), now=now)
    kept.born_in = kept.born_in or given.born_in
    kept.said_adult = kept.said_adult or given.said_adult
    person_id = kept.person_id or given.person_id
    basis = standing_basis(beneficiary_id)
    cause = None if basis is None else read_text(BeneficiaryBasis.cause_sealed, basis)
    _end(actor, given, EndCause.MERGED, now=now, merged_into_id=into_id, person_id=None, **_ERASED)
    kept.person_id = person_id
    db.session.flush()
    if basis is not None:
        state_basis(actor, kept, StatedBasis(basis.basis, basis.notice_version, cause), now=now, again=False)
    outbox.record(BeneficiaryMerged(into_id), now=now)
    audit.record(actor, Permission.BENEFICIARY_SETTLE, into_id, now=now, merged=str(beneficiary_id))


def _reassign(beneficiary_id: UUID, into_id: UUID, *, now: datetime) -> list[UUID]:
    """Give all demands of one row to another, and write down whose they were. Returns their openings."""
    of_given = update(Demand).where(Demand.beneficiary_id == beneficiary_id).values(beneficiary_id=into_id)
    given = db.session.execute(of_given.returning(Demand.id, Demand.opening_id).execution_options(synchronize_session=False)).all()
    db.session.add_all(
        DemandReassignment(id=new_id(), demand_id=demand_id, at=now, former_beneficiary_id=beneficiary_id) for demand_id, _ in given
    )
    return [opening_id for _, opening_id in given if opening_id is not None]


def erase_unneeded(*, now: datetime) -> int:
    """Erase address, telephone and note of some whom nobody is to visit any more (`config/beneficiaries.toml`), and the texts that speak of
    their health or home: why they are on record, and the details of demands that are over for as long, or of whose requester agrees to
    nothing any more. Returns how many rows."""
    return _erase_homes(now=now) + _erase_causes(now=now) + _erase_details(now=now)


def _erase_homes(*, now: datetime) -> int:
    kept = rules.current().kept
    asked_lately = func.coalesce(Demand.ends_at, Demand.submitted_at) > _before(now, kept.months)
    needed = exists().where(Demand.beneficiary_id == Beneficiary.id, or_(Demand.status.in_(_OPEN), asked_lately))
    forgotten = and_(Beneficiary.created_at <= _before(now, kept.months), ~needed)
    unneeded = or_(Beneficiary.ended_at <= _before(now, kept.ended_months), forgotten)
    rows = _held(select(Beneficiary.id).where(Beneficiary.address_sealed.is_not(None), unneeded).order_by(Beneficiary.id))
    _empty(Beneficiary, rows, _ERASED, now=now)
    return len(rows)


def _erase_causes(*, now: datetime) -> int:
    """Of whose home nothing is kept any more; of who ended, or was merged into another row, when the others of them go."""
    is_erased = exists().where(Beneficiary.id == BeneficiaryBasis.beneficiary_id, _is_forgotten(now))
    some = select(BeneficiaryBasis.id).where(or_(BeneficiaryBasis.cause.is_not(None), BeneficiaryBasis.cause_sealed.is_not(None)))
    rows = _held(some.where(is_erased).order_by(BeneficiaryBasis.id))
    _empty(BeneficiaryBasis, rows, {"cause": None, "cause_sealed": None, "erased_at": now}, now=now)
    return len(rows)


def _erase_details(*, now: datetime) -> int:
    is_erased = exists().where(Beneficiary.id == Demand.beneficiary_id, _is_forgotten(now))
    is_old = func.coalesce(Demand.ends_at, Demand.submitted_at) <= _before(now, rules.current().kept.months)
    is_withdrawn = exists().where(Person.id == Demand.requester_person_id, Person.withdrawn_at.is_not(None))
    some = select(Demand.id).where(or_(Demand.details.is_not(None), Demand.details_sealed.is_not(None)), Demand.status.not_in(_OPEN))
    rows = _held(some.where(or_(is_old, is_erased, is_withdrawn)).order_by(Demand.id))
    _empty(Demand, rows, {"details": None, "details_sealed": None}, now=now)
    return len(rows)


def _is_forgotten(now: datetime) -> ColumnElement[bool]:
    ended_lately = Beneficiary.ended_at > _before(now, rules.current().kept.ended_months)
    return and_(Beneficiary.address_sealed.is_(None), ended_lately.is_not(True))


def _held(some: Select[UUID]) -> Sequence[UUID]:
    return db.session.scalars(some.limit(_AT_ONCE).with_for_update(skip_locked=True)).all()


def _empty(kind: type[BeneficiaryBasis | Demand | Beneficiary], ids: Sequence[UUID], emptied: Mapping[str, Any], *, now: datetime) -> None:
    db.session.execute(update(kind).where(kind.id.in_(ids)).values(emptied).execution_options(synchronize_session=False))
    for row_id in ids:
        audit.record(Actor.system(), Permission.BENEFICIARY_SETTLE, row_id, now=now, erased=True)


def _before(now: datetime, months: int) -> ColumnElement[datetime]:
    return literal(now) - func.make_interval(0, months)


def _live(actor: Actor, beneficiary_id: UUID) -> Beneficiary:
    beneficiary = in_care(actor, beneficiary_id, Permission.BENEFICIARY_SETTLE)
    if beneficiary.ended_at is not None:
        raise BeneficiaryEnded
    return beneficiary


def _refuse_open(beneficiary_id: UUID) -> None:
    demands = select(Demand.id).where(Demand.beneficiary_id == beneficiary_id, Demand.status.in_(_OPEN)).limit(20)
    if still := db.session.scalars(demands).all():
        raise DemandsOpen(demands=[str(demand_id) for demand_id in still])


def _end(actor: Actor, beneficiary: Beneficiary, cause: EndCause, *, now: datetime, **changes: Any) -> None:
    for name, value in {"ended_at": now, "end_cause": cause, **changes}.items():
        setattr(beneficiary, name, value)
    db.session.flush()
    audit.record(actor, Permission.BENEFICIARY_SETTLE, beneficiary.id, now=now, ended=cause.value)
