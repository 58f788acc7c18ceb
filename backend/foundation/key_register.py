"""Knows which keys the values in the database need. A copy without one of them says so before anybody meets a value it cannot open.

A process writes its sealing and index key down when it starts; `ejia keys rotate` and a task of each hour write down what they counted.
A fingerprint tells a key from another of the same name, and says nothing about it.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Row, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import Base, db
from backend.foundation.sealing import Keyring

INDEX = "(index)"
"""The name under which the key of the blind index stands; no sealing key can be called so."""
_UNKNOWN = b""  # the fingerprint of a key that was only ever seen on values


class KeyUse(Base):
    """That values of this database are sealed, or indexed, by this key."""

    __tablename__ = "key_uses"

    key_id: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(primary_key=True)
    first_seen_at: Mapped[datetime]
    given_up_at: Mapped[datetime | None] = mapped_column(comment="the key is lost for good, an operator says")


def fingerprint(key: bytes) -> bytes:
    """Tells a key from another: 8 bytes from which nobody finds the key."""
    return hmac.digest(key, b"the fingerprint of an ejia key", hashlib.sha256)[:8]


def exists() -> bool:
    """Whether the database has this table yet: a process may start before it is migrated."""
    return db.session.scalar(text("SELECT to_regclass('key_uses')")) is not None


def note_keys(keyring: Keyring, *, now: datetime) -> None:
    """Write down that this process seals and indexes by these keys, in the caller's transaction."""
    _note([(keyring.sealing_id, keyring.keys[keyring.sealing_id]), (INDEX, keyring.index_key)], now=now)


NEEDED = select(KeyUse.key_id, KeyUse.fingerprint).where(KeyUse.given_up_at.is_(None)).order_by(KeyUse.key_id)
"""The keys that values here need: name and fingerprint."""


def give_up(key_id: str, *, now: datetime) -> bool:
    """Say that a key is lost for good: what it sealed is never read again, and nobody need miss it. Returns whether it was missed."""
    lost = update(KeyUse).where(KeyUse.key_id == key_id, KeyUse.given_up_at.is_(None)).values(given_up_at=now)
    return db.session.scalar(lost.returning(KeyUse.key_id).execution_options(synchronize_session=False)) is not None


def missing_keys(keyring: Keyring) -> list[str]:
    """Names of keys that values here need and the keyring has not; none where the database has no register yet."""
    return missing_of(keyring, db.session.execute(NEEDED).all()) if exists() else []


def missing_of(keyring: Keyring, needed: Iterable[Row[str, bytes]]) -> list[str]:
    """Names of the needed keys that the keyring has not."""
    known = {(key_id, fingerprint(key)) for key_id, key in keyring.keys.items()}
    known |= {(INDEX, fingerprint(key)) for key in (keyring.index_key, keyring.second_index_key) if key is not None}
    return [key_id for key_id, of_key in needed if (key_id, of_key) not in known]


def given_up() -> set[str]:
    """Names of keys that are lost for good."""
    return set(db.session.scalars(select(KeyUse.key_id).where(KeyUse.given_up_at.is_not(None))))


def keep_only(keyring: Keyring, used: Collection[str], *, now: datetime) -> None:
    """Correct the register of sealing keys by what was counted: those of these names are used, and the one that seals."""
    names = {*used, keyring.sealing_id}
    gone = (KeyUse.key_id != INDEX, KeyUse.key_id.not_in(names) | (KeyUse.fingerprint == _UNKNOWN), KeyUse.given_up_at.is_(None))
    db.session.execute(delete(KeyUse).where(*gone).execution_options(synchronize_session=False))
    _note([(key_id, keyring.keys[key_id]) for key_id in sorted(names & keyring.keys.keys())], now=now)
    lost = sorted(names - keyring.keys.keys() - set(db.session.scalars(select(KeyUse.key_id))))
    if lost:
        db.session.execute(insert(KeyUse).values([{"key_id": key_id, "fingerprint": _UNKNOWN, "first_seen_at": now} for key_id in lost]))


def keep_only_index_of(keyring: Keyring, *, now: datetime) -> None:
    """Say that all values are indexed by the first index key now."""
    others = (KeyUse.key_id == INDEX, KeyUse.fingerprint != fingerprint(keyring.index_key))
    db.session.execute(delete(KeyUse).where(*others).execution_options(synchronize_session=False))
    _note([(INDEX, keyring.index_key)], now=now)


def _note(keys: list[tuple[str, bytes]], *, now: datetime) -> None:
    rows = [{"key_id": key_id, "fingerprint": fingerprint(key), "first_seen_at": now} for key_id, key in keys]
    db.session.execute(insert(KeyUse).values(rows).on_conflict_do_nothing(index_elements=["key_id", "fingerprint"]))
