"""How a password is kept: argon2id, which takes 64 MiB and a good part of a tenth of a second each time, so only a few at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, local
from typing import ClassVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.foundation.errors import Unavailable

AT_ONCE = 2
"""So many in a process: whoever floods it with passwords takes no more than 128 MiB of it."""
ROOM_SECONDS = 2.0

NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$FNONMwLe6jyPCd8BOriTwg$ReiItkYLTMpO1OqKdnXx4Of8ASin7pXg5LnhliYJ8us"

_hasher = PasswordHasher()
_room = BoundedSemaphore(AT_ONCE)
_mine = local()


class PasswordsBusy(Unavailable):
    """Too many passwords are being looked at; the same request may succeed in a moment."""

    code: ClassVar[str] = "passwords_busy"
    detail = "登录的人较多，请稍后再试"


def hash_of(password: str) -> str:
    """As it is kept. Outside of transactions that hold a row. Raises PasswordsBusy."""
    with room_for_password():
        return _hasher.hash(password)


def nobodys_hash() -> str:
    """What is verified in place of an unknown name's hash, so that the time of an answer does not tell which names exist."""
    return NOBODY


def matches(password_hash: str, password: str) -> bool:
    """Whether it is the password that is kept so. Raises PasswordsBusy."""
    with room_for_password():
        try:
            return _hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


@contextmanager
def room_for_password() -> Iterator[None]:
    """Hold one of the places in which passwords are looked at, as whoever counts tries does before: a try that finds no room is none.

    Raises PasswordsBusy.
    """
    if getattr(_mine, "held", False):
        yield
        return
    if not _room.acquire(timeout=ROOM_SECONDS):
        raise PasswordsBusy(retry_after=2)
    _mine.held = True
    try:
        yield
    finally:
        _mine.held = False
        _room.release()
