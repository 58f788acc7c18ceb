"""Confirms service records, so that they count, and withdraws a confirmation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.accounts.queries import accounts_of
from backend.attendance.entitlement import allowed, concerned_by_service, seen_shift
from backend.attendance.events import ConfirmationWithdrawn, ServiceConfirmed
from backend.attendance.models import Capacity, Confirmation, Confirmer, Evidence, ServiceRecord, Shift
from backend.attendance.service.refusals import OwnService, OwnWord, RecordWithdrawn, ServiceNotFound
from backend.foundation import audit, facts, outbox
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Forbidden
from backend.organisations.models import Organisation, Staff
from backend.party.models import PartyMember
from backend.teams.models import Membership, Team


class AlreadyConfirmed(Conflict):
    """Somebody stands by it already."""

    code: ClassVar[str] = "already_confirmed"
    detail = "该服务已确认"


class NotConfirmed(Conflict):
    """There is no confirmation to withdraw."""

    code: ClassVar[str] = "not_confirmed"
    detail = "该服务尚未确认"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A record that counts from now on."""

    id: UUID
    record_fact_id: UUID
    confirmer: Confirmer
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class ConfirmedTogether:
    """What became of a shift's records: confirmed now, left to others (the officer's own, and those that they added), and left for the next
    request."""

    confirmed: int
    own: int
    remaining: int


def confirm_service(actor: Actor, fact_id: UUID, *, now: datetime) -> Confirmed:
    """Stand by a service record, as the requester or the community, whichever the shift names; from now on it counts.

    The requester's proxy may give the requester's word, but for no service of a group to which the proxy belongs.

    Raises ServiceNotFound, Forbidden, OwnService, OwnWord, RecordWithdrawn, AlreadyConfirmed.
    """
    line = db.session.execute(
        select(
            ServiceRecord.void,
            ServiceRecord.person_id,
            ServiceRecord.area_path,
            ServiceRecord.capacity_id,
            Shift.requester_person_id,
            Shift.confirmers,
            _is_own(actor).label("own"),
            _is_own_word(actor).label("own_word"),
            _is_of_own_group(actor).label("of_own_group"),
        )
        .join(Shift, Shift.id == ServiceRecord.shift_id)
        .where(ServiceRecord.fact_id == fact_id, ServiceRecord.superseded_at.is_(None))
    ).one_or_none()
    if line is None:
        raise ServiceNotFound
    confirmer = _confirmer(actor, line.area_path, line.requester_person_id, line.confirmers)
    if confirmer is None:
        raise Forbidden if _may_see(actor, line) else ServiceNotFound
    acted_for = None
    if confirmer is Confirmer.REQUESTER:
        acted_for = policy.on_behalf_of(actor, Permission.SERVICE_CONFIRM, Scope(person_id=line.requester_person_id))
    if line.own or (acted_for is not None and line.of_own_group):
        raise OwnService
    if line.own_word:
        raise OwnWord
    if line.void:
        raise RecordWithdrawn
    confirmed = _confirm([fact_id], confirmer, actor, now=now, on_behalf_of=acted_for)
    if not confirmed:
        raise AlreadyConfirmed
    return confirmed[0]


def confirm_shift(actor: Actor, shift_id: UUID, *, now: datetime, at_most: int = 200) -> ConfirmedTogether:
    """Stand by all records of a shift that await it, as the community; those of the officer's own, and those that they added, stay.

    Raises Missing, Forbidden.
    """
    shift, _ = seen_shift(actor, shift_id, now=now)
    community = Scope(area_path=shift.area_path)
    if Confirmer.COMMUNITY.value not in shift.confirmers or not policy.allows(actor, Permission.SERVICE_CONFIRM, community):
        raise Forbidden
    awaiting = (
        ServiceRecord.shift_id == shift_id,
        ServiceRecord.is_current(),
        ~exists().where(Confirmation.record_fact_id == ServiceRecord.fact_id, Confirmation.is_current()),
    )
    own = or_(_is_own(actor), _is_own_word(actor))
    fact_ids = db.session.scalars(select(ServiceRecord.fact_id).where(*awaiting, ~own).order_by(ServiceRecord.fact_id).limit(at_most)).all()
    confirmed = _confirm(fact_ids, Confirmer.COMMUNITY, actor, now=now)
    left = db.session.execute(
        select(func.count().filter(own).label("own"), func.count().filter(~own).label("remaining")).where(*awaiting)
    ).one()
    return ConfirmedTogether(len(confirmed), left.own, left.remaining)


