"""Logging in and staying logged in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import limits, policy, tokens
from backend.accounts.models import SESSION_KEY, Account, AccountStatus, HeldBy, Login, LoginKind, RoleGrant, TokenFamily
from backend.accounts.policy import Permission, Scope
from backend.accounts.tokens import AccessClaims, RefreshClaims, TokenInvalid
from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.database import db, delete_some, one_of
from backend.foundation.errors import Forbidden, Missing, Refusal, Unauthenticated
from backend.foundation.ids import new_id
from backend.foundation.sealing import keyring

REPEAT_WITHIN = timedelta(seconds=60)
FAMILIES_KEPT_FOR = timedelta(days=183)


class AccountClosed(Forbidden):
    """The WeChat user's account was closed; it opens no second one."""

    code: ClassVar[str] = "account_closed"
    detail = "该账号已停用，请联系所在社区"


class OfficeLoginOver(Unauthenticated):
    """The phone of who holds an office rested too long, or was logged in for too long."""

    code: ClassVar[str] = "office_login_over"
    detail = "任职人员的登录已到期，请重新登录"


@dataclass(frozen=True, slots=True)
class Proof:
    """By what somebody proved to be the account's holder, and what that leaves to be done."""

    account_id: UUID
    login_id: UUID
    password_change_needed: bool = False
    password_only: bool = False
    """Nothing but a password; not so a WeChat user, who holds their phone."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a login gives: an access token for minutes, a refresh token for days."""

    access_token: str
    refresh_token: str
    expires_in: int
    """Seconds until the access token ends."""
    account_id: UUID


def log_in_by_wechat(appid: str, openid: str, *, unionid: str | None, session_key: str, now: datetime) -> Tokens:
    """Log in the WeChat user, with a new account at the first time. The session key is kept sealed, the newest only.

    Raises AccountClosed.
    """
    _, login_id = _wechat_login(appid, openid) or _add_wechat_login(appid, openid, now=now)
    account_id = _use_wechat_login(login_id, unionid=unionid, session_key=session_key, now=now)
    if account_id is None:  # it ended a moment ago: the history moved to another WeChat
        _, login_id = _add_wechat_login(appid, openid, now=now)
        account_id = _use_wechat_login(login_id, unionid=unionid, session_key=session_key, now=now)
    if account_id is None:
        raise AccountClosed
    return start_family(Proof(account_id, login_id), now=now)


def _use_wechat_login(login_id: UUID, *, unionid: str | None, session_key: str, now: datetime) -> UUID | None:
    """Note that the login is used, and hold its row: the account that it opens until this transaction ends, or None when it ended."""
    return db.session.scalar(
        update(Login)
        .where(Login.id == login_id, Login.ended_at.is_(None))
        .values(
            session_key_sealed=keyring().seal(session_key, field=SESSION_KEY, row=login_id),
            unionid=func.coalesce(unionid, Login.unionid),
            last_used_at=now,
        )
        .returning(Login.account_id)
        .execution_options(synchronize_session=False)
    )


def _wechat_login(appid: str, openid: str) -> tuple[UUID, UUID] | None:
    found = db.session.execute(
        select(Login.account_id, Login.id)
        .join(Account, Account.id == Login.account_id)
        .where(Login.kind == LoginKind.WECHAT, Login.appid == appid, Login.openid == openid, Login.ended_at.is_(None))
        .where(Account.status == AccountStatus.ACTIVE)
    ).one_or_none()
    return (found.account_id, found.id) if found else None


def wechat_account(appid: str, openid: str) -> UUID | None:
    """The live account that this WeChat user opens."""
    login = _wechat_login(appid, openid)
    return login[0] if login else None


def _add_wechat_login(appid: str, openid: str, *, now: datetime) -> tuple[UUID, UUID]:
    account_id, login_id = new_id(), new_id()
    db.session.execute(insert(Account).values(id=account_id, status=AccountStatus.ACTIVE, created_at=now))
    added = db.session.scalar(
        insert(Login)
        .values(id=login_id, account_id=account_id, kind=LoginKind.WECHAT, appid=appid, openid=openid, created_at=now, added_by=account_id)
        .on_conflict_do_nothing(index_elements=["appid", "openid"], index_where=text("kind = 'wechat'"))
        .returning(Login.id)
    )
    if added is None:
        added = _begin_anew(appid, openid, account_id, now=now)
    if added is None:  # the same phone knocked twice at once, and the other request made the account; or it was closed
        db.session.execute(delete(Account).where(Account.id == account_id).execution_options(synchronize_session=False))
        first = _wechat_login(appid, openid)
        if first is None:
            raise AccountClosed
        return first
    audit.record(Actor(account_id), Permission.ACCOUNT_CREATE, account_id, now=now, kind=LoginKind.WECHAT.value)
    return account_id, added


