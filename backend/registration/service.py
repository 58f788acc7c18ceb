"""党员报到, step by step. Each step is a further revision of the same fact, so two that decide at once meet in `facts.revise`."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, exists, literal, select
from sqlalchemy.orm import aliased

from backend.accounts import allowances, policy
from backend.accounts import service as accounts
from backend.accounts.limits import Written
from backend.accounts.models import Account
from backend.accounts.policy import Permission, Scope
from backend.areas import service as areas
from backend.areas.models import Area
from backend.attendance import service as attendance
from backend.attendance.models import Shift
from backend.foundation import audit, clock, facts, outbox
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, one_of, refusing
from backend.foundation.errors import Conflict, Forbidden, Missing
from backend.foundation.identifiers import folded
from backend.foundation.life import FactStep
from backend.foundation.outbox import Happening
from backend.foundation.refusals import never
from backend.openings.models import Claim
from backend.party import service as party
from backend.party.models import UnitMembership
from backend.people.models import Person
from backend.people.names import same_name
from backend.people.notices import NoticeName
from backend.people.service import (
    Channel,
    DataWithdrawn,
    adult_of,
    give_consent,
    require_consent,
    require_current,
    require_standing,
    took_back,
    why_ended,
)
from backend.registration.events import (
    RegistrationAccepted,
    RegistrationApplied,
    RegistrationEnded,
    RegistrationReturned,
    RegistrationWithdrawn,
)
from backend.registration.models import ACTIVE, RECEIPT_NUMBERS, MemberRegistration, RegistrationStatus
from backend.registration.units import is_unit_of


class RegistrationActive(Conflict):
    """The person has a registration that is applied for or accepted; one at a time."""

    code = "registration_active"
    detail = "您已有正在审核或已接收的报到，不能重复报到"


class RegistrationNotApplied(Conflict):
    """The application is not waiting for a decision (any more)."""

    code = "registration_not_applied"
    detail = "该报到申请不在待接收状态"


class RegistrationNotReturned(Conflict):
    """Only an application that was returned is amended and sent again."""

    code = "registration_not_returned"
    detail = "该报到申请没有被退回，不能修改后重新提交"


class RegistrationNotAccepted(Conflict):
    """Only an accepted registration can end."""

    code = "registration_not_accepted"
    detail = "该报到不在已接收状态"


class RegistrationOver(Conflict):
    """It was returned, withdrawn or ended: it keeps the unit of its day."""

    code = "registration_over"
    detail = "该报到已结束，单位不再变更"


class OwnRegistration(Forbidden):
    """Nobody decides on a registration of their own."""

    code = "own_registration"
    detail = "不能审核自己的报到"


MOVED_AWAY = "迁居"

_ENDED = aliased(MemberRegistration)
_APPLIED, _ACCEPTED = RegistrationStatus.APPLIED, RegistrationStatus.ACCEPTED
ACCEPT = FactStep(_APPLIED, _ACCEPTED, RegistrationAccepted, Permission.REGISTRATION_REVIEW, RegistrationNotApplied, "accepted")
RETURN = FactStep(
    _APPLIED, RegistrationStatus.RETURNED, RegistrationReturned, Permission.REGISTRATION_REVIEW, RegistrationNotApplied, "returned"
)
AMEND = FactStep(RegistrationStatus.RETURNED, _APPLIED, RegistrationApplied, Permission.REGISTRATION_AMEND, RegistrationNotReturned)
WITHDRAW = FactStep(_APPLIED, RegistrationStatus.WITHDRAWN, RegistrationWithdrawn, Permission.REGISTRATION_WITHDRAW, RegistrationNotApplied)
END = FactStep(_ACCEPTED, RegistrationStatus.ENDED, RegistrationEnded, Permission.REGISTRATION_END, RegistrationNotAccepted)


def apply_for_registration(
    actor: Actor,
    *,
    community_id: UUID,
    work_unit_id: UUID,
    party_organisation_name: str,
    joined_party_on: date | None,
    skills: str | None,
    notice_version: str | None,
    now: datetime,
) -> MemberRegistration:
    """Ask the community in which one lives to take one in as a serving Party member, who agrees to that by itself: before, or now to the
    version of the notice that they read.

    Raises people.PersonNeeded, people.AdultNeeded, people.ConsentNeeded, people.NoticeOutdated, RegistrationActive, areas.NotACommunity,
    party.WorkUnitUnknown, party.JoinedPartyInFuture, TooManyToday.
    """
    person_id = adult_of(actor, now=now)
    community = areas.community(community_id)
    policy.require(actor, Permission.REGISTRATION_APPLY, Scope(area_path=community.path, person_id=person_id))
    _let_apply(actor, person_id, notice_version, now=now)
    member_id = party.keep_party_member(
        actor,
        person_id,
        work_unit_id=work_unit_id,
        party_organisation_name=party_organisation_name,
        joined_party_on=joined_party_on,
        now=now,
    )
    return _apply(actor, person_id, member_id, community, skills=skills, now=now)


def amend_registration(
    actor: Actor,
    registration_id: UUID,
    *,
    work_unit_id: UUID,
    party_organisation_name: str,
    joined_party_on: date | None,
    skills: str | None,
    notice_version: str | None,
    now: datetime,
) -> MemberRegistration:
    """Send a returned application again to the same community, changed or not. Only the member may.

    Raises people.ConsentNeeded, people.NoticeOutdated, RegistrationNotReturned, RegistrationActive, areas.NotACommunity,
    party.WorkUnitUnknown, party.JoinedPartyInFuture, TooManyToday, facts.AlreadyCorrected, Missing, Forbidden.
    """
    seen = current_registration(registration_id)
    policy.require(actor, Permission.REGISTRATION_AMEND, scope_of(seen), seen_by=Permission.REGISTRATION_SEE)
    AMEND.require(seen)
    areas.community(seen.area_id)
    _let_apply(actor, seen.person_id, notice_version, now=now)
    party.keep_party_member(
        actor,
        seen.person_id,
        work_unit_id=work_unit_id,
        party_organisation_name=party_organisation_name,
        joined_party_on=joined_party_on,
        now=now,
    )
    with refusing({"uq_member_registrations_active": RegistrationActive}):
        return AMEND.take(actor, seen, now=now, skills=skills, applied_at=now)


def _let_apply(actor: Actor, person_id: UUID, notice_version: str | None, *, now: datetime) -> None:
    """Let pass who agrees to all that registering asks for, and count it. Raises ConsentNeeded, NoticeOutdated, DataWithdrawn,
    TooManyToday."""
    require_standing(actor, person_id)
    require_consent(person_id, NoticeName.IDENTITY, NoticeName.VOLUNTEER, now=now)
    _agree(actor, person_id, notice_version, now=now)
    allowances.take(actor, Written.REGISTRATION, now=now)


def _apply(actor: Actor, person_id: UUID, member_id: UUID, community: Area, *, skills: str | None, now: datetime) -> MemberRegistration:
    applied = facts.state(
        MemberRegistration,
        actor,
        now=now,
        conflicts={"uq_member_registrations_active": RegistrationActive},
        person_id=person_id,
        party_member_id=member_id,
        area_id=community.id,
        area_path=community.path,
        status=_APPLIED,
        skills=skills,
        applied_at=now,
    )
    outbox.record(RegistrationApplied(applied.id), now=now)
    audit.record(actor, Permission.REGISTRATION_APPLY, applied.fact_id, now=now)
    return applied


def accept_registration(actor: Actor, registration_id: UUID, *, now: datetime) -> MemberRegistration:
    """Take the member in: they get a receipt number, and may claim places in this community. Who applied under a notice of before, which
    asked for Party membership with the identity, may be taken in; who took the consent back may not.

    Raises Missing, Forbidden, OwnRegistration, DataWithdrawn, RegistrationNotApplied, facts.AlreadyCorrected.
    """
    seen = _to_review(actor, registration_id)
    require_standing(actor, seen.person_id)
    if db.session.scalar(select(took_back(literal(seen.person_id, Uuid), NoticeName.PARTY_MEMBER))):
        raise DataWithdrawn
    ACCEPT.require(seen)  # before a number is drawn, which no rollback gives back
    today = clock.shanghai_day(now)
    running = db.session.scalars(RECEIPT_NUMBERS.next_value().select()).one()
    accepted = ACCEPT.take(actor, seen, now=now, accepted_on=today, receipt_number=receipt_number(today.year, running))
    accounts.grant_to_person(actor, seen.person_id, role_in(seen.area_path), now=now)
    return accepted


def return_registration(actor: Actor, registration_id: UUID, *, reason: str, now: datetime) -> MemberRegistration:
    """Send the application back with the reason, to be amended.

    Raises Missing, Forbidden, OwnRegistration, RegistrationNotApplied, facts.AlreadyCorrected.
    """
    return RETURN.take(actor, _to_review(actor, registration_id), now=now, reason=reason)


def withdraw_registration(actor: Actor, registration_id: UUID, *, reason: str | None, now: datetime) -> MemberRegistration:
    """Take one's own application back before it is decided. Raises Missing, Forbidden, RegistrationNotApplied, facts.AlreadyCorrected."""
    seen = current_registration(registration_id)
    policy.require(actor, Permission.REGISTRATION_WITHDRAW, scope_of(seen), seen_by=Permission.REGISTRATION_SEE)
    return WITHDRAW.take(actor, seen, now=now, reason=reason)


