"""Two accounts of one person become one: log-ins and roles move, facts stay where they are, because they name persons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, update

from backend.accounts import policy
from backend.accounts.events import AccountMerged, LoginAdded
from backend.accounts.models import Account, AccountStatus, Login, LoginKind, RoleGrant, TokenFamily
from backend.accounts.policy import Permission, Scope
from backend.accounts.service.callers import PasswordChangeNeeded
from backend.accounts.service.factors import IS_GUARDED
from backend.accounts.service.going_on import go_on
from backend.accounts.service.logins import Proof, Tokens, end_families, start_family, wechat_account
from backend.accounts.service.password_logins import SecondFactorNeeded
from backend.accounts.service.passwords import Attempt, Over, note_failure, note_over, why_over
from backend.accounts.service.preferences import hand_over_preferences
from backend.accounts.service.rank import require_above_if_office, require_still_above
from backend.accounts.service.roles import (
    ADMINISTRATORS,
    OFFICES,
    AccountTied,
    PersonHasAccount,
    RolesExclude,
    account_of_person,
    tie_to_person,
)
from backend.accounts.service.second_codes import SecondCodeWrong, try_code
from backend.accounts.service.tries import LoginLocked, forget_count, forget_tries
from backend.accounts.tokens import TokenInvalid
from backend.foundation import audit, idempotency, jobs, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing, Unprocessable
from backend.foundation.refusals import never

MERGED, RECOVERED = "accounts_merged", "account_recovered"


class AccountsOfDifferentPersons(Conflict):
    """Each account has a person, and not the same one: what each did is theirs."""

    code: ClassVar[str] = "accounts_of_different_persons"
    detail = "两个账号属于不同的人，不能合并"


class AccountsAreOne(Conflict):
    """It is the same account."""

    code: ClassVar[str] = "accounts_are_one"
    detail = "这是同一个账号，无需合并"


class OtherLoginWrong(Unprocessable):
    """What should prove the other account does not. A wrong password counts towards the lockout."""

    code: ClassVar[str] = "other_login_wrong"
    detail = "另一个账号的登录信息不正确"


@dataclass(frozen=True, slots=True)
class Merged:
    """How much went over."""

    logins: int
    grants: int


def merge_accounts(actor: Actor, kept_id: UUID, dissolved_id: UUID, *, reason: str, now: datetime) -> Merged:
    """Let one account take over the log-ins and roles of the other, which is closed and logged out everywhere.

    The caller has asked policy, or has seen both proved. What a person or an account did stays as it is written down. A role that both
    hold ends with the later of its two ends. Raises AccountsAreOne, AccountsOfDifferentPersons, RolesExclude, Missing for an account that
    is closed or nobody's.
    """
    if kept_id == dissolved_id:
        raise AccountsAreOne
    kept, dissolved = _held(kept_id, dissolved_id)
    if kept.person_id is not None and dissolved.person_id is not None:
        raise AccountsOfDifferentPersons
    grants = _move_grants(actor, kept_id, dissolved_id, now=now)
    moved = _move_logins(actor, kept_id, dissolved_id, now=now)
    # It keeps the name of its person: what was done under its roles is read by person, also that of long ago.
    dissolved.status, dissolved.closed_at, dissolved.closed_reason, dissolved.merged_into_id = AccountStatus.CLOSED, now, reason, kept_id
    db.session.flush()
    if kept.person_id is None:
        kept.person_id, kept.checked_at, kept.checked_by = dissolved.person_id, dissolved.checked_at, dissolved.checked_by
        db.session.flush()
    db.session.execute(
        update(Account)
        .where(Account.merged_into_id == dissolved_id)
        .values(merged_into_id=kept_id)
        .execution_options(synchronize_session=False)
    )
    jobs.hand_over(dissolved_id, kept_id)
    hand_over_preferences(dissolved_id, kept_id)
    idempotency.hand_over(dissolved_id, kept_id)
    end_families(TokenFamily.account_id == dissolved_id, reason=MERGED, now=now)
    merged = Merged(len(moved), grants)
    audit.record(actor, Permission.ACCOUNT_MERGE, kept_id, now=now, dissolved=str(dissolved_id), logins=len(moved), grants=grants)
    outbox.record_all([AccountMerged(dissolved_id), *map(LoginAdded, moved)], now=now)
    return merged


def begin_own_merge(
    actor: Actor, attempt: Attempt, *, right: bool, code: str | None, now: datetime
) -> OtherLoginWrong | Over | SecondFactorNeeded | SecondCodeWrong | LoginLocked | None:
    """Whether the name and password that should prove the other account did, and its second factor where it has one; a failure is written
    down, so it is returned.

    Raises PasswordChangeNeeded for an initial password: whoever gave it knows it.
    """
    policy.require(actor, Permission.ACCOUNT_MERGE_OWN, Scope())
    if attempt.locked is not None:
        return attempt.locked
    if not right or attempt.account_id is None or attempt.login_id is None:
        note_failure(attempt, Permission.ACCOUNT_MERGE_OWN, now=now)
        return OtherLoginWrong()
    over = why_over(attempt, now=now)
    if over is not None:
        note_over(attempt, over, Permission.ACCOUNT_MERGE_OWN, now=now)
        return over
    if attempt.initial:
        raise PasswordChangeNeeded
    if db.session.scalar(select(Login.id).where(Login.id == attempt.login_id, IS_GUARDED)) is not None:
        forget_count(attempt.tried)
        if code is None:
            return SecondFactorNeeded()
        wrong = try_code(attempt.account_id, attempt.login_id, code, attempt.source, Permission.ACCOUNT_MERGE_OWN, now=now)
        if wrong is not None:
            return wrong
    forget_tries(attempt.tried, now=now)
    return None


def merge_own_accounts(actor: Actor, family_id: UUID, other_id: UUID, *, now: datetime) -> Tokens:
    """Merge two accounts that one person has just proved to hold; the one with a person is kept, or else the one that asks.

    Returns new tokens, because the one that asks may be the one that is dissolved. A way into an account that holds an office is added by
    who stands above that. Raises HolderOfOffice, TokenInvalid, and as merge_accounts.
    """
    policy.require(actor, Permission.ACCOUNT_MERGE_OWN, Scope())
    if actor.account_id is None:
        raise Missing
    other_has_person = db.session.scalar(select(Account.person_id).where(Account.id == other_id)) is not None
    kept_id, dissolved_id = (other_id, actor.account_id) if other_has_person and actor.person_id is None else (actor.account_id, other_id)
    asking = db.session.execute(
        select(TokenFamily.login_id, TokenFamily.password_only).where(TokenFamily.id == family_id, TokenFamily.ended_at.is_(None))
    ).one_or_none()
    if asking is None:  # logged out while the other account was being proved
        raise TokenInvalid
    for account_id in (kept_id, dissolved_id):
        require_above_if_office(actor, Permission.ACCOUNT_MERGE, account_id, now=now)
    merge_accounts(actor, kept_id, dissolved_id, reason="own", now=now)
    end_families(TokenFamily.id == family_id, reason=MERGED, now=now)
    return start_family(Proof(kept_id, asking.login_id, password_only=asking.password_only), now=now)


def account_of_password(attempt: Attempt) -> UUID:
    """The live account that the right password opens. Raises OtherLoginWrong when it was changed meanwhile."""
    account_id = db.session.scalar(
        select(Login.account_id).where(Login.id == attempt.login_id, Login.password_hash == attempt.password_hash)
    )
    if account_id is None:
        raise OtherLoginWrong
    return account_id


def account_of_wechat(appid: str, openid: str) -> UUID:
    """The live account of a WeChat user. Raises OtherLoginWrong when there is none."""
    account_id = wechat_account(appid, openid)
    if account_id is None:
        raise OtherLoginWrong
    return account_id


@never(AccountsAreOne, because="who applies has no person, and the other account has")
@never(PersonHasAccount, because="the caller holds the person, and it is looked at before")
@never(AccountsOfDifferentPersons, because="told as AccountTied")
def recover_account(actor: Actor, person_id: UUID, applicant_id: UUID, *, since: datetime | None, now: datetime) -> UUID:
    """Give a person's account to who logged in by a new WeChat, proved who they are and was seen. Returns the account.

    The WeChat log-ins until now end, so do all sessions of both accounts; the applicant's account, which has no person, is dissolved.
    Where the person has no account, the applicant's becomes theirs. An account that holds an office is given by who stands above that:
    nobody takes over an equal or a superior (`since`: as in require_still_above). The caller holds the person.

    Raises HolderOfOffice, AccountTied, RolesExclude, Missing.
    """
    kept_id = account_of_person(person_id)
    if kept_id is None:
        _held(applicant_id)
        tie_to_person(applicant_id, person_id, now=now)
        end_families(TokenFamily.account_id == applicant_id, reason=RECOVERED, now=now)
        audit.record(actor, Permission.RECOVERY_APPROVE, applicant_id, now=now, person=str(person_id), logins_ended=0)
        return applicant_id
    _held(kept_id, applicant_id)  # before the look at its offices: nobody is appointed meanwhile
    require_still_above(actor, Permission.ACCOUNT_MERGE, kept_id, since=since, now=now)
    ended = db.session.scalars(
        update(Login)
        .where(Login.account_id == kept_id, Login.kind == LoginKind.WECHAT, Login.ended_at.is_(None))
        .values(ended_at=now, end_reason=RECOVERED, session_key_sealed=None)
        .returning(Login.id)
        .execution_options(synchronize_session=False)
    ).all()
    try:
        merge_accounts(actor, kept_id, applicant_id, reason=RECOVERED, now=now)
    except AccountsOfDifferentPersons:
        raise AccountTied from None
    end_families(TokenFamily.account_id == kept_id, reason=RECOVERED, now=now)
    audit.record(actor, Permission.RECOVERY_APPROVE, kept_id, now=now, person=str(person_id), logins_ended=len(ended))
    return kept_id


@never(AccountsOfDifferentPersons, because="told as AccountTied")
def join_login(actor: Actor, person_id: UUID, dissolved_id: UUID, *, since: datetime | None, now: datetime) -> None:
    """Let a person's account take over another one, with all ways into both. The caller holds the person; `since` as in recover_account.

    Raises HolderOfOffice, AccountsAreOne, AccountTied, RolesExclude, Missing.
    """
    kept_id = account_of_person(person_id)
    if kept_id is None:
        raise Missing
    if kept_id == dissolved_id:
        raise AccountsAreOne
    _held(kept_id, dissolved_id)
    for account_id in (kept_id, dissolved_id):
        require_still_above(actor, Permission.ACCOUNT_MERGE, account_id, since=since, now=now)
    try:
        merge_accounts(actor, kept_id, dissolved_id, reason=MERGED, now=now)
    except AccountsOfDifferentPersons:
        raise AccountTied from None


def require_above_holder(actor: Actor, person_id: UUID, *, now: datetime) -> None:
    """Let pass who stands above all offices of a person's account; an account without one, and nobody's, lets everybody pass.

    Raises HolderOfOffice.
    """
    account_id = account_of_person(person_id)
    if account_id is not None:
        require_above_if_office(actor, Permission.ACCOUNT_MERGE, account_id, now=now)


def _held(*account_ids: UUID) -> list[Account]:
    """The rows of live accounts and of their log-ins, ours until the commit. Raises Missing."""
    # In the order of their ids, as every merge takes them: two of the same pair wait for one another. Log-ins first, as whoever logs in.
    db.session.execute(select(Login.id).where(Login.account_id.in_(account_ids)).order_by(Login.id).with_for_update(key_share=True)).all()
    rows = db.session.scalars(
        select(Account)
        .where(Account.id.in_(account_ids), Account.status == AccountStatus.ACTIVE)
        .order_by(Account.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    held = {account.id: account for account in rows}
    if len(held) < len(account_ids):
        raise Missing
    return [held[account_id] for account_id in account_ids]


def _move_logins(actor: Actor, kept_id: UUID, dissolved_id: UUID, *, now: datetime) -> Sequence[UUID]:
    moved = db.session.scalars(
        update(Login)
        .where(Login.account_id == dissolved_id)
        .values(account_id=kept_id, joined_at=now, added_by=actor.account_id)
        .returning(Login.id)
        .execution_options(synchronize_session=False)
    )
    return moved.all()


def _move_grants(actor: Actor, kept_id: UUID, dissolved_id: UUID, *, now: datetime) -> int:
    """Withdraw what the one account holds, and grant it to the other for the rest of its term: so it stays written who held what when."""
    live = RoleGrant.is_unended(now)
    grants = db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == dissolved_id, live).order_by(RoleGrant.id)).all()
    in_force = select(RoleGrant.role).where(RoleGrant.account_id.in_((kept_id, dissolved_id)), live, RoleGrant.waits_for.is_(None))
    offices = set(db.session.scalars(in_force)) & OFFICES.keys()
    if offices & ADMINISTRATORS and len(offices) > 1:
        raise RolesExclude
    # A grant of the kept account whose term ran out stands in the place of the one that comes over.
    db.session.execute(
        update(RoleGrant)
        .where(RoleGrant.account_id == kept_id, RoleGrant.withdrawn_at.is_(None), RoleGrant.ends_at <= now)
        .values(withdrawn_at=RoleGrant.ends_at, withdrawn_reason="term_run_out")
        .execution_options(synchronize_session=False)
    )
    for grant in grants:
        go_on(grant, kept_id, grant, now=now)
    db.session.execute(
        update(RoleGrant)
        .where(RoleGrant.account_id == dissolved_id, RoleGrant.withdrawn_at.is_(None))
        .values(withdrawn_at=now, withdrawn_by=actor.account_id, withdrawn_reason=MERGED)
        .execution_options(synchronize_session=False)
    )
    return len(grants)
