"""Whatever goes wrong leaves as a refusal; this is the one mapping.

A refusal of the domain brings its own status and code. What the frameworks and drivers raise is translated here; what nobody foresaw is a
500 that is logged with its traceback under the request's id and shows nothing of it.
"""

from collections.abc import Callable
from http import HTTPStatus

import redis.exceptions
import sqlalchemy.exc
import structlog
from flask import Flask, Response
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from backend.foundation.errors import Forbidden, Malformed, Missing, Refusal, TooMany, Unauthenticated, Unavailable, Unprocessable
from config.sentences import field_errors
from web.faces import face_in_hand
from web.missing import what_is_missing

log = structlog.get_logger(__name__)


class BodyTooLarge(Refusal):
    """The request's body is beyond the limit of this copy."""

    status, code, detail = 413, "body_too_large", "提交的内容过大"


class UnsupportedMediaType(Refusal):
    """The body is in no form that is read here; the API reads application/json only."""

    status, code, detail = 415, "unsupported_media_type", "不支持这种格式的内容"


class MethodNotAllowed(Refusal):
    """The address exists, the method does not."""

    status, code, detail = 405, "method_not_allowed", "不支持此请求方法"


class InternalError(Refusal):
    """A fault of ours that nobody foresaw."""

    status, code, detail = 500, "internal_error", "系统出现异常，请稍后再试；如需反馈请提供请求编号"


class Busy(Unavailable):
    """The database gave up on a lock or a conflict between transactions; the same request may succeed in a moment."""

    code, detail = "busy", "当前操作的人较多，请稍后再试"


class InvalidInput(Unprocessable):
    """The request has fields that break the schema."""

    def __init__(self, error: ValidationError, *, prefix: str = "") -> None:
        super().__init__(errors=field_errors(error.errors(include_url=False, include_input=False), prefix=prefix))


# SQLSTATEs after which the same request may be sent again: serialization failure, deadlock, lock not available.
_BUSY_STATES = {"40001", "40P01", "55P03"}
# Statement cancelled, server going down or read-only after a failover, too many connections, disk or memory full.
_DOWN_STATES = {"57014", "57P01", "57P02", "57P03", "25006", "53000", "53100", "53200", "53300"}

_KINDS: dict[int, type[Refusal]] = {
    400: Malformed,
    401: Unauthenticated,
    403: Forbidden,
    404: Missing,
    405: MethodNotAllowed,
    413: BodyTooLarge,
    415: UnsupportedMediaType,
    422: Unprocessable,
    500: InternalError,
    503: Unavailable,
}


def install(app: Flask, note: Callable[[Refusal], None]) -> None:
    """Let every error of the app leave as a refusal of the face in hand; `note` hears of those of the domain first."""

    def from_refusal(refusal: Refusal) -> Response:
        note(refusal)
        return answer_to(refusal)

    app.register_error_handler(Refusal, from_refusal)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(sqlalchemy.exc.DBAPIError, _from_database)
    app.register_error_handler(sqlalchemy.exc.TimeoutError, _from_exhausted_pool)
    for lost in (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
        app.register_error_handler(lost, _from_redis)
    app.register_error_handler(Exception, _from_unforeseen)


def answer_to(refusal: Refusal) -> Response:
    """A refusal in the form of the face in hand. One that only says that something was not found says what, as far as the address tells."""
    if type(refusal) is Missing and refusal.detail == Missing.detail:
        refusal.detail = what_is_missing() or refusal.detail
    answer = face_in_hand().refuse(refusal)
    if isinstance(refusal, TooMany | Unavailable):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _from_http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "Content-Range")}
    answer = answer_to((_KINDS.get(error.code) or _unnamed(error.code))())
    answer.headers.update(kept)
    return answer


def _unnamed(status: int) -> type[Refusal]:
    """A refusal of the frameworks for which nobody found words: its code is the name of its status."""
    code = HTTPStatus(status).name.lower() if status in set(HTTPStatus) else "http_error"
    return type("Unnamed", (Refusal,), {"status": status, "code": code, "detail": "无法处理这个请求"})


def _from_database(error: sqlalchemy.exc.DBAPIError) -> Response:
    state = getattr(error.orig, "sqlstate", None)
    if state in _BUSY_STATES:
        log.warning("database_busy", sqlstate=state)
        return answer_to(Busy(retry_after=1))
    # A connection that broke has no SQLSTATE; class 08 is a connection exception by the standard.
    lost = state is None and isinstance(error, sqlalchemy.exc.OperationalError | sqlalchemy.exc.InterfaceError)
    if lost or error.connection_invalidated or state in _DOWN_STATES or (state or "").startswith("08"):
        log.error("database_unavailable", sqlstate=state, reason=type(error.orig).__name__)
        return answer_to(Unavailable(retry_after=5))
    return _from_unforeseen(error)


def _from_exhausted_pool(_error: sqlalchemy.exc.TimeoutError) -> Response:
    log.error("database_pool_exhausted")
    return answer_to(Busy(retry_after=2))


def _from_redis(error: Exception) -> Response:
    log.error("redis_unavailable", reason=type(error).__name__)
    return answer_to(Unavailable(retry_after=5))


def _from_unforeseen(error: Exception) -> Response:
    log.error("unforeseen_error", reason=type(error).__name__, exc_info=error)
    return answer_to(InternalError())
