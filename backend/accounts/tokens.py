"""Access and refresh tokens, cookies of browsers and tokens of their forms: made and read here, stored nowhere.

An access token is a JWT (HS256) of minutes. A refresh token is derived from its family and generation by HMAC, so that a repeat of
the request on a bad line gets the same successor without any token lying readable in the database. A browser's cookie is derived from
its family alike. Each kind is proved under a name of its own, so none passes for another.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import ClassVar
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from backend.accounts.models import HeldBy
from backend.foundation.errors import Unauthenticated
from backend.foundation.in_use import InUse

_ALGORITHM = "HS256"


class TokenInvalid(Unauthenticated):
    """Not a token of ours, or one that is over."""

    code: ClassVar[str] = "token_invalid"
    detail = "登录已失效，请重新登录"


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """Whose access token or cookie it is, and of which family."""

    account_id: UUID
    family_id: UUID
    held_by: HeldBy = HeldBy.PHONE


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """Which refresh token of which family it is."""

    family_id: UUID
    generation: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """That a password proved right a moment ago: of which log-in, and by which password, by a digest of its hash."""

    login_id: UUID
    password: bytes


@dataclass(frozen=True, slots=True)
class Scan:
    """A browser that asks a phone to let it in: the log-in that is to begin, until when it may be agreed to, and where the browser is, as
    the phone is told it (`whence`, of one length for all)."""

    login_id: UUID
    ends_at: datetime
    whence: bytes


WHENCE_LENGTH = 9
SCAN_PREFIX = "EJL1."
"""By which the one button that scans tells this code from those of attendance."""
TICKET_LIFE = timedelta(minutes=5)
SCAN_LIFE = timedelta(minutes=2)
"""So long a phone may agree, and so long after that the digits may be typed that it shows."""
MOST_SCAN_TRIES = 5
"""So often digits are typed for one code."""


@dataclass(frozen=True, slots=True)
class TokenMaker:
    """Makes and reads tokens with one key of 32 bytes."""

    key: bytes
    access_life: timedelta
    refresh_life: timedelta = timedelta(days=60)
    browser_rest: timedelta = timedelta(minutes=30)
    """How long a browser may rest until its login ends."""
    browser_life: timedelta = timedelta(hours=12)
    """How long a browser's login holds at most."""

    def access_token(self, claims: AccessClaims, *, now: datetime) -> str:
        """A signed access token that ends `access_life` from now."""
        body = {"sub": str(claims.account_id), "fam": str(claims.family_id), "exp": int((now + self.access_life).timestamp())}
        return jwt.encode({"alg": _ALGORITHM}, body, OctKey.import_key(self.key))

    def read_access_token(self, text: str, *, now: datetime) -> AccessClaims:
        """Verify an access token. Raises TokenInvalid."""
        claims, ends_at = _signed_claims(self.key, text)
        if ends_at <= now.timestamp():
            raise TokenInvalid
        return claims

    def account_of(self, text: str) -> UUID:
        """Whose access token it is, however old. Raises TokenInvalid."""
        return _signed_claims(self.key, text)[0].account_id

    def refresh_token(self, claims: RefreshClaims) -> str:
        """The refresh token of a family's generation: always the same one."""
        return self._proved(b"refresh", claims.family_id.bytes + claims.generation.to_bytes(8))

    def read_refresh_token(self, text: str) -> RefreshClaims:
        """Verify a refresh token. Raises TokenInvalid."""
        head = self._read(b"refresh", text, length=24)
        return RefreshClaims(UUID(bytes=head[:16]), int.from_bytes(head[16:]))

    def cookie(self, claims: AccessClaims) -> str:
        """What a browser holds of its login: always the same."""
        return self._proved(b"cookie", claims.account_id.bytes + claims.family_id.bytes)

    def read_cookie(self, text: str) -> AccessClaims:
        """Verify a browser's cookie; whether its login still holds is asked of the database. Raises TokenInvalid."""
        head = self._read(b"cookie", text, length=32)
        return AccessClaims(UUID(bytes=head[:16]), UUID(bytes=head[16:]), HeldBy.BROWSER)

    def device(self, account_id: UUID) -> str:
        """What a browser keeps of whose it was, after the login is over: it opens nothing, and is not counted with strangers."""
        return self._proved(b"device", account_id.bytes)

    def read_device(self, text: str) -> UUID:
        """Whose device it was. Raises TokenInvalid."""
        return UUID(bytes=self._read(b"device", text, length=16))

    def ticket(self, ticket: Ticket, *, now: datetime) -> str:
        """What leads from the right password to the second factor, and opens nothing else; each time another one, for what is asked beside
        it is asked of who holds it."""
        ends_at = int((now + TICKET_LIFE).timestamp())
        return self._proved(b"ticket", ticket.login_id.bytes + ends_at.to_bytes(8) + ticket.password + secrets.token_bytes(_APART))

    def read_ticket(self, text: str, *, now: datetime) -> Ticket:
        """Raises TokenInvalid, also when it is over."""
        head = self._read(b"ticket", text, length=56 + _APART)
        if int.from_bytes(head[16:24]) <= now.timestamp():
            raise TokenInvalid
        return Ticket(UUID(bytes=head[:16]), head[24:56])

    def scan_code(self, scan: Scan) -> str:
        """What a browser shows to be scanned: it tells a phone who asks, and by itself lets nobody in."""
        return SCAN_PREFIX + self._proved(b"scan", _written(scan))

    def read_scan_code(self, text: str) -> Scan:
        """Verify what a phone scanned, also where it is over. Raises TokenInvalid."""
        return _read_scan(self._read(b"scan", text.removeprefix(SCAN_PREFIX), length=_SCAN_LENGTH))

    def scan_cookie(self, scan: Scan) -> str:
        """What the browser keeps that asks: who has only what it shows is not that browser."""
        return self._proved(b"asker", _written(scan))

    def read_scan_cookie(self, text: str) -> Scan:
        """Verify what the browser kept, also where it is over. Raises TokenInvalid."""
        return _read_scan(self._read(b"asker", text, length=_SCAN_LENGTH))

    def form_token(self, claims: AccessClaims) -> str:
        """What each form of a browser's login carries, by which it is told from one that another site made."""
        return self._proved(b"form", claims.family_id.bytes)

    def is_form_token(self, text: str, claims: AccessClaims) -> bool:
        """Whether a form carries what those of this login do."""
        return hmac.compare_digest(self.form_token(claims).encode(), text.encode(errors="replace"))

    def check_code(self, subject: UUID) -> str:
        """Six digits shown to the holder of a subject only, by which they show at a desk, or to a browser, that it is theirs."""
        number = int.from_bytes(hmac.digest(self.key, b"check" + subject.bytes, hashlib.sha256)[:8])
        return f"{number % 1_000_000:06d}"

    def _proved(self, kind: bytes, head: bytes) -> str:
        return base64.urlsafe_b64encode(head + self._proof(kind, head)).decode().rstrip("=")

    def _read(self, kind: bytes, text: str, *, length: int) -> bytes:
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error) as error:
            raise TokenInvalid from error
        head, proof = raw[:length], raw[length:]
        if len(head) != length or not hmac.compare_digest(self._proof(kind, head), proof):
            raise TokenInvalid
        return head

    def _proof(self, kind: bytes, head: bytes) -> bytes:
        return hmac.digest(self.key, kind + head, hashlib.sha256)


_APART = 16
"""So many bytes tell two tickets of one second apart."""
_SCAN_LENGTH = 16 + 8 + WHENCE_LENGTH


def _written(scan: Scan) -> bytes:
    return scan.login_id.bytes + int(scan.ends_at.timestamp()).to_bytes(8) + scan.whence


def _read_scan(head: bytes) -> Scan:
    return Scan(UUID(bytes=head[:16]), datetime.fromtimestamp(int.from_bytes(head[16:24]), UTC), head[24:])


@lru_cache(maxsize=8192)
def _signed_claims(key: bytes, text: str) -> tuple[AccessClaims, int]:
    """What a token of ours says, and when it ends. Remembered while a phone goes on using it: the same text always says the same.

    What is no token of ours is not remembered: a stranger's text may be half a megabyte long, and each another one.
    """
    try:
        claims = jwt.decode(text, OctKey.import_key(key), algorithms=[_ALGORITHM]).claims
        if not isinstance(claims["exp"], int):
            raise TokenInvalid
        return AccessClaims(UUID(claims["sub"]), UUID(claims["fam"])), claims["exp"]
    except (JoseError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TokenInvalid from error


_in_use: InUse[TokenMaker] = InUse("token key")
use, maker = _in_use.use, _in_use.current
