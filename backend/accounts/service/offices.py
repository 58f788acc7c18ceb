"""Offices: who is appointed officer or grid worker by those above them, for how long, and how it ends before its time."""

from collections.abc import Callable
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, update

from backend.accounts import limits, policy
from backend.accounts.events import RoleWithdrawn
from backend.accounts.humans import are_one
from backend.accounts.models import GrantStep, RoleGrant
from backend.accounts.policy import Permission, Scope
from backend.accounts.service.rank import area_above, require_above_if_office
from backend.accounts.service.roles import ADMINISTRATORS, OFFICES, TERM_RUN_OUT, TermOver, end_of_term, offer_grant, office_in
from backend.accounts.service.seconds import appointed_by
from backend.areas import service as areas
from backend.foundation import audit, clock, outbox
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db, one_of
from backend.foundation.errors import Conflict, Forbidden, Missing, Unprocessable


class AccountUnknown(Unprocessable):
    """Nobody's account in use: no such login name, or no registered volunteer of this number and name with an account."""

    code: ClassVar[str] = "account_unknown"
    detail = "没有找到该账号"


class TermInPast(Unprocessable):
    """A term that would have begun before today: what was done meanwhile was done without the role."""

    code: ClassVar[str] = "term_in_past"
    detail = "任期不能从过去的日期开始"


class RoleHeld(Conflict):
    """The account holds the role there, or will: its term can be changed."""

    code: ClassVar[str] = "role_held"
    detail = "该账号已担任此角色，可以调整其任期"


class RoleEnded(Conflict):
    """The role was withdrawn, or its term ran out."""

    code: ClassVar[str] = "role_ended"
    detail = "该角色已收回或任期已满，可以重新授予"


class AppointedByThem(Forbidden):
    """Whoever was appointed does not turn out at once who appointed them."""

    code: ClassVar[str] = "appointed_by_them"
    detail = "不能在被授予职务的一天之内收回授予者的职务，请由其他工作人员办理"


class LevelAboveNeeded(Forbidden):
    """One's own level prolongs nobody: that is an appointment without a second word."""

    code: ClassVar[str] = "level_above_needed"
    detail = "延长本级职务的任期，须由上级办理"


class OwnRole(Forbidden):
    """Nobody appoints, prolongs or dismisses themselves."""

    code: ClassVar[str] = "own_role"
    detail = "不能授予、调整或收回自己的角色"


def appoint(
    actor: Actor,
    role: Role,
    area_id: UUID,
    account: Callable[[], UUID | None],
    *,
    first_day: date | None,
    last_day: date | None,
    now: datetime,
) -> UUID:
    """Offer an account the office in an area, from now or from a coming day on, until the end of its last day. Returns the grant's id.

    It holds once the appointed accepts; where one's own level appoints, a second holder agrees before. `account` finds whom; it is asked
    after policy, so that who may not appoint learns of no account. Raises areas.AreaUnknown, LevelMismatch, Forbidden, AccountUnknown,
    OwnRole, TermInPast, TermOver, RoleHeld.
    """
    area = areas.area_in_use(area_id)
    grant = office_in(role, area, until=last_day)
    policy.require(actor, Permission.ADMINISTRATOR_GRANT if role in ADMINISTRATORS else Permission.ROLE_GRANT, Scope(area_path=area.path))
    account_id = account()
    if account_id is None:
        raise AccountUnknown
    if are_one(account_id, actor.account_id):
        raise OwnRole
    waits_for = GrantStep.ACCEPTANCE if _is_above(actor, role, area.path) else GrantStep.APPROVAL
    granted = offer_grant(actor, account_id, grant, waits_for=waits_for, starts_at=_beginning(first_day, now), now=now)
    if granted is None:
        raise RoleHeld
    return granted


def set_term(actor: Actor, grant_id: UUID, *, last_day: date | None, now: datetime) -> None:
    """Let an office end with another day, or with none. One's own level only shortens.

    Raises Missing, Forbidden, OwnRole, AppointedByThem, LevelAboveNeeded, TermOver, RoleEnded.
    """
    seen = _seen(actor, grant_id, Permission.ROLE_GRANT, now=now)
    ends_at = end_of_term(last_day)
    is_longer = seen.ends_at is not None and (ends_at is None or ends_at > seen.ends_at)
    if is_longer and not _is_above(actor, seen.role, seen.area_path):
        raise LevelAboveNeeded
    if ends_at is not None and ends_at <= max(now, seen.starts_at):
        raise TermOver
    _change(seen, now=now, ends_at=ends_at)
    audit.record(actor, Permission.ROLE_GRANT, seen.account_id, now=now, grant=str(grant_id), until=str(last_day) if last_day else None)


