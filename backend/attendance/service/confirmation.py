"""Confirms service records, so that they count, and withdraws a confirmation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.attendance.entitlement import seen_shift
from backend.attendance.events import ConfirmationWithdrawn, ServiceConfirmed
from backend.attendance.models import WANTS_COMMUNITY, Confirmation, Confirmer, ServiceFlag, ServiceRecord, Shift
from backend.attendance.own import is_own, is_own_word
from backend.attendance.service import judging
from backend.attendance.service.days import most_minutes
from backend.attendance.service.records import confirmation_of
from backend.attendance.service.refusals import OwnService, RecordWithdrawn, ServiceIsFlagged, ServiceNotFound
from backend.attendance.service.settling import wait_again
from backend.foundation import audit, facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Forbidden

MOST_TOGETHER = 200
"""So many records are confirmed in one transaction."""
_FLAGGED = ServiceFlag.stands_on(ServiceRecord.fact_id)


class AlreadyConfirmed(Conflict):
    """Somebody stands by it already."""

    code: ClassVar[str] = "already_confirmed"
    detail = "该服务已确认"


class CommunityNeeded(Conflict):
    """One visitor alone, by a code that their own side showed, or one that was scanned a while before it was sent: the community looks at
    it, and its word makes it count."""

    code: ClassVar[str] = "community_needed"
    detail = "一人上门且签到码由服务方自己出示的，或者签到、签退是过后补传的，须由社区核实后确认"


class DayFull(Conflict):
    """The record counts as far as the day's hours go; more takes a reason and somebody else's approval."""

    code: ClassVar[str] = "day_full"
    detail = "当日计入的服务时长已达上限，确需多计的，请由他人说明原因后批准"


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
class AwaitingTogether:
    """The records of a shift that await a word: left to others (one's own, and those that one added), doubted, and to be confirmed, with
    their minutes."""

    own: int
    flagged: int
    remaining: int
    minutes: int


@dataclass(frozen=True, slots=True)
class ConfirmedTogether:
    """What became of a shift's records: confirmed now, left to others (the officer's own, those that they added, and those that are
    flagged), and left for the next request."""

    confirmed: int
    own: int
    flagged: int
    remaining: int


def confirm_service(actor: Actor, fact_id: UUID, *, now: datetime) -> Confirmed:
    """Stand by a service record, as the requester or the community, whichever the shift names; from now on it counts.

    The requester's proxy may give the requester's word. Neither gives it for a service of a team, organisation or unit to which one of them
    belonged on that day. Where a correction raised the minutes since, this lets the rest of them count. More than the day's hours do not
    count (`allow_more`). What rests on nothing but one visitor's own code is the community's to confirm.

    Raises ServiceNotFound, Forbidden, OwnService, OwnWord, RecordWithdrawn, ServiceIsFlagged, CommunityNeeded,
    AlreadyConfirmed, DayFull.
    """
    line = judging.record_before(actor, fact_id)
    confirmer = confirmer_of(actor, line)
    if confirmer is None:
        raise Forbidden(policy.who_may(Permission.SERVICE_CONFIRM)) if judging.may_see(actor, line) else ServiceNotFound
    acted_for = None
    if confirmer is Confirmer.REQUESTER:
        acted_for = policy.on_behalf_of(actor, Permission.SERVICE_CONFIRM, Scope(person_id=line.requester_person_id))
    refuse_to_confirm(line, confirmer)
    word = _Word(confirmer, acted_for)
    confirmed = _confirm([fact_id], word, actor, now=now)
    return confirmed[0] if confirmed else _confirm_the_rest(fact_id, word, actor, now=now)


def allow_more(actor: Actor, fact_id: UUID, *, reason: str, now: datetime) -> Confirmed:
    """Let a confirmed record count whole, also beyond the day's hours, as the community; by who neither served nor recorded it.

    Raises ServiceNotFound, Forbidden, OwnService, OwnWord, RecordWithdrawn, ServiceIsFlagged, NotConfirmed, AlreadyConfirmed,
    AlreadyCorrected.
    """
    line = judging.require(actor, Permission.SERVICE_ALLOW, fact_id)
    judging.refuse_own(line)
    if line.flagged:
        raise ServiceIsFlagged
    seen = confirmation_of(fact_id)
    if seen is None:
        raise NotConfirmed
    if seen.most_minutes is None or seen.most_minutes >= line.minutes:
        raise AlreadyConfirmed
    return _stand_by(seen, _Word(Confirmer.COMMUNITY), actor, None, reason=reason, permission=Permission.SERVICE_ALLOW, now=now)


def confirm_shift(actor: Actor, shift_id: UUID, *, now: datetime, at_most: int = MOST_TOGETHER) -> ConfirmedTogether:
    """Stand by all records of a shift that await it, as the community; those of the officer's own, those that they added, and those that
    are flagged, stay.

    Raises Missing, Forbidden.
    """
    shift, _ = seen_shift(actor, shift_id, now=now)
    if not may_confirm_shift(actor, shift):
        raise Forbidden(policy.who_may(Permission.SERVICE_CONFIRM))
    to_confirm = (*_awaits_word(shift_id), ~_is_left_to_others(actor), ~_FLAGGED)
    fact_ids = db.session.scalars(select(ServiceRecord.fact_id).where(*to_confirm).order_by(ServiceRecord.fact_id).limit(at_most)).all()
    confirmed = _confirm(fact_ids, _Word(Confirmer.COMMUNITY), actor, now=now)
    left = awaiting_at(actor, shift_id)
    return ConfirmedTogether(len(confirmed), left.own, left.flagged, left.remaining)


def may_confirm_shift(actor: Actor, shift: Shift) -> bool:
    """Whether the actor gives the community's word for the records of a shift."""
    asked = Confirmer.COMMUNITY.value in shift.confirmers
    return asked and policy.allows(actor, Permission.SERVICE_CONFIRM, Scope(area_path=shift.area_path))


