"""Wrong passwords, counted by name. Too many lock the name for a while. A name that nobody has is counted and locked alike."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.models import LoginLockout
from backend.foundation.database import db
from backend.foundation.errors import TooMany
from backend.foundation.sealing import keyring

FAILURES_BEFORE_LOCK = 5
FIRST_LOCK, LONGEST_LOCK = timedelta(minutes=15), timedelta(hours=4)
FORGOTTEN_AFTER = timedelta(hours=24)


class LoginLocked(TooMany):
    """Too many wrong passwords in a row."""

    code: ClassVar[str] = "login_locked"
    detail = "密码错误次数过多，请稍后再试"


def count_try(name: str, login_id: UUID | None, *, now: datetime) -> int:
    """Count one more try for a name as wrong, whoever's it is; returns how many there were in a row.

    The right password forgets them, and so does a day without a try. Each fifth one locks the name: for 15 minutes, then for twice as
    long as before, at most 4 hours. Raises LoginLocked while a lock holds.
    """
    index = name_index(name)
    forgotten = LoginLockout.last_failed_at <= now - FORGOTTEN_AFTER
    tries: int | None = db.session.scalar(
        insert(LoginLockout)
        .values(name_index=index, login_id=login_id, failures=1, last_failed_at=now)
        .on_conflict_do_update(
            index_elements=["name_index"],
            set_={
                "login_id": login_id,
                "failures": case((forgotten, 1), else_=LoginLockout.failures + 1),
                "last_failed_at": now,
                "locked_until": None,
            },
            where=or_(LoginLockout.locked_until.is_(None), LoginLockout.locked_until <= now),
        )
        .returning(LoginLockout.failures)
    )
    if tries is None:
        locked_until = db.session.scalar(select(LoginLockout.locked_until).where(LoginLockout.name_index == index)) or now
        raise LoginLocked(retry_after=max(int((locked_until - now).total_seconds()), 0) + 1)
    if locks(tries):  # the row is ours until the commit: nobody tries between the count and the lock
        db.session.execute(
            update(LoginLockout)
            .where(LoginLockout.name_index == index)
            .values(locked_until=now + _lock_after(tries))
            .execution_options(synchronize_session=False)
        )
    return tries


def locks(tries: int) -> bool:
    """Whether so many wrong ones in a row lock the name."""
    return tries % FAILURES_BEFORE_LOCK == 0


def forget_tries(name: str) -> None:
    """Begin to count anew, and lift a lock: the right password was given, or a new one."""
    db.session.execute(delete(LoginLockout).where(LoginLockout.name_index == name_index(name)).execution_options(synchronize_session=False))


def lift(login_id: UUID, *, now: datetime) -> bool:
    """End the lock of a login and begin to count anew. Returns whether it was locked; the caller has asked policy."""
    lifted = db.session.scalar(
        delete(LoginLockout)
        .where(LoginLockout.login_id == login_id, LoginLockout.locked_until > now)
        .returning(LoginLockout.failures)
        .execution_options(synchronize_session=False)
    )
    return lifted is not None


def forget_old_tries(*, now: datetime) -> int:
    """Delete what counts no more, a day after the last failure; returns how many names."""
    gone = db.session.scalars(
        delete(LoginLockout)
        .where(LoginLockout.last_failed_at <= now - FORGOTTEN_AFTER)
        .returning(LoginLockout.failures)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def name_index(name: str) -> bytes:
    """By what the tries for a name are found."""
    return keyring().index(name, field="login_lockouts.name")


def _lock_after(tries: int) -> timedelta:
    doublings = min(tries // FAILURES_BEFORE_LOCK - 1, 10)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)