def dismiss(actor: Actor, grant_id: UUID, *, reason: str, now: datetime) -> None:
    """Withdraw an office; it is over with the holder's next request.

    Raises Missing, Forbidden, OwnRole, AppointedByThem, RoleEnded.
    """
    seen = _seen(actor, grant_id, Permission.ROLE_WITHDRAW, now=now)
    _change(seen, now=now, withdrawn_at=now, withdrawn_by=actor.account_id, withdrawn_reason=reason)
    audit.record(actor, Permission.ROLE_WITHDRAW, seen.account_id, now=now, grant=str(grant_id), role=seen.role.value)
    outbox.record(RoleWithdrawn(grant_id), now=now)


def end_run_out(*, now: datetime, at_most: int = 500) -> int:
    """Withdraw some of the offices whose term ran out, so that it is told; they were over before. Returns how many, 0 once none is left."""
    run_out = (
        select(RoleGrant.id)
        .where(one_of(RoleGrant.role, list(OFFICES)), RoleGrant.withdrawn_at.is_(None), RoleGrant.ends_at <= now)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    ended = db.session.execute(
        update(RoleGrant)
        .where(RoleGrant.id.in_(run_out))
        .values(withdrawn_at=RoleGrant.ends_at, withdrawn_reason=TERM_RUN_OUT)
        .returning(RoleGrant.id, RoleGrant.account_id, RoleGrant.role)
        .execution_options(synchronize_session=False)
    ).all()
    for grant in ended:
        details = {"grant": str(grant.id), "role": grant.role.value}
        audit.record(Actor.system(), Permission.ROLE_WITHDRAW, grant.account_id, now=now, reason=TERM_RUN_OUT, **details)
        outbox.record(RoleWithdrawn(grant.id), now=now)
    return len(ended)


def holder_to_check(actor: Actor, grant_id: UUID, *, now: datetime) -> UUID:
    """The account that holds an office, for who stands above all of its offices and has the papers of its holder before them.

    Raises Missing, Forbidden, OwnRole, HolderOfOffice, RoleEnded.
    """
    grant = office_seen(actor, grant_id)
    policy.require(actor, Permission.IDENTITY_CHECK, area_above(grant.area_path))
    if grant.is_over(now):
        raise RoleEnded
    if grant.account_id == actor.account_id:
        raise OwnRole
    require_above_if_office(actor, Permission.IDENTITY_CHECK, grant.account_id, now=now)
    return grant.account_id


def _beginning(first_day: date | None, now: datetime) -> datetime:
    today = clock.shanghai_day(now)
    if first_day is None or first_day == today:
        return now
    if first_day < today:
        raise TermInPast(errors={"starts_on": [TermInPast.detail]})
    return clock.start_of_day(first_day)


def _is_above(actor: Actor, role: Role, area_path: str | None) -> bool:
    """Whether the actor appoints to this office from above it. A community stands above its grid workers, also above those of all of it."""
    scope = Scope(area_path=area_path) if role is Role.GRID_WORKER else area_above(area_path)
    return policy.allows(actor, Permission.ROLE_GRANT, scope)


def _seen(actor: Actor, grant_id: UUID, permission: Permission, *, now: datetime) -> RoleGrant:
    """An office that the actor may change."""
    grant = office_seen(actor, grant_id)
    needed = Permission.ADMINISTRATOR_GRANT if grant.role in ADMINISTRATORS else permission
    policy.require(actor, needed, Scope(area_path=grant.area_path))
    hindrance = hindrance_to_change(actor, grant, now=now)
    if hindrance is not None:
        raise hindrance
    return grant


def hindrance_to_change(actor: Actor, grant: RoleGrant, *, now: datetime) -> type[OwnRole | AppointedByThem] | None:
    """What keeps who has the right to change offices from changing this one."""
    if grant.account_id == actor.account_id:
        return OwnRole
    lately = RoleGrant.granted_at > now - limits.current().offices.appointer_stays
    return AppointedByThem if appointed_by(actor, grant.account_id, lately) else None


def office_seen(actor: Actor, grant_id: UUID) -> RoleGrant:
    """An office that the actor may see. What is no office belongs to another capability. Raises Missing."""
    grant = db.session.get(RoleGrant, grant_id)
    if grant is None or grant.role not in OFFICES:
        raise Missing
    policy.require_seen(actor, Permission.ROLE_SEE, Scope(area_path=grant.area_path))
    return grant


def _change(seen: RoleGrant, *, now: datetime, **values: object) -> None:
    changed = db.session.scalar(
        update(RoleGrant)
        .where(RoleGrant.id == seen.id, RoleGrant.is_unended(now))
        .values(**values)
        .returning(RoleGrant.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise RoleEnded
    db.session.expire(seen)
