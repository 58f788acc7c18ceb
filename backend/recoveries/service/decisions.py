"""Who lets a log-in into somebody's account: a second officer, the holder, or the clock when nobody refused. And who refuses it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.accounts import limits, policy
from backend.accounts import queries as account_queries
from backend.accounts import service as accounts
from backend.accounts.policy import Permission, Scope
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Forbidden, Refusal
from backend.people.service import DIED, hold_person, require_alive
from backend.recoveries.models import AccountRecovery, RecoveryKind
from backend.recoveries.service.applications import (
    CONFIRM,
    RETURN,
    RETURN_OTHERS,
    RETURN_SEEN,
    SEEN,
    WITHDRAW,
    WITHDRAW_SEEN,
    RecoveryDecided,
    known_recovery,
    refuse_own,
    scope_of,
)
from backend.volunteers.service import grant_as_registered

OTHER_CONFIRMED = "已由本人通过另一个登录方式找回"
NOT_POSSIBLE = "情况有变化，请重新办理"


def approve_recovery(actor: Actor, recovery_id: UUID, *, now: datetime) -> None:
    """Agree to what one officer saw: as the holder, from where they are logged in, or as a second officer. It takes effect at once.

    Raises RecoveryDecided, OwnRecovery, SecondNeeded, HolderOfOffice, AccountTied, RolesExclude, Missing, Forbidden.
    """
    recovery = known_recovery(actor, recovery_id)
    policy.require(actor, Permission.RECOVERY_APPROVE, scope_of(recovery))
    is_holder = actor.person_id is not None and actor.person_id == recovery.person_id
    if not is_holder:
        refuse_own(actor, recovery)
        accounts.require_second(actor, recovery.seen_by, now=now)
    _let_in(actor, recovery, now=now, by_office=not is_holder)


def let_in_waited(*, now: datetime, at_most: int = 100) -> int:
    """Let those in that one officer saw and nobody refused while it was told; returns how many were decided, 0 once none is left.

    What cannot be any more (an office was given meanwhile, the applicant became somebody else) is returned.
    """
    due = (
        select(AccountRecovery)
        .where(AccountRecovery.status == SEEN, AccountRecovery.seen_at <= now - limits.current().recoveries.waits)
        .order_by(AccountRecovery.seen_at, AccountRecovery.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    recoveries = db.session.scalars(due).all()
    for recovery in recoveries:
        try:
            with db.session.begin_nested():
                _let_in(Actor.system(), recovery, now=now, by_office=False)
        except Refusal:
            RETURN_SEEN.take_all(Actor.system(), [recovery.id], now=now, reason=NOT_POSSIBLE)
    return len(recoveries)


def return_recovery(actor: Actor, recovery_id: UUID, *, reason: str, now: datetime) -> None:
    """Refuse it with a reason: the community, or the person whose account it is, who did not ask for it.

    Raises RecoveryDecided, Missing, Forbidden.
    """
    recovery = known_recovery(actor, recovery_id)
    policy.require(actor, Permission.RECOVERY_REFUSE, scope_of(recovery))
    if recovery.status is SEEN:
        RETURN_SEEN.take(actor, recovery_id, now=now, reason=reason)
    else:
        RETURN.take(actor, recovery_id, now=now, reason=reason)


def return_of_dead(person_id: UUID, *, now: datetime) -> None:
    """Refuse what is asked for of the account of somebody who died. The caller has asked policy and holds the person."""
    for step in RETURN_OTHERS:
        waiting = select(AccountRecovery.id).where(AccountRecovery.person_id == person_id, AccountRecovery.status == step.seen)
        step.take_all(Actor.system(), db.session.scalars(waiting).all(), now=now, reason=DIED)


def withdraw_recovery(actor: Actor, recovery_id: UUID, *, now: datetime) -> None:
    """Take one's own application back. Raises RecoveryDecided, Missing, Forbidden."""
    recovery = known_recovery(actor, recovery_id)
    policy.require(actor, Permission.RECOVERY_APPLY, Scope())
    if not account_queries.are_one(actor.account_id, recovery.account_id):
        raise Forbidden("找回申请由提出申请的人撤回")
    if recovery.status is SEEN:
        WITHDRAW_SEEN.take(actor, recovery_id, now=now)
    else:
        WITHDRAW.take(actor, recovery_id, now=now)


def _let_in(actor: Actor, recovery: AccountRecovery, *, now: datetime, by_office: bool) -> None:
    """An officer stands above what the account holds; for the holder and the clock the first one did, so nothing may have come since."""
    if recovery.person_id is None or recovery.seen_at is None:
        raise RecoveryDecided
    applicant_id = account_queries.account_now(recovery.account_id)
    # The person's row is the lock: of two applications for one account that are confirmed at once, the later one finds itself returned.
    hold_person(recovery.person_id)
    require_alive(recovery.person_id)
    CONFIRM.take(actor, recovery.id, now=now)
    since = None if by_office else recovery.seen_at
    if recovery.kind is RecoveryKind.MERGE:
        accounts.join_login(actor, recovery.person_id, applicant_id, since=since, now=now)
    elif accounts.recover_account(actor, recovery.person_id, applicant_id, since=since, now=now) == applicant_id:
        grant_as_registered(actor, recovery.person_id, now=now)
    for step in RETURN_OTHERS:
        others = select(AccountRecovery.id).where(AccountRecovery.person_id == recovery.person_id, AccountRecovery.status == step.seen)
        step.take_all(actor, db.session.scalars(others).all(), now=now, reason=OTHER_CONFIRMED)