def _begin_anew(appid: str, openid: str, account_id: UUID, *, now: datetime) -> UUID | None:
    """Let a WeChat user whose log-in ended (their history moved to another WeChat) open this new account; None for whom it did not."""
    return db.session.scalar(
        update(Login)
        .where(Login.kind == LoginKind.WECHAT, Login.appid == appid, Login.openid == openid, Login.ended_at.is_not(None))
        .values(account_id=account_id, ended_at=None, end_reason=None, created_at=now, joined_at=None, added_by=account_id)
        .returning(Login.id)
        .execution_options(synchronize_session=False)
    )


def start_family(proof: Proof, *, now: datetime) -> Tokens:
    """The first tokens of a phone after a login that proved right; the caller has seen the proof."""
    claims = _begin(proof, HeldBy.PHONE, tokens.maker().refresh_life, now=now)
    return _tokens(proof.account_id, claims.family_id, 1, now=now)


def start_browser(proof: Proof, *, left: AccessClaims | None, now: datetime) -> AccessClaims:
    """As `start_family`, of a browser, which has no tokens. The login that it was in until now (`left`) ends: a cookie that somebody
    planted there opens nothing of what begins."""
    if left is not None and end_families(TokenFamily.id == left.family_id, reason="logged_in_anew", now=now):
        audit.record(Actor(left.account_id), Permission.SESSION_END, left.family_id, now=now, reason="logged_in_anew")
    return _begin(proof, HeldBy.BROWSER, tokens.maker().browser_rest, now=now)


def _begin(proof: Proof, held_by: HeldBy, lasting: timedelta, *, now: datetime) -> AccessClaims:
    family = TokenFamily(
        id=new_id(),
        account_id=proof.account_id,
        login_id=proof.login_id,
        held_by=held_by,
        generation=1,
        rotated_at=now,
        created_at=now,
        expires_at=now + lasting,
        password_change_needed=proof.password_change_needed,
        password_only=proof.password_only,
    )
    db.session.add(family)
    db.session.flush()
    audit.record(Actor(proof.account_id), Permission.ACCOUNT_LOG_IN, proof.login_id, now=now)
    return AccessClaims(proof.account_id, family.id, held_by)


def _tokens(account_id: UUID, family_id: UUID, generation: int, *, now: datetime) -> Tokens:
    maker = tokens.maker()
    return Tokens(
        access_token=maker.access_token(AccessClaims(account_id, family_id), now=now),
        refresh_token=maker.refresh_token(RefreshClaims(family_id, generation)),
        expires_in=int(maker.access_life.total_seconds()),
        account_id=account_id,
    )