def end_registration(actor: Actor, registration_id: UUID, *, reason: str, now: datetime) -> MemberRegistration:
    """End an accepted registration (moved away, retired); hours and points stay with the person. By the community or the member.

    Raises Missing, Forbidden, RegistrationNotAccepted, facts.AlreadyCorrected.
    """
    seen = current_registration(registration_id)
    policy.require(actor, Permission.REGISTRATION_END, scope_of(seen), seen_by=Permission.REGISTRATION_SEE)
    return _end(actor, seen, reason=reason, now=now)


@never(RegistrationNotApplied, RegistrationNotAccepted, RegistrationActive, because="each is looked at before its step, and ends first")
def carry_over(actor: Actor, person_id: UUID, community: Area, *, now: datetime) -> None:
    """Let who moved be registered with the community in which they live now: what they had elsewhere ends, and waits here for the review
    of all who register. The caller has asked policy. Raises facts.AlreadyCorrected."""
    seen = db.session.scalar(
        select(MemberRegistration).where(
            MemberRegistration.person_id == person_id, MemberRegistration.is_current(), MemberRegistration.status.in_(ACTIVE)
        )
    )
    if seen is None or seen.area_path == community.path:
        return
    if seen.status is _APPLIED:
        WITHDRAW.take(actor, seen, now=now, reason=MOVED_AWAY)
    else:
        _end(actor, seen, reason=MOVED_AWAY, now=now)
    _apply(actor, person_id, seen.party_member_id, community, skills=seen.skills, now=now)