def awaiting_at(actor: Actor, shift_id: UUID) -> AwaitingTogether:
    """How many records of a shift await a word, by whether the actor's makes them count. The caller has asked policy."""
    own = _is_left_to_others(actor)
    left = db.session.execute(
        select(
            func.count().filter(own, ~_FLAGGED).label("own"),
            func.count().filter(_FLAGGED).label("flagged"),
            func.count().filter(~own, ~_FLAGGED).label("remaining"),
            func.coalesce(func.sum(ServiceRecord.minutes).filter(~own, ~_FLAGGED), 0).label("minutes"),
        ).where(*_awaits_word(shift_id))
    ).one()
    return AwaitingTogether(left.own, left.flagged, left.remaining, int(left.minutes))


def _awaits_word(shift_id: UUID) -> tuple[ColumnElement[bool], ...]:
    confirmed = exists().where(Confirmation.record_fact_id == ServiceRecord.fact_id, Confirmation.is_current())
    return (ServiceRecord.shift_id == shift_id, ServiceRecord.is_current(), ~confirmed)


def _is_left_to_others(actor: Actor) -> ColumnElement[bool]:
    return or_(is_own(actor), is_own_word(actor))


def confirm_for_community(actor: Actor, fact_ids: Sequence[UUID], *, now: datetime) -> None:
    """Stand by records as the community, as far as each day has room. The caller has asked policy and refused the actor's own."""
    _confirm(fact_ids, _Word(Confirmer.COMMUNITY), actor, now=now)


def withdraw_confirmation(actor: Actor, fact_id: UUID, *, reason: str, now: datetime) -> None:
    """Take the word back, as the community: the record counts no more until it is confirmed again.

    Raises ServiceNotFound, Forbidden, RecordWithdrawn, NotConfirmed, AlreadyCorrected (somebody else did it at the same time).
    """
    line = judging.require(actor, Permission.CONFIRMATION_WITHDRAW, fact_id)
    if line.void:
        raise RecordWithdrawn
    seen = confirmation_of(fact_id)
    if seen is None:
        raise NotConfirmed
    wait_again(line.shift_id)
    revision = facts.revise(seen, actor, now=now, reason=reason, void=True)
    outbox.record(ConfirmationWithdrawn(revision.id), now=now)
    audit.record(actor, Permission.CONFIRMATION_WITHDRAW, revision.id, now=now, record=str(fact_id))