def refresh(refresh_token: str, *, now: datetime) -> Tokens | Refusal:
    """Rotate a refresh token.

    A token that was rotated less than 60 seconds ago gets the same successor (a phone on a bad line repeats itself). An older one
    was stolen or copied: its family ends. So does that of an office that rested too long, or is too old (config/limits.toml). These
    refusals are returned, not raised, because the end must be committed.
    """
    claims = tokens.maker().read_refresh_token(refresh_token)
    too_old = _too_old_for_office(now)
    rotated = db.session.execute(
        update(TokenFamily)
        .where(
            TokenFamily.id == claims.family_id,
            TokenFamily.generation == claims.generation,
            TokenFamily.held_by == HeldBy.PHONE,
            TokenFamily.ended_at.is_(None),
            TokenFamily.expires_at > now,
            select(Account.id).where(Account.id == TokenFamily.account_id, Account.status == AccountStatus.ACTIVE).exists(),
            ~too_old,
        )
        .values(generation=TokenFamily.generation + 1, rotated_at=now)
        .returning(TokenFamily.account_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if rotated is not None:
        return _tokens(rotated.account_id, claims.family_id, claims.generation + 1, now=now)
    family = db.session.execute(
        select(
            TokenFamily.account_id,
            TokenFamily.generation,
            TokenFamily.rotated_at,
            TokenFamily.ended_at,
            TokenFamily.expires_at,
            too_old.label("too_old"),
        )
        .join(Account, Account.id == TokenFamily.account_id)
        .where(TokenFamily.id == claims.family_id, TokenFamily.held_by == HeldBy.PHONE, Account.status == AccountStatus.ACTIVE)
    ).one_or_none()
    if family is None or family.ended_at is not None or family.expires_at <= now or claims.generation > family.generation:
        return TokenInvalid()
    if family.too_old:
        _end_refused(claims.family_id, family.account_id, reason=OfficeLoginOver.code, now=now)
        return OfficeLoginOver()
    if claims.generation == family.generation:
        return TokenInvalid()  # two at once
    if claims.generation == family.generation - 1 and now - family.rotated_at <= REPEAT_WITHIN:
        return _tokens(family.account_id, claims.family_id, family.generation, now=now)
    _end_refused(claims.family_id, family.account_id, reason="refresh_token_reused", now=now)
    return TokenInvalid()


def _too_old_for_office(now: datetime) -> ColumnElement[bool]:
    """Condition on log-ins of phones: the account holds an office, and the phone rested too long or was in for too long."""
    terms = limits.current().offices
    in_office = select(RoleGrant.id).where(
        RoleGrant.account_id == TokenFamily.account_id,
        one_of(RoleGrant.role, sorted(policy.OFFICE_ROLES)),
        RoleGrant.waits_for.is_(None),
        RoleGrant.is_unended(now),
    )
    over = or_(TokenFamily.rotated_at <= now - terms.phone_rests, TokenFamily.created_at <= now - terms.phone_stays)
    return and_(over, in_office.correlate(TokenFamily).exists())


def _end_refused(family_id: UUID, account_id: UUID, *, reason: str, now: datetime) -> None:
    end_families(TokenFamily.id == family_id, reason=reason, now=now)
    audit.record(Actor(account_id), Permission.ACCOUNT_LOG_IN, family_id, now=now, succeeded=False, reason=reason)


def forget_old_families(*, now: datetime, at_most: int = 5_000) -> int:
    """Delete some log-ins that were over half a year ago; returns how many, 0 once none is left. The audit log keeps that they were."""
    over_since = func.least(TokenFamily.expires_at, TokenFamily.ended_at)
    old = select(TokenFamily.id).where(over_since < now - FAMILIES_KEPT_FOR).limit(at_most)
    return delete_some(TokenFamily, old)


def log_out(actor: Actor, family_id: UUID, *, now: datetime) -> None:
    """End the login that this access token came from; its tokens are refused from now on."""
    policy.require(actor, Permission.SESSION_END, Scope())
    end_families(and_(TokenFamily.id == family_id, TokenFamily.account_id == actor.account_id), reason="logged_out", now=now)
    audit.record(actor, Permission.SESSION_END, family_id, now=now, reason="logged_out")


def log_out_everywhere(actor: Actor, *, now: datetime) -> None:
    """End every login of the account, this one too; all their tokens are refused from now on."""
    policy.require(actor, Permission.SESSION_END, Scope())
    ended = end_families(TokenFamily.account_id == actor.account_id, reason="logged_out_everywhere", now=now)
    audit.record(actor, Permission.SESSION_END, actor.account_id, now=now, reason="logged_out_everywhere", sessions=ended)


def end_session(actor: Actor, family_id: UUID, *, now: datetime) -> None:
    """End one login of the account, wherever it is. Raises Missing when it is not theirs, or over."""
    policy.require(actor, Permission.SESSION_END, Scope())
    of_session = and_(TokenFamily.id == family_id, TokenFamily.account_id == actor.account_id, TokenFamily.expires_at > now)
    if not end_families(of_session, reason="ended_by_holder", now=now):
        raise Missing
    audit.record(actor, Permission.SESSION_END, family_id, now=now, reason="ended_by_holder")


def end_families(which: ColumnElement[bool], *, reason: str, now: datetime) -> int:
    """End those of these logins that are not over; returns how many. The caller writes it into the audit log."""
    ended = db.session.scalars(
        update(TokenFamily)
        .where(which, TokenFamily.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
        .returning(TokenFamily.id)
        .execution_options(synchronize_session=False)
    )
    return len(ended.all())
