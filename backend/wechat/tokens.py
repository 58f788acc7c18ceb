"""The one access token of an appid, kept in Redis for all processes.

The lock only saves WeChat a few calls: two processes that fetch at once in normal mode get the same token, so nothing rests on it.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from redis import Redis

LOCK_MILLISECONDS = 10_000

# Inside WeChat's last five minutes, where a call gives a new token; earlier ones only return the old one.
RENEW_BEFORE_END = timedelta(seconds=270)
# When WeChat still gave the old token in that window, or gave none.
RENEW_AGAIN_AFTER = timedelta(seconds=30)

_FORGET = """
local entry = redis.call('GET', KEYS[1])
if not entry then return 0 end
local readable, held = pcall(cjson.decode, entry)
if readable and type(held) == 'table' and held.token ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""

_UNLOCK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


@dataclass(frozen=True)
class Token:
    """An access token with its end, and the instant from which a new one is asked for."""

    value: str = field(repr=False)
    expires_at: datetime
    renew_at: datetime

    @classmethod
    def fresh(cls, value: str, lifetime: timedelta, *, now: datetime) -> "Token":
        """A token just received. One that is already near its end is asked for again after a short while, not at once."""
        expires_at = now + lifetime
        return cls(value, expires_at, max(expires_at - RENEW_BEFORE_END, now + RENEW_AGAIN_AFTER))

    def postponed(self, *, now: datetime) -> "Token":
        """The same token, its renewal put off because WeChat gave none."""
        return Token(self.value, self.expires_at, now + RENEW_AGAIN_AFTER)

    def usable(self, *, now: datetime) -> bool:
        """Whether WeChat should still accept it."""
        return now < self.expires_at

    def settled(self, *, now: datetime) -> bool:
        """Whether it can be used without a thought of renewal."""
        return self.usable(now=now) and now < self.renew_at


class TokenStore:
    """Redis entry `wechat:{appid}:token` and its lock. Every method may raise redis.RedisError."""

    def __init__(self, redis: Redis, appid: str) -> None:
        self._redis = redis
        self._key = f"wechat:{appid}:token"
        self._lock = f"{self._key}:lock"

    def read(self) -> Token | None:
        """The token kept, whatever its age. An entry that cannot be read counts as none."""
        entry = self._redis.get(self._key)
        if entry is None:
            return None
        try:
            held = json.loads(entry)
            return Token(
                value=str(held["token"]),
                expires_at=datetime.fromtimestamp(held["expires_at"], UTC),
                renew_at=datetime.fromtimestamp(held["renew_at"], UTC),
            )
        except (ValueError, TypeError, KeyError, OverflowError, OSError):
            return None

    def write(self, token: Token, *, now: datetime) -> None:
        """Keep the token until its end."""
        left = token.expires_at - now
        if left <= timedelta(0):
            return
        entry = {"token": token.value, "expires_at": token.expires_at.timestamp(), "renew_at": token.renew_at.timestamp()}
        self._redis.set(self._key, json.dumps(entry), px=left)

    def forget(self, value: str) -> bool:
        """Drop the entry if it still holds this token: another process may have replaced it meanwhile. True if it was dropped."""
        return bool(self._redis.eval(_FORGET, 1, self._key, value))

    def take_lock(self) -> str | None:
        """Become the one process that renews, for at most ten seconds. Returns the value to give back, or None if another does."""
        owner = secrets.token_hex(16)
        return owner if self._redis.set(self._lock, owner, nx=True, px=LOCK_MILLISECONDS) else None

    def release_lock(self, owner: str) -> None:
        """Give the lock back, unless it ran out and belongs to another process now."""
        self._redis.eval(_UNLOCK, 1, self._lock, owner)
