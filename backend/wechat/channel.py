"""Sends one call to WeChat. The call has a time limit. It is repeated only where a repeat does no harm. Logs hold no secrets."""

import json
import logging
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import structlog
from prometheus_client import Counter, Histogram
from urllib3.exceptions import MaxRetryError, NewConnectionError

from backend.wechat.calls import BUSY, STAND_IN_PREFIX, Call, error_for
from backend.wechat.errors import Unreachable, WeChatError

CONNECT_SECONDS, READ_SECONDS = 3.0, 5.0
PAUSES: Final = (0.5, 1.0, 2.0)
# No repeat begins later than this after the start of the whole matter, the token it needs included: a person is waiting.
PATIENCE_SECONDS = 8.0
# A process makes no more calls than this at the same time, so that a WeChat that hangs never holds all four threads of a web process.
AT_ONCE = 2
ROOM_SECONDS = 0.5

CALLS = Counter("ejia_wechat_calls", "Calls to the WeChat API by name and errcode (or why there was none).", ["call", "errcode"])
SECONDS = Histogram("ejia_wechat_call_seconds", "Duration of calls to the WeChat API.", ["call"])

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_RID = re.compile(r"rid:\s*([0-9A-Za-z_-]{1,64})")
# Each of these loggers writes whole addresses, secret and code included: at debug level, some as a warning.
_TALKATIVE = ("urllib3.connection", "urllib3.connectionpool", "urllib3.poolmanager", "urllib3.util.retry")

log = structlog.get_logger("ejia.wechat")


@dataclass(frozen=True)
class _Answer:
    body: Mapping[str, Any] = field(repr=False)
    errcode: int
    rid: str | None


@dataclass(frozen=True)
class _NoAnswer:
    reason: str
    sent: bool  # whether WeChat may have acted on it


class Channel:
    """One connection pool to one WeChat server."""

    def __init__(self, base_url: str, session: requests.Session | None = None, sleep: Callable[[float], None] = time.sleep) -> None:
        self._base_url = _checked(base_url)
        self._session = session or requests.Session()
        # Neither proxies nor .netrc of the environment: the request carries the app's secret.
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._sleep = sleep
        self._room = threading.BoundedSemaphore(AT_ONCE)
        _silence_addresses()

    @staticmethod
    def patience() -> float:
        """The instant, by time.monotonic, after which nothing that starts now is repeated any more."""
        return time.monotonic() + PATIENCE_SECONDS

    def send(
        self, call: Call, *, until: float, query: Mapping[str, str] | None = None, body: Mapping[str, object] | None = None
    ) -> Mapping[str, Any]:
        """The answer of a call that WeChat granted; `until` is of `patience`.

        Asks again after -1 and where nothing was sent; after a lost answer only if the call may be repeated.
        Raises the WeChatError of the verdict, or Unreachable, also when too many others are waiting for WeChat.
        """
        if not self._room.acquire(timeout=ROOM_SECONDS):
            CALLS.labels(call.name, "no_room").inc()
            log.warning("wechat_call", call=call.name, no_answer="no_room")
            raise Unreachable(call.name)
        try:
            return self._send(call, until, query or {}, body)
        finally:
            self._room.release()

    def _send(self, call: Call, until: float, query: Mapping[str, str], body: Mapping[str, object] | None) -> Mapping[str, Any]:
        for attempt, pause in enumerate((*PAUSES, None), start=1):
            outcome = self._try_once(call, query, body, attempt)
            if isinstance(outcome, _Answer) and outcome.errcode == 0:
                return outcome.body
            if pause is None or not _may_repeat(call, outcome):
                break
            wait = pause * random.uniform(0.75, 1.25)
            if time.monotonic() + wait > until:
                break
            self._sleep(wait)
        # Raised here, outside of any `except`: an exception of requests quotes the address, and would hang on as the context.
        raise _error_of(call, outcome)

    def _try_once(self, call: Call, query: Mapping[str, str], body: Mapping[str, object] | None, attempt: int) -> _Answer | _NoAnswer:
        started = time.monotonic()
        outcome = self._exchange(call, query, body)
        seconds = time.monotonic() - started
        SECONDS.labels(call.name).observe(seconds)
        noted: dict[str, Any] = {"call": call.name, "attempt": attempt, "ms": round(seconds * 1000)}
        if isinstance(outcome, _Answer):
            CALLS.labels(call.name, str(outcome.errcode)).inc()
            noted |= {"errcode": outcome.errcode, "rid": outcome.rid}
        else:
            CALLS.labels(call.name, outcome.reason).inc()
            noted |= {"no_answer": outcome.reason}
        (log.info if noted.get("errcode") == 0 else log.warning)("wechat_call", **noted)
        return outcome

    def _exchange(self, call: Call, query: Mapping[str, str], body: Mapping[str, object] | None) -> _Answer | _NoAnswer:
        # Not json=: it sends \uXXXX, on which WeChat's own checks are blind.
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {} if content is None else {"Content-Type": "application/json; charset=utf-8"}
        try:
            response = self._session.request(
                call.method,
                self._base_url + call.path,
                params=dict(query),
                data=content,
                headers=headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return _NoAnswer("timeout" if isinstance(error, requests.Timeout) else "connection", sent=_was_sent(error))
        if response.status_code != requests.codes.ok:
            return _NoAnswer(f"http_{response.status_code}", sent=True)
        return _read(response.content)


def _checked(base_url: str) -> str:
    parts = urlsplit(base_url)
    if not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("the WeChat base URL must be scheme and host, without query, fragment or user")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("the WeChat base URL must be https: the app's secret travels in it (http only to this machine)")
    if STAND_IN_PREFIX in parts.path:
        raise ValueError("the product never steers a stand-in server")
    return base_url.rstrip("/")


def _read(content: bytes) -> _Answer | _NoAnswer:
    try:
        # The bytes, not the declared type: WeChat sends JSON as text/… without a charset, which requests reads as Latin-1.
        body = json.loads(content)
        errcode = int(body.get("errcode", 0))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return _NoAnswer("unreadable", sent=True)
    found = _RID.search(str(body.get("errmsg", "")))
    return _Answer(body, errcode, found.group(1) if found else None)


def _was_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return False
    cause = error.args[0] if error.args else None
    return not (isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError))


def _may_repeat(call: Call, outcome: _Answer | _NoAnswer) -> bool:
    if isinstance(outcome, _Answer):
        return outcome.errcode == BUSY
    return call.repeat_lost or not outcome.sent


def _error_of(call: Call, outcome: _Answer | _NoAnswer) -> WeChatError:
    if isinstance(outcome, _Answer):
        return error_for(call, outcome.errcode, outcome.rid)
    return Unreachable(call.name)


def _without_address(record: logging.LogRecord) -> bool:
    return "?" not in record.getMessage()


def _silence_addresses() -> None:
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        if _without_address not in logger.filters:
            logger.addFilter(_without_address)