def confirmer_of(actor: Actor, line: judging.Line) -> Confirmer | None:
    """As whose word the actor's counts for a record; None when the shift does not ask for it."""
    ways = (
        (Confirmer.COMMUNITY, Scope(area_path=line.area_path)),
        (Confirmer.REQUESTER, Scope(person_id=line.requester_person_id)),
    )
    return next(
        (word for word, scope in ways if word.value in line.confirmers and policy.allows(actor, Permission.SERVICE_CONFIRM, scope)), None
    )


def refuse_to_confirm(line: judging.Line, confirmer: Confirmer) -> None:
    """Let pass what may be confirmed as this one's word, whether or not somebody has done it. Raises OwnService, OwnWord, RecordWithdrawn,
    ServiceIsFlagged, CommunityNeeded."""
    if confirmer is Confirmer.REQUESTER and line.of_asking_side:
        raise OwnService
    judging.refuse_own(line)
    if line.flagged:
        raise ServiceIsFlagged
    if confirmer is Confirmer.REQUESTER and line.evidence in WANTS_COMMUNITY:
        raise CommunityNeeded


@dataclass(frozen=True, slots=True)
class _Word:
    """As whose word a confirmation counts, and for whom a proxy gives it."""

    confirmer: Confirmer
    on_behalf_of: UUID | None = None


def _confirm(fact_ids: Sequence[UUID], word: _Word, actor: Actor, *, now: datetime) -> list[Confirmed]:
    """Confirm those of the records that are not confirmed yet; uq_service_confirmations_record decides a race."""
    if not fact_ids:
        return []
    given = {"confirmer": word.confirmer, "confirmed_at": now, "on_behalf_of": word.on_behalf_of}
    room = most_minutes(fact_ids)
    stated = [{"record_fact_id": fact_id, "most_minutes": room.get(fact_id)} | given for fact_id in fact_ids]
    written = facts.state_missing(Confirmation, actor, stated, key=["record_fact_id"], now=now)
    return [_told(line, actor, Permission.SERVICE_CONFIRM, now=now) for line in written]


def _confirm_the_rest(fact_id: UUID, word: _Word, actor: Actor, *, now: datetime) -> Confirmed:
    """Stand by the minutes that a correction added since, as far as they fit into the day."""
    room = most_minutes([fact_id]).get(fact_id)  # holds the person: of two words the later one sees what the earlier did
    seen = confirmation_of(fact_id)
    record = db.session.scalars(select(ServiceRecord).where(ServiceRecord.fact_id == fact_id, ServiceRecord.is_current())).one_or_none()
    if record is None or seen is None or seen.most_minutes is None or seen.most_minutes >= record.minutes:
        raise AlreadyConfirmed
    if room is not None and room <= seen.most_minutes:
        raise DayFull
    return _stand_by(seen, word, actor, room, reason=None, permission=Permission.SERVICE_CONFIRM, now=now)


def _stand_by(
    seen: Confirmation, word: _Word, actor: Actor, most: int | None, *, reason: str | None, permission: Permission, now: datetime
) -> Confirmed:
    """A further revision of a confirmation, for more minutes."""
    given: dict[str, Any] = {"confirmer": word.confirmer, "confirmed_at": now, "on_behalf_of": word.on_behalf_of, "most_minutes": most}
    return _told(facts.revise(seen, actor, now=now, reason=reason, **given), actor, permission, now=now)


def _told(line: Confirmation, actor: Actor, permission: Permission, *, now: datetime) -> Confirmed:
    outbox.record(ServiceConfirmed(line.id), now=now)
    audit.record(
        actor,
        permission,
        line.id,
        now=now,
        record=str(line.record_fact_id),
        confirmer=line.confirmer.value,
        on_behalf_of=line.on_behalf_of,
    )
    return Confirmed(line.id, line.record_fact_id, line.confirmer, line.confirmed_at)