def _end(actor: Actor, seen: MemberRegistration, *, reason: str, now: datetime) -> MemberRegistration:
    ended = END.take(actor, seen, now=now, reason=reason, ended_on=clock.shanghai_day(now))
    accounts.withdraw_from_person(actor, seen.person_id, role_in(seen.area_path), reason="registration_ended", now=now)
    return ended


def change_unit(
    actor: Actor,
    registration_id: UUID,
    *,
    work_unit_id: UUID,
    party_organisation_name: str,
    since: date | None,
    notice_version: str | None,
    now: datetime,
) -> None:
    """Write down that who registered works elsewhere since a day (None: today); the registration goes on.

    By their own word from today on, agreeing to the notice on Party membership where they have not; an earlier day is entered by the
    community. Raises Missing, Forbidden, RegistrationOver, people.ConsentNeeded, people.NoticeOutdated, party.WorkUnitUnknown,
    party.UnitUnchanged, party.UnitSinceInvalid.
    """
    seen = current_registration(registration_id)
    policy.require(actor, Permission.REGISTRATION_UNIT, scope_of(seen), seen_by=Permission.REGISTRATION_SEE)
    if seen.status not in ACTIVE:
        raise RegistrationOver
    today = clock.shanghai_day(now)
    if since is not None and since < today and actor.person_id == seen.person_id:
        raise party.UnitSinceInvalid("本人办理的从当天起变更，更早的日期请社区工作人员办理", errors={"since": ["请社区工作人员办理"]})
    if actor.person_id == seen.person_id:
        require_standing(actor, seen.person_id)
        _agree(actor, seen.person_id, notice_version, now=now)
    party.move_party_member(
        actor,
        seen.person_id,
        work_unit_id=work_unit_id,
        party_organisation_name=party_organisation_name,
        since=since or today,
        now=now,
    )
    audit.record(actor, Permission.REGISTRATION_UNIT, seen.fact_id, now=now, work_unit_id=str(work_unit_id))


def _agree(actor: Actor, person_id: UUID, notice_version: str | None, *, now: datetime) -> None:
    """Take down that the member agrees to the notice on Party membership, and let pass who does. Raises NoticeOutdated, ConsentNeeded."""
    if notice_version is not None:
        require_current(NoticeName.PARTY_MEMBER, notice_version)
        give_consent(actor, person_id, NoticeName.PARTY_MEMBER, channel=Channel.MINI_PROGRAM, now=now)
    require_consent(person_id, NoticeName.PARTY_MEMBER, now=now)


def let_claim(account_ids: Sequence[UUID], *, now: datetime) -> None:
    """Let who is registered act as a Party member from the account by which they are known from now on: they registered before they had
    one. Not who takes back meanwhile what their registration rests on: it is about to end."""
    registered = (
        select(MemberRegistration.person_id, MemberRegistration.area_path)
        .join(Account, Account.person_id == MemberRegistration.person_id)
        .join(Person, Person.id == MemberRegistration.person_id)
        .where(
            one_of(Account.id, account_ids),
            MemberRegistration.is_current(),
            MemberRegistration.status == _ACCEPTED,
            Person.withdrawn_at.is_(None),
            ~took_back(MemberRegistration.person_id, NoticeName.PARTY_MEMBER),
        )
        .order_by(MemberRegistration.id)
    )
    for person_id, area_path in db.session.execute(registered).all():
        accounts.grant_to_person(Actor.system(), person_id, role_in(area_path), now=now)


