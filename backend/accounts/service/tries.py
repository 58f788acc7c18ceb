"""Wrong passwords, counted by name and by where they come from. Too many lock the name for that source alone.

Who knows only a name so keeps nobody out: a device of the holder's is a source of its own, and one from which the holder logged in before
is not held up by what strangers try elsewhere. A name that nobody has is counted and locked alike.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, delete, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.models import LoginLockout
from backend.foundation.database import db
from backend.foundation.errors import TooMany
from backend.foundation.sealing import keyring

FAILURES_BEFORE_LOCK = 5
STRANGERS_BEFORE_LOCK = 100
"""Wrong ones for one name of all sources together from which its holder was never in: a password is not guessed from a thousand places."""
STRANGERS_CODES_BEFORE_LOCK = 20
"""The same of codes of a second factor, which are short. Only who has the password tries one."""
FIRST_LOCK, LONGEST_LOCK = timedelta(minutes=15), timedelta(hours=4)
FORGOTTEN_AFTER = timedelta(hours=24)
KNOWN_FOR = timedelta(days=90)
"""So long a source is known after a log-in."""

_STRANGERS = "strangers"


class LoginLocked(TooMany):
    """Too many wrong passwords for this name from here, or from everywhere by strangers; or too many wrong codes beside the right one."""

    code: ClassVar[str] = "login_locked"
    detail = "密码错误次数过多，请稍后再试"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a try comes from: its network, and whose device it is by a token or cookie of ours."""

    network: str
    account_id: UUID | None = None

    @classmethod
    def device(cls, account_id: UUID | None) -> "Source":
        """A device on which the account is logged in."""
        return cls("", account_id)

    def of(self, account_id: UUID | None) -> str:
        """What is counted for: the holder's device where it is one, else the network."""
        return f"device of {account_id}" if account_id is not None and account_id == self.account_id else self.network


@dataclass(frozen=True, slots=True)
class Tried:
    """A try that was counted: by what it is found, and whether it locks the name there if it proves wrong."""

    indexes: tuple[bytes, ...]
    locks: bool


def count_code(login_id: UUID, account_id: UUID, source: Source, *, now: datetime) -> Tried:
    """As `count_try`, of a code beside the right password. Who knows only a name has no part in it. Raises LoginLocked."""
    return count_try(f"code\n{login_id}", source, login_id=login_id, account_id=account_id, strangers=STRANGERS_CODES_BEFORE_LOCK, now=now)


def count_try(
    name: str,
    source: Source,
    *,
    login_id: UUID | None,
    account_id: UUID | None,
    strangers: int = STRANGERS_BEFORE_LOCK,
    now: datetime,
) -> Tried:
    """Count one more try for a name as wrong, whoever's it is.

    The right password forgets them, and so does a day without a try. Each fifth one locks the name for its source: for 15 minutes, then
    for twice as long, four hours at most. Locked, nothing is tried and nothing counted, so that who repeats waits no longer for it. One
    statement decides it: tries at once get no further than tries one after the other. Raises LoginLocked.
    """
    of = source.of(account_id)
    index = try_index(name, of)
    locks, known = _count(index, login_id, FAILURES_BEFORE_LOCK, now=now)
    if known or of != source.network:
        return Tried((index,), locks)
    of_all = try_index(name, _STRANGERS)
    _count(of_all, login_id, strangers, now=now)
    return Tried((index, of_all), locks)


def _count(index: bytes, login_id: UUID | None, most: int, *, now: datetime) -> tuple[bool, bool]:
    """Whether this one locks, and whether the holder was in from there before."""
    forgotten = LoginLockout.last_failed_at <= now - FORGOTTEN_AFTER
    row = db.session.execute(
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
        .returning(LoginLockout.failures, LoginLockout.was_in_at)
    ).one_or_none()
    if row is None:
        locked_until = db.session.scalar(select(LoginLockout.locked_until).where(LoginLockout.name_index == index)) or now
        raise LoginLocked(retry_after=max(int((locked_until - now).total_seconds()), 0) + 1)
    locks = row.failures % most == 0
    if locks:  # the row is ours until the commit: nobody tries between the count and the lock
        _change(LoginLockout.name_index == index, locked_until=now + _lock_after(row.failures // most))
    return locks, row.was_in_at is not None and row.was_in_at > now - KNOWN_FOR


def forget_tries(tried: Tried, *, now: datetime) -> None:
    """Begin to count anew: the right password was given, and its source is known from now on."""
    _change(LoginLockout.name_index.in_(tried.indexes), failures=0, locked_until=None, was_in_at=now)


def forget_count(tried: Tried) -> None:
    """Begin to count anew: the right password was given, and the second factor is yet to come."""
    _change(LoginLockout.name_index.in_(tried.indexes), failures=0, locked_until=None)


def forget_tries_everywhere(login_id: UUID) -> None:
    """Begin to count anew for a login: it has a new password."""
    _change(LoginLockout.login_id == login_id, failures=0, locked_until=None)


def lift(login_id: UUID, *, now: datetime) -> bool:
    """End the locks of a login and begin to count anew. Returns whether it was locked; the caller has asked policy."""
    return _change(and_(LoginLockout.login_id == login_id, LoginLockout.locked_until > now), failures=0, locked_until=None) > 0


def forget_old_tries(*, now: datetime) -> int:
    """Delete what counts no more, a day after the last failure, unless the holder was in from there of late; returns how many."""
    known = func.coalesce(LoginLockout.was_in_at > now - KNOWN_FOR, false())
    gone = db.session.scalars(
        delete(LoginLockout)
        .where(LoginLockout.last_failed_at <= now - FORGOTTEN_AFTER, ~known)
        .returning(LoginLockout.failures)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def try_index(name: str, source: str) -> bytes:
    """By what the tries for a name from a source are found."""
    return keyring().index(f"{name}\n{source}", field="login_lockouts.name")


def _change(which: ColumnElement[bool], **values: Any) -> int:
    changed = update(LoginLockout).where(which).values(**values).returning(LoginLockout.failures)
    return len(db.session.scalars(changed.execution_options(synchronize_session=False)).all())


def _lock_after(locks: int) -> timedelta:
    """Of the so-maniest lock in a row."""
    return min(FIRST_LOCK * (1 << min(locks - 1, 10)), LONGEST_LOCK)
