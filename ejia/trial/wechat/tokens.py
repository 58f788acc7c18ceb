"""Access tokens of the stand-in: the plain and the stable kind, apart from each other, each with its overlap."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from backend.foundation.clock import shanghai_day
from ejia.trial.wechat.verdicts import Verdict

Kind = Literal["plain", "stable"]

LIFETIME = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)
FORCED_A_DAY = 20
FORCED_APART = timedelta(seconds=30)

_WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{1,512}")


@dataclass
class Token:
    """One token given out. `dies_at` is set when it is replaced or revoked, and then decides instead of `ends_at`."""

    value: str
    kind: Kind
    ends_at: datetime
    dies_at: datetime | None = None


class TokenDesk:
    """Gives out the tokens of one app and judges those that come back."""

    def __init__(self) -> None:
        self._issued: dict[str, Token] = {}
        self._current: dict[Kind, Token] = {}
        self._forced: list[datetime] = []

    def plain(self, now: datetime) -> tuple[str, int]:
        """A new token at each call; the one before works for five more minutes at most."""
        return self._give(self._replace("plain", now), now)

    def stable(self, now: datetime, *, force: bool) -> tuple[str, int]:
        """The same token until the last five minutes of its life; by force a new one, the old one dead at once.

        Raises Verdict 45009 after twenty forced ones in a day.
        """
        current = self._current.get("stable")
        living = current if current and current.dies_at is None and now < current.ends_at else None
        if force and living:
            return self._force(living, now)
        if living and living.ends_at - now > OVERLAP:
            return self._give(living, now)
        return self._give(self._replace("stable", now), now)

    def check(self, value: str | None, now: datetime) -> None:
        """Raise the Verdict that a call with this token gets, if it is not a good one."""
        if not value:
            raise Verdict(41001)
        if _WELL_FORMED.fullmatch(value) is None:
            raise Verdict(40014)
        token = self._issued.get(value)
        if token is None:
            raise Verdict(40001)
        if now < (token.dies_at or token.ends_at):
            return
        raise Verdict(42001 if now >= token.ends_at else 40001)

    def expire(self, kinds: tuple[Kind, ...], now: datetime) -> int:
        """Let every living token of these kinds reach its end now. Returns how many."""
        ended = self._living(kinds, now)
        for token in ended:
            token.ends_at = token.dies_at = now
        return len(ended)

    def revoke(self, kinds: tuple[Kind, ...], now: datetime) -> int:
        """Let every living token of these kinds die, as if another had replaced it. Returns how many."""
        ended = self._living(kinds, now)
        for token in ended:
            token.dies_at = now
        return len(ended)

    def _force(self, living: Token, now: datetime) -> tuple[str, int]:
        if self._forced and now - self._forced[-1] < FORCED_APART:
            return self._give(living, now)
        today = shanghai_day(now)
        if sum(shanghai_day(at) == today for at in self._forced) >= FORCED_A_DAY:
            raise Verdict(45009)
        self._forced.append(now)
        living.dies_at = now
        return self._give(self._new("stable", now), now)

    def _replace(self, kind: Kind, now: datetime) -> Token:
        old = self._current.get(kind)
        if old and old.dies_at is None and now < old.ends_at:
            # The plain one never outlives its own end; of the stable kind both work for five minutes.
            old.dies_at = min(now + OVERLAP, old.ends_at) if kind == "plain" else now + OVERLAP
        return self._new(kind, now)

    def _new(self, kind: Kind, now: datetime) -> Token:
        token = Token(f"80_{secrets.token_urlsafe(96)}", kind, now + LIFETIME)
        self._issued[token.value] = token
        self._current[kind] = token
        return token

    @staticmethod
    def _give(token: Token, now: datetime) -> tuple[str, int]:
        return token.value, int((token.ends_at - now).total_seconds())

    def _living(self, kinds: tuple[Kind, ...], now: datetime) -> list[Token]:
        return [token for token in self._issued.values() if token.kind in kinds and now < (token.dies_at or token.ends_at)]