def release_for_ended(revision_ids: Sequence[UUID], *, now: datetime) -> None:
    """Give back the places that members took in communities with which these revisions ended their registration, unless the community has
    taken them in again."""
    _release_for(_ENDED.id.in_(revision_ids), now=now)


def release_after_service(shift_ids: Sequence[UUID], *, now: datetime) -> None:
    """Give back what members still held whose registration ended while they were signed in at these shifts."""
    holders = select(Claim.person_id).join(Shift, Shift.opening_id == Claim.opening_id)
    _release_for(_ENDED.person_id.in_(holders.where(Shift.id.in_(shift_ids), Claim.takes_place())), now=now)


def end_for_withdrawn(happenings: Sequence[Happening], *, now: datetime) -> None:
    """End what these people had applied for or were accepted to when they withdrew their last consent, or that to Party membership, and
    with it where they work. What came after stands."""
    for happening in happenings:
        stood = select(MemberRegistration).where(
            MemberRegistration.person_id == happening.subject_id,
            MemberRegistration.is_current(),
            MemberRegistration.status.in_((_APPLIED, _ACCEPTED)),
            MemberRegistration.recorded_at <= happening.at,
        )
        for seen in db.session.scalars(stood.order_by(MemberRegistration.id)).all():
            reason = why_ended(happening.subject_id, at=happening.at)
            if seen.status is _APPLIED:
                WITHDRAW.take(Actor.system(), seen, now=now, reason=reason)
            else:
                ended_on = clock.shanghai_day(happening.at)
                END.take(Actor.system(), seen, now=now, reason=reason, ended_on=ended_on)
        registered = select(MemberRegistration.id).where(
            MemberRegistration.person_id == happening.subject_id, MemberRegistration.is_current(), MemberRegistration.status.in_(ACTIVE)
        )
        if db.session.scalar(registered.limit(1)) is None:
            party.leave_unit(Actor.system(), happening.subject_id, on=clock.shanghai_day(happening.at), now=now)


def _release_for(which: ColumnElement[bool], *, now: datetime) -> None:
    again = exists().where(
        MemberRegistration.person_id == _ENDED.person_id,
        MemberRegistration.area_path == _ENDED.area_path,
        MemberRegistration.is_current(),
        MemberRegistration.status == RegistrationStatus.ACCEPTED,
    )
    members = db.session.execute(
        select(_ENDED.person_id, _ENDED.area_path).where(which, _ENDED.status == RegistrationStatus.ENDED, ~again).distinct()
    )
    attendance.release_for_former_members([(member.person_id, member.area_path) for member in members], now=now)


def receipt_number(year: int, running: int) -> str:
    """回执编号 as people read it aloud: R, the year of acceptance, at least six digits that never start over: R2026000123."""
    return f"R{year}{running:06d}"


def current_registration(registration_id: UUID) -> MemberRegistration:
    """The revision of a registration that holds now. Raises Missing."""
    found = db.session.scalar(
        select(MemberRegistration).where(MemberRegistration.fact_id == registration_id, MemberRegistration.is_current())
    )
    if found is None:
        raise Missing
    return found


def member_of_receipt(number: str, name: str) -> UUID | None:
    """Who registered under this receipt number, if the name is theirs too and the registration stands."""
    found = db.session.execute(
        select(MemberRegistration.person_id, Person.name)
        .join(Person, Person.id == MemberRegistration.person_id)
        .where(
            MemberRegistration.receipt_number == folded(number),
            MemberRegistration.is_current(),
            MemberRegistration.status == _ACCEPTED,
        )
    ).one_or_none()
    return found.person_id if found is not None and same_name(name, found.name) else None


def scope_of(registration: MemberRegistration) -> Scope:
    """Where a registration belongs, for policy: the community, the member, and the unit of its day, unless the member took back that it is
    told."""
    of_this = select(UnitMembership.work_unit_id).join(MemberRegistration, is_unit_of()).where(MemberRegistration.id == registration.id)
    of_this = of_this.where(~took_back(MemberRegistration.person_id, NoticeName.PARTY_MEMBER))
    work_unit_id = db.session.scalar(of_this)
    return Scope(area_path=registration.area_path, person_id=registration.person_id, work_unit_id=work_unit_id)


def _to_review(actor: Actor, registration_id: UUID) -> MemberRegistration:
    seen = current_registration(registration_id)
    policy.require(actor, Permission.REGISTRATION_REVIEW, scope_of(seen), seen_by=Permission.REGISTRATION_SEE)
    if actor.person_id == seen.person_id:
        raise OwnRegistration
    return seen


def role_in(area_path: str) -> Grant:
    return Grant(Role.PARTY_MEMBER, area_path=area_path)