def withdraw_confirmation(actor: Actor, fact_id: UUID, *, reason: str, now: datetime) -> None:
    """Take the word back, as the community: the record counts no more until it is confirmed again.

    Raises ServiceNotFound, Forbidden, RecordWithdrawn, NotConfirmed, AlreadyCorrected (somebody else did it at the same time).
    """
    line = db.session.execute(
        select(ServiceRecord.void, ServiceRecord.person_id, ServiceRecord.area_path, ServiceRecord.capacity_id, Shift.requester_person_id)
        .join(Shift, Shift.id == ServiceRecord.shift_id)
        .where(ServiceRecord.fact_id == fact_id, ServiceRecord.superseded_at.is_(None))
    ).one_or_none()
    if line is None or not _may_see(actor, line):
        raise ServiceNotFound
    policy.require(actor, Permission.CONFIRMATION_WITHDRAW, Scope(area_path=line.area_path))
    if line.void:
        raise RecordWithdrawn
    seen = db.session.scalars(select(Confirmation).where(Confirmation.record_fact_id == fact_id, Confirmation.is_current())).one_or_none()
    if seen is None:
        raise NotConfirmed
    revision = facts.revise(seen, actor, now=now, reason=reason, void=True)
    outbox.record(ConfirmationWithdrawn(revision.id), now=now)
    audit.record(actor, Permission.CONFIRMATION_WITHDRAW, revision.id, now=now, record=str(fact_id))


def _confirmer(actor: Actor, area_path: str, requester_person_id: UUID | None, confirmers: Sequence[str]) -> Confirmer | None:
    """As whose word the actor's counts; None when the shift does not ask for it."""
    ways = (
        (Confirmer.COMMUNITY, Scope(area_path=area_path)),
        (Confirmer.REQUESTER, Scope(person_id=requester_person_id)),
    )
    return next(
        (word for word, scope in ways if word.value in confirmers and policy.allows(actor, Permission.SERVICE_CONFIRM, scope)), None
    )


def _may_see(actor: Actor, line: Row[*tuple[object, ...]]) -> bool:
    scopes = concerned_by_service(
        area_path=line.area_path, requester_id=line.requester_person_id, person_id=line.person_id, capacity_id=line.capacity_id
    )
    return allowed(actor, Permission.RECORD_SEE, scopes)


def _is_own(actor: Actor) -> ColumnElement[bool]:
    """Condition on records: the actor served themself, or leads the team, organisation or unit for which somebody served."""
    if actor.person_id is None:
        return false()
    led_units = [grant.work_unit_id for grant in actor.grants if grant.role is Role.WORK_UNIT_OFFICER]
    return or_(
        ServiceRecord.person_id == actor.person_id,
        and_(
            ServiceRecord.capacity == Capacity.TEAM,
            exists().where(Team.id == ServiceRecord.capacity_id, Team.leader_person_id == actor.person_id),
        ),
        and_(
            ServiceRecord.capacity == Capacity.ORGANISATION,
            exists().where(Organisation.id == ServiceRecord.capacity_id, Organisation.officer_person_id == actor.person_id),
        ),
        and_(ServiceRecord.capacity == Capacity.WORK_UNIT, ServiceRecord.capacity_id.in_(led_units)),
    )


def _is_of_own_group(actor: Actor) -> ColumnElement[bool]:
    """Condition on records: somebody served for a team, an organisation or a unit to which the actor belongs, or belonged on that day."""
    if actor.person_id is None:
        return false()
    member = exists().where(Membership.team_id == ServiceRecord.capacity_id, Membership.person_id == actor.person_id, _belonged(Membership))
    staff = exists().where(Staff.organisation_id == ServiceRecord.capacity_id, Staff.person_id == actor.person_id, _belonged(Staff))
    employed = exists().where(PartyMember.work_unit_id == ServiceRecord.capacity_id, PartyMember.person_id == actor.person_id)
    return or_(
        and_(ServiceRecord.capacity == Capacity.TEAM, member),
        and_(ServiceRecord.capacity == Capacity.ORGANISATION, staff),
        and_(ServiceRecord.capacity == Capacity.WORK_UNIT, employed),
    )


def _belonged(kind: type[Membership] | type[Staff]) -> ColumnElement[bool]:
    return or_(kind.is_live(), kind.holds_on(ServiceRecord.served_on))


def _is_own_word(actor: Actor) -> ColumnElement[bool]:
    """Condition on records: the actor added it by their word. A correction of what was signed in and out is no such word."""
    if actor.account_id is None:
        return false()
    added = aliased(ServiceRecord)  # the first revision
    return exists().where(
        added.id == ServiceRecord.fact_id,
        added.evidence == Evidence.COMMUNITY_WORD,
        added.actor_account_id.in_(accounts_of(actor.account_id)),
    )


def _confirm(
    fact_ids: Sequence[UUID], confirmer: Confirmer, actor: Actor, *, now: datetime, on_behalf_of: UUID | None = None
) -> list[Confirmed]:
    """Confirm those of the records that are not confirmed yet; uq_service_confirmations_record decides a race."""
    word = {"confirmer": confirmer, "confirmed_at": now, "on_behalf_of": on_behalf_of}
    stated = [{"record_fact_id": fact_id} | word for fact_id in fact_ids]
    written = facts.state_missing(Confirmation, actor, stated, key=["record_fact_id"], now=now)
    for line in written:
        outbox.record(ServiceConfirmed(line.id), now=now)
        audit.record(
            actor,
            Permission.SERVICE_CONFIRM,
            line.id,
            now=now,
            record=str(line.record_fact_id),
            confirmer=confirmer.value,
            on_behalf_of=on_behalf_of,
        )
    return [Confirmed(line.id, line.record_fact_id, confirmer, now) for line in written]
