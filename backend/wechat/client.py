"""What the product asks of WeChat: who logs in with a code, and which phone number a code stands for."""

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
import structlog
from prometheus_client import Gauge
from pydantic import SecretStr
from redis import Redis, RedisError

from backend.wechat.calls import CODE_TO_SESSION, PHONE_NUMBER, STABLE_TOKEN, Call, is_code
from backend.wechat.channel import Channel
from backend.wechat.errors import CallRefused, InvalidArgument, PhoneNotSupported, TokenError, Unreachable, WeChatError
from backend.wechat.tokens import Token, TokenStore
from config.settings import Settings

WAIT_STEP_SECONDS, WAIT_STEPS = 0.05, 60  # three seconds for the process that renews

TOKEN_SECONDS_LEFT = Gauge("ejia_wechat_token_seconds_left", "Remaining life of the WeChat access token when it was last used.")

_MAINLAND_PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)

log = structlog.get_logger("ejia.wechat")


@dataclass(frozen=True)
class WeChatSession:
    """Who logged in. `openid` is an account in this one app, never a person; `unionid` comes only where the app is bound to an
    Open Platform account. `session_key` replaces every earlier one of this user and must be sealed where it is kept."""

    openid: str = field(repr=False)
    session_key: str = field(repr=False)
    unionid: str | None = field(default=None, repr=False)


