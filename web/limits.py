"""How often one caller may use one route: per account where somebody is logged in, else per client address.

Counted in Redis, for all processes together. When Redis is away each process counts for itself until it is back (so at worst a caller gets
as many times the rate as there are processes): nobody is turned away for it, and no request waits longer than a fraction of a second.
"""

import hashlib
import ipaddress
import time
from typing import cast

import redis
import structlog
from flask import Flask, Response, current_app, request
from flask_limiter import Limit, Limiter, RequestLimit
from flask_limiter.errors import RateLimitExceeded
from pydantic import ValidationError
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.exceptions import HTTPException

from backend.accounts import tokens
from backend.accounts.tokens import TokenInvalid
from backend.foundation.errors import TooMany
from backend.wechat.errors import LoginCodeRejected, PhoneCodeRejected
from config.settings import Settings
from web.caller import brought_account
from web.inputs.accounts import RefreshIn, WeChatLoginIn
from web.refusals import answer_to
from web.routes import RouteContract, contract_of

log = structlog.get_logger(__name__)

USUAL = "240/minute"
LOGGING_IN = "60/minute"
"""For every route that gives tokens: `@at_most(LOGGING_IN)`. Behind one address stands a whole community's Wi-Fi or a carrier's gateway;
a single login is guarded by the lockouts in the database."""
CHANGING_PASSWORD = "20/minute"  # noqa: S105 - a rate
SAYING_WHO = "10/hour"
"""For what an account does by somebody's name and number: they are not tried out here."""
REFUSED_CODES, REFUSED_CODES_OF_STRANGERS = "20/minute", "300/minute"
"""Codes that WeChat did not take: of one caller, and of all together who bring no token or cookie of ours. Each has cost a call of the
quota by which a whole street logs in; a phone that was in before is not counted with strangers."""

_REFUSED_CODES = {LoginCodeRejected.code, PhoneCodeRejected.code}
_LONGEST_WAIT = 0.2
_UNLIMITED = ("/healthz", "/readyz")


def install(app: Flask, settings: Settings) -> None:
    """Limit the routes of the app, unless the settings say not to."""
    app.register_error_handler(RateLimitExceeded, _too_many)
    # Handed to redis-py as they are, although the extension's types know only texts and whole numbers.
    options = {"socket_timeout": _LONGEST_WAIT, "socket_connect_timeout": _LONGEST_WAIT, "retry": Retry(NoBackoff(), 0)}
    limiter = Limiter(
        _caller,
        default_limits=[
            _rate,
            Limit(
                REFUSED_CODES,
                key_function=_sender,
                scope="codes",
                shared=True,
                exempt_when=_takes_no_code,
                deduct_when=_code_was_refused,
            ),
            Limit(
                REFUSED_CODES_OF_STRANGERS,
                key_function=lambda: "strangers",
                scope="codes",
                shared=True,
                exempt_when=lambda: _takes_no_code() or brought_account() is not None,
                deduct_when=_code_was_refused,
            ),
        ],
        storage_uri=settings.redis_url,
        storage_options=cast(dict[str, str | int], options),
        strategy="fixed-window",
        key_prefix="rate",
        in_memory_fallback_enabled=True,
        enabled=settings.rate_limits_enabled,
    )
    limiter.request_filter(lambda: request.path in _UNLIMITED)
    limiter.init_app(app)
    app.extensions["ejia_limiter"] = limiter


def log_in_refreshed() -> str | None:
    """The log-in whose refresh token this request brings, however old: a good one is not counted with the junk of its neighbours."""
    try:
        brought = RefreshIn.model_validate_json(request.get_data(cache=True), strict=True)
        return f"login:{tokens.maker().read_refresh_token(brought.refresh_token).family_id}"
    except (HTTPException, ValidationError, TokenInvalid):  # the route says what is wrong with it
        return None


def code_brought() -> str | None:
    """The code of WeChat that this request brings: each is made for one log-in and works once, so all phones of a hall log in at once.
    What guards WeChat's quota is that codes are counted that it refuses."""
    try:
        brought = WeChatLoginIn.model_validate_json(request.get_data(cache=True), strict=True)
    except (HTTPException, ValidationError):  # the route says what is wrong with it
        return None
    return f"code:{hashlib.sha256(brought.code.encode()).hexdigest()[:32]}"


def _takes_no_code() -> bool:
    contract = _contract_in_hand()
    return contract is None or not contract.takes_wechat_code


def _code_was_refused(response: Response) -> bool:
    return response.status_code in (401, 422) and response.is_json and response.get_json()["code"] in _REFUSED_CODES


def _rate() -> str:
    contract = _contract_in_hand()
    return (contract.rate if contract is not None else None) or USUAL


def _contract_in_hand() -> RouteContract | None:
    view = current_app.view_functions.get(request.endpoint or "")
    return contract_of(view) if view is not None else None


def _caller() -> str:
    """Who is counted: whom the route names, else who sends."""
    contract = _contract_in_hand()
    named = contract.counted_for() if contract is not None and contract.counted_for is not None else None
    return _sender() if named is None else named


def _sender() -> str:
    """The account of a token or a cookie of ours, however old; else the address, an IPv6 one by its /64.

    Checked, or anybody could count as somebody else and use up their rate.
    """
    account_id = brought_account()
    return network(request.remote_addr or "") if account_id is None else f"account:{account_id}"


def network(address: str) -> str:
    """What is counted for an address: itself, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "address:unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return f"address:{ipaddress.ip_network((parsed, 64), strict=False)}"
    return f"address:{parsed}"


def _too_many(error: RateLimitExceeded) -> Response:
    log.info("rate_limited", rate=str(error.limit.limit), route=request.url_rule.rule if request.url_rule else None)
    return answer_to(TooMany(retry_after=_seconds_left(error)))


def _seconds_left(error: RateLimitExceeded) -> int:
    """Until the caller may come again; at most the length of the window, when Redis went away just now."""
    current: RequestLimit | None = current_app.extensions["ejia_limiter"].current_limit
    try:
        return max(1, int(current.reset_at - time.time())) if current else 1
    except redis.exceptions.RedisError:
        return error.limit.limit.get_expiry()
