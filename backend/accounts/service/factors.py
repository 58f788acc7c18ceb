"""What a log-in asks for beside its password: an app, passkeys, and recovery codes in their stead; and what ends with them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import limits
from backend.accounts.models import Login, Passkey, RecoveryCode, SecondFactor, TokenFamily
from backend.accounts.service.drawn import recovery_code
from backend.accounts.service.logins import end_families
from backend.accounts.service.second_codes import digest_of
from backend.foundation.actor import Actor
from backend.foundation.database import db

RECOVERY_CODES = 10

HAS_APP = select(SecondFactor.login_id).where(SecondFactor.login_id == Login.id, SecondFactor.confirmed_at.is_not(None)).exists()
HAS_PASSKEY = select(Passkey.id).where(Passkey.login_id == Login.id, Passkey.ended_at.is_(None)).exists()
IS_GUARDED = or_(HAS_APP, HAS_PASSKEY)
"""Condition on log-ins: more than the password is asked for."""


def hold_login(login_id: UUID) -> None:
    """Hold the log-in's row, as whoever logs in holds it: nobody is let in by less beside this, and of two changes one comes first."""
    db.session.execute(select(Login.id).where(Login.id == login_id).with_for_update())


def is_guarded(login_id: UUID) -> bool:
    """Whether more than the password is asked for."""
    return db.session.scalar(select(Login.id).where(Login.id == login_id, IS_GUARDED)) is not None


def has_app(login_id: UUID) -> bool:
    """Whether codes of an app are asked for."""
    return db.session.scalar(select(Login.id).where(Login.id == login_id, HAS_APP)) is not None


def must_have_one(actor: Actor) -> bool:
    """Whether an office of theirs opens by more than a password only."""
    return any(grant.role in limits.current().second_factor.required_of for grant in actor.grants)


def ask_for_more(actor: Actor, family_id: UUID, *, now: datetime) -> int:
    """Have a log-in that asks for more from now on go on as one by more, and end whatever else is logged in to the account: it was by less.
    Returns how many ended."""
    others = and_(TokenFamily.account_id == actor.account_id, TokenFamily.id != family_id)
    ended = end_families(others, reason="second_factor_set", now=now)
    say_of_family(family_id, password_only=False)
    return ended


def say_of_family(family_id: UUID, *, password_only: bool) -> None:
    """Write down by what the log-in in hand is."""
    db.session.execute(
        update(TokenFamily)
        .where(TokenFamily.id == family_id)
        .values(password_only=password_only)
        .execution_options(synchronize_session=False)
    )


def draw_recovery_codes(login_id: UUID) -> list[str]:
    """Codes to be told this once; those of before are void."""
    _forget_codes(RecoveryCode.login_id == login_id)
    codes = [recovery_code() for _ in range(RECOVERY_CODES)]
    db.session.execute(insert(RecoveryCode), [{"login_id": login_id, "digest": digest_of(login_id, code)} for code in codes])
    return codes


def forget_app(login_id: UUID) -> None:
    """Ask for no codes of an app any more; recovery codes stay where a passkey does. The caller has asked policy."""
    db.session.execute(delete(SecondFactor).where(SecondFactor.login_id == login_id).execution_options(synchronize_session=False))
    forget_codes_of_nothing(login_id)


def forget_codes_of_nothing(login_id: UUID) -> None:
    """Void the recovery codes of a log-in that has nothing left in whose stead they could be."""
    unguarded = select(Login.id).where(Login.id == login_id, ~IS_GUARDED)
    _forget_codes(RecoveryCode.login_id.in_(unguarded))


def end_factors(*login_ids: UUID, reason: str, now: datetime) -> None:
    """Have these log-ins ask for nothing but their password. The caller has asked policy."""
    db.session.execute(delete(SecondFactor).where(SecondFactor.login_id.in_(login_ids)).execution_options(synchronize_session=False))
    db.session.execute(
        update(Passkey)
        .where(Passkey.login_id.in_(login_ids), Passkey.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
        .execution_options(synchronize_session=False)
    )
    _forget_codes(RecoveryCode.login_id.in_(login_ids))


def _forget_codes(which: ColumnElement[bool]) -> None:
    db.session.execute(delete(RecoveryCode).where(which).execution_options(synchronize_session=False))