class WeChatClient:
    """The WeChat server API for one app. One object serves all threads of a process."""

    def __init__(
        self,
        base_url: str,
        appid: str,
        secret: SecretStr,
        *,
        now: Callable[[], datetime],
        token_store: TokenStore,
        log_key: bytes,
        session: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`log_key` keys the marks that stand for openids in logs. Raises ValueError for a base URL that would expose the secret."""
        self._channel = Channel(base_url, session, sleep)
        self.appid = appid
        self._secret = secret
        self._now = now
        self._store = token_store
        self._log_key = log_key
        self._sleep = sleep

    def code_to_session(self, code: str) -> WeChatSession:
        """The WeChat user behind a code of `wx.login`, which lives five minutes and works once.

        Raises InvalidArgument, LoginCodeRejected, AccountBlocked, RateLimited or WeChatUnavailable. After Unreachable the code may be
        spent: the phone must fetch a new one.
        """
        _require_code(CODE_TO_SESSION, code)
        answer = self._channel.send(
            CODE_TO_SESSION,
            until=self._channel.patience(),
            query={
                "appid": self.appid,
                "secret": self._secret.get_secret_value(),
                "js_code": code,
                "grant_type": "authorization_code",
            },
        )
        found = WeChatSession(
            openid=_text(CODE_TO_SESSION, answer, "openid", 64),
            session_key=_text(CODE_TO_SESSION, answer, "session_key", 64),
            unionid=_text(CODE_TO_SESSION, answer, "unionid", 64) if answer.get("unionid") else None,
        )
        log.info("wechat_login", user=self.mark(found.openid))
        return found

    def phone_number(self, code: str) -> str:
        """The 11 digits of the mainland number behind a code of the phone-number button (not of `wx.login`).

        WeChat does not say whose it is: bind it to the account of the request that brought the code.
        Raises InvalidArgument, PhoneCodeRejected, PhoneNotSupported, RateLimited or WeChatUnavailable.
        """
        _require_code(PHONE_NUMBER, code)
        answer = self._send_with_token(PHONE_NUMBER, {"code": code})
        info = answer.get("phone_info")
        if not isinstance(info, Mapping):
            raise Unreachable(PHONE_NUMBER.name)
        watermark = info.get("watermark")
        if not isinstance(watermark, Mapping) or watermark.get("appid") != self.appid:
            raise CallRefused(PHONE_NUMBER.name)
        number = re.sub(r"[\s-]", "", str(info.get("purePhoneNumber", "")))
        # A string by WeChat's table, a number in its examples.
        if str(info.get("countryCode", "")).lstrip("+") != "86" or _MAINLAND_PHONE.fullmatch(number) is None:
            raise PhoneNotSupported(PHONE_NUMBER.name)
        return number

    def access_token(self) -> str:
        """The access token that all processes of this app share, renewed shortly before its end.

        Raises RateLimited or WeChatUnavailable. Without Redis every call asks WeChat, which gives the same token.
        """
        return self._token(self._channel.patience())

    def mark(self, openid: str) -> str:
        """What stands for an openid in logs: the same for the same user, and no way back to it."""
        return hmac.digest(self._log_key, openid.encode(), hashlib.sha256).hex()[:12]

    def _token(self, until: float) -> str:
        try:
            token = self._shared_token(until)
        except RedisError as error:
            log.warning("wechat_token_store_away", error=type(error).__name__)
            token = self._fetch_token(until)
        TOKEN_SECONDS_LEFT.set((token.expires_at - self._now()).total_seconds())
        return token.value

    def _send_with_token(self, call: Call, body: Mapping[str, object]) -> Mapping[str, Any]:
        until = self._channel.patience()
        token = self._token(until)
        try:
            return self._channel.send(call, until=until, query={"access_token": token}, body=body)
        except TokenError as error:
            stale = error.errcode
        self._forget(token)
        token = self._token(until)
        try:
            return self._channel.send(call, until=until, query={"access_token": token}, body=body)
        except TokenError as error:
            log.error("wechat_token_refused_twice", call=call.name, first=stale, second=error.errcode)
            raise

    def _forget(self, token: str) -> None:
        try:
            self._store.forget(token)
        except RedisError as error:
            log.warning("wechat_token_store_away", error=type(error).__name__)

    def _shared_token(self, until: float) -> Token:
        held = self._store.read()
        if held and held.settled(now=self._now()):
            return held
        owner = self._store.take_lock()
        if owner is None:
            return self._token_of_another(held, until)
        try:
            return self._renew(until)
        finally:
            self._store.release_lock(owner)

    def _token_of_another(self, held: Token | None, until: float) -> Token:
        """While another process renews: the old token as long as it works, else the new one when it is there."""
        if held and held.usable(now=self._now()):
            return held
        for _ in range(WAIT_STEPS):
            self._sleep(WAIT_STEP_SECONDS)
            found = self._store.read()
            if found and found.usable(now=self._now()):
                return found
        return self._fetch_and_keep(until)

    def _renew(self, until: float) -> Token:
        held = self._store.read()  # again: another process may have renewed between the first look and the lock
        now = self._now()
        if held and held.settled(now=now):
            return held
        try:
            return self._fetch_and_keep(until)
        except WeChatError:
            if not held or not held.usable(now=now):
                raise
        postponed = held.postponed(now=now)
        self._store.write(postponed, now=now)
        return postponed

    def _fetch_and_keep(self, until: float) -> Token:
        token = self._fetch_token(until)
        self._store.write(token, now=self._now())
        return token

    def _fetch_token(self, until: float) -> Token:
        asked_at = self._now()
        answer = self._channel.send(
            STABLE_TOKEN,
            until=until,
            body={
                "grant_type": "client_credential",
                "appid": self.appid,
                "secret": self._secret.get_secret_value(),
                "force_refresh": False,
            },
        )
        seconds = answer.get("expires_in")
        if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds <= 86_400:
            raise Unreachable(STABLE_TOKEN.name)
        return Token.fresh(_text(STABLE_TOKEN, answer, "access_token", 512), timedelta(seconds=seconds), now=asked_at)


def client_from(settings: Settings, redis: Redis, now: Callable[[], datetime]) -> WeChatClient:
    """The client of this copy: the real WeChat and the stand-in differ in settings only."""
    index_key = settings.index_key.get_secret_value().encode()
    return WeChatClient(
        settings.wechat_base_url,
        settings.wechat_appid,
        settings.wechat_secret,
        now=now,
        token_store=TokenStore(redis, settings.wechat_appid),
        log_key=hmac.digest(index_key, b"ejia: openid in logs", hashlib.sha256),
    )


def _require_code(call: Call, code: str) -> None:
    if not is_code(code):
        raise InvalidArgument(call.name, "code")


def _text(call: Call, answer: Mapping[str, Any], name: str, longest: int) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise Unreachable(call.name)  # granted, and yet not an answer of WeChat's shape
    return value
