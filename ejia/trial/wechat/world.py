"""What the stand-in remembers: one app, its users, their codes and session keys, and its own clock.

Nothing here locks: the server holds one lock around each call.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ejia.trial.wechat.tokens import TokenDesk
from ejia.trial.wechat.verdicts import Verdict

CODE_LIFE = timedelta(minutes=5)
SIGNATURE_METHOD = "hmac_sha256"


@dataclass
class App:
    """The one mini-program. `allow_list` None lets every address fetch tokens; only a bound app learns a unionid."""

    appid: str
    secret: str
    bound_to_open_platform: bool = False
    secret_frozen: bool = False
    allow_list: tuple[str, ...] | None = None


@dataclass
class User:
    """A WeChat user as this app sees them. `country_code` may be text or a number: WeChat sends both."""

    name: str
    openid: str
    unionid: str
    phone: str
    country_code: str | int = "86"
    session_key: str | None = None
    blocked: bool = False
    last_visit: datetime | None = None


@dataclass
class Code:
    """A code for one user, made for one app."""

    user: User
    appid: str
    made_at: datetime
    used: bool = False

    def too_old(self, now: datetime) -> bool:
        """Whether its five minutes are over."""
        return now >= self.made_at + CODE_LIFE


class World:
    """The state of the stand-in since its start or its last reset."""

    def __init__(self, appid: str, secret: str) -> None:
        self.app = App(appid, secret)
        self.tokens = TokenDesk()
        self._ahead = timedelta(0)
        self._users: dict[str, User] = {}
        self._by_openid: dict[str, User] = {}
        self._login_codes: dict[str, Code] = {}
        self._phone_codes: dict[str, Code] = {}

    def now(self) -> datetime:
        """The stand-in's own clock."""
        return datetime.now(UTC) + self._ahead

    def set_clock(self, instant: datetime) -> None:
        """Let it run on from this instant."""
        self._ahead = instant - datetime.now(UTC)

    def advance(self, by: timedelta) -> None:
        """Put it forward, or back."""
        self._ahead += by

    def user(self, name: str) -> User:
        """The user of this name, made on first sight with an openid that is the same in every run."""
        if name not in self._users:
            made = User(name, openid_of(self.app.appid, name), _derived("uEjia", name), self._free_phone(name))
            self._users[name] = self._by_openid[made.openid] = made
        return self._users[name]

    def visit(self, user: User) -> None:
        """The user opens the mini-program."""
        user.last_visit = self.now()

    def login_code(self, user: User, appid: str | None = None) -> str:
        """What `wx.login` gives the phone."""
        code = secrets.token_hex(16)
        self._login_codes[code] = Code(user, appid or self.app.appid, self.now())
        return code

    def phone_code(self, user: User, appid: str | None = None) -> str:
        """What the phone-number button gives the phone."""
        code = secrets.token_hex(32)
        self._phone_codes[code] = Code(user, appid or self.app.appid, self.now())
        return code

    def check_app(self, given: Mapping[str, object], *, wrong_secret: int = 40125) -> None:
        """Raise the Verdict for an appid and secret that are not this app's."""
        if not given.get("appid"):
            raise Verdict(41002)
        if not given.get("secret"):
            raise Verdict(41004)
        if given["appid"] != self.app.appid:
            raise Verdict(40013)
        if not hmac.compare_digest(str(given["secret"]).encode(), self.app.secret.encode()):
            raise Verdict(wrong_secret)
        if self.app.secret_frozen:
            raise Verdict(40243)

    def log_in(self, code: str) -> User:
        """Spend a login code: its user visits and gets a new session key. Raises Verdict 40163, 40029 or 40226."""
        found = self._login_codes.get(code)
        if found is None or found.appid != self.app.appid:
            raise Verdict(40029)
        if found.used:
            raise Verdict(40163)
        if found.too_old(self.now()):
            raise Verdict(40029)
        if found.user.blocked:
            raise Verdict(40226)
        found.used = True
        found.user.session_key = _new_session_key()
        self.visit(found.user)
        return found.user

    def phone_of(self, code: str) -> User:
        """Spend a phone code. Raises Verdict 40013 for another app's, 40029 for every other bad one."""
        found = self._phone_codes.get(code)
        if found is None:
            raise Verdict(40029)
        if found.appid != self.app.appid:
            raise Verdict(40013)
        if found.used or found.too_old(self.now()):
            raise Verdict(40029)
        found.used = True
        return found.user

    def signed_by(self, openid: str, signature: str) -> User | None:
        """The user whose present session key made this signature of the empty text; None if it did not."""
        user = self._by_openid.get(openid)
        if user is None or user.session_key is None:
            return None
        # The key is the text itself: who decodes the base64 first gets another signature, and WeChat refuses it.
        right = hmac.new(user.session_key.encode(), b"", hashlib.sha256).hexdigest()
        return user if hmac.compare_digest(right.encode(), signature.encode()) else None

    def has_session(self, openid: str) -> bool:
        """Whether this user has a session key at all."""
        user = self._by_openid.get(openid)
        return user is not None and user.session_key is not None

    def new_session(self, user: User) -> str:
        """Replace the session key; the old one dies."""
        user.session_key = _new_session_key()
        return user.session_key

    def _free_phone(self, name: str) -> str:
        taken = {user.phone for user in self._users.values()}
        first = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
        numbers = (f"1380000{(first + step) % 10_000:04d}" for step in range(10_000))
        return next((number for number in numbers if number not in taken), "13800000000")


def _new_session_key() -> str:
    return base64.b64encode(secrets.token_bytes(16)).decode()


def openid_of(appid: str, name: str) -> str:
    return _derived("oEjia", f"{appid}:{name}")


def _derived(prefix: str, text: str) -> str:
    return prefix + base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:23]
