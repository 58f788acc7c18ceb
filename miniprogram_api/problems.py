"""Whatever goes wrong leaves as an RFC 9457 problem document; this is the one mapping.

A refusal brings its own status and code. What the frameworks and drivers raise is translated here; what nobody foresaw is a 500 that is
logged with its traceback under the request's id and shows nothing of it.
"""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus

import redis.exceptions
import sqlalchemy.exc
import structlog
from flask import Flask, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import HTTPException

from backend.foundation.errors import (
    Forbidden,
    Malformed,
    Missing,
    Refusal,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unprocessable,
)
from backend.foundation.tracing import current_request_id

log = structlog.get_logger(__name__)

PROBLEM_JSON = "application/problem+json"
ROOT = "$"
# A person reads none beyond these; a body of twenty thousand unknown fields, each with a long name, would be sent back as a longer answer.
_MOST_FIELDS, _LONGEST_PATH = 100, 200


class Problem(BaseModel):
    """An answer that says no (RFC 9457). Facts of the case, such as `available_at`, may stand beside these."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="/problems/ 加 code")
    title: str = Field(description="这一类问题的名称")
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="可以直接显示给使用者的一句话")
    code: str = Field(pattern="^[a-z][a-z0-9_]*$", description="稳定的错误代码，供程序判断")
    errors: dict[str, list[str]] = Field(description="各字段的问题；$ 指整个请求体")
    request_id: str | None = Field(description="反馈问题时请提供")


class BodyTooLarge(Refusal):
    """The request's body is beyond the limit of this copy."""

    status, code, detail = 413, "body_too_large", "提交的内容过大"


class UnsupportedMediaType(Refusal):
    """The body is not JSON."""

    status, code, detail = 415, "unsupported_media_type", "请求内容必须是 application/json"


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

# Plain Chinese for pydantic's error types; `{…}` is filled from the error's context.
_SENTENCES = {
    "missing": "必填",
    "extra_forbidden": "不支持的字段",
    "string_type": "应为文字",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "格式不正确",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数字超出范围",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
    "finite_number": "数字超出范围",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "multiple_of": "应为 {multiple_of} 的倍数",
    "uuid_type": "编号格式不正确",
    "uuid_parsing": "编号格式不正确",
    "uuid_version": "编号格式不正确",
    "date_type": "应为日期，例如 2026-03-05",
    "date_parsing": "应为日期，例如 2026-03-05",
    "date_from_datetime_parsing": "应为日期，例如 2026-03-05",
    "datetime_type": "应为带时区的时间，例如 2026-03-05T09:00:00+08:00",
    "datetime_parsing": "应为带时区的时间，例如 2026-03-05T09:00:00+08:00",
    "datetime_from_date_parsing": "应为带时区的时间，例如 2026-03-05T09:00:00+08:00",
    "timezone_aware": "时间须带时区，例如 +08:00",
    "enum": "只能是：{expected}",
    "literal_error": "只能是：{expected}",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "set_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "union_tag_invalid": "类型只能是：{expected_tags}",
    "union_tag_not_found": "缺少类型",
    "none_required": "不应填写",
}


def field_errors(errors: Iterable[ErrorDetails], *, prefix: str = "") -> dict[str, list[str]]:
    """Each field's path, dotted (`roles.0.slots`), with plain Chinese sentences. The values sent are never repeated."""
    by_field: dict[str, list[str]] = {}
    for error in errors:
        path = (prefix + ".".join(str(step) for step in error["loc"]) or ROOT)[:_LONGEST_PATH]
        if path not in by_field and len(by_field) == _MOST_FIELDS:
            break
        sentence = _sentence(error)
        sentences = by_field.setdefault(path, [])
        if sentence not in sentences:
            sentences.append(sentence)
    return by_field


def _sentence(error: ErrorDetails) -> str:
    template = _SENTENCES.get(error["type"])
    if template is not None:
        return template.format_map({name: _plain(value) for name, value in error.get("ctx", {}).items()})
    # Our own PydanticCustomErrors are Chinese already, and a plain ValueError in a validator is written to be read.
    return error["msg"].removeprefix("Value error, ") if not error["msg"].isascii() else "填写有误"


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).replace(" or ", "、").replace(", ", "、").replace("'", "")


def problem(refusal: Refusal, *, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a refusal: its status, its code and its sentence, in the form of RFC 9457."""
    errors = refusal.errors if isinstance(refusal, Unprocessable) else {}
    answer = _document(refusal.status, refusal.code, type(refusal).detail, refusal.detail, errors=errors, facts=refusal.facts)
    answer.headers.update(headers or {})
    if isinstance(refusal, TooMany | Unavailable):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    if isinstance(refusal, Unauthenticated):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _document(
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    errors: Mapping[str, list[str]] | None = None,
    facts: Mapping[str, object] | None = None,
) -> Response:
    body = {
        **(facts or {}),
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": dict(errors or {}),
        "request_id": current_request_id(),
    }
    return Response(json.dumps(body, ensure_ascii=False) + "\n", status, content_type=PROBLEM_JSON)


def install(app: Flask) -> None:
    """Let every error of the app leave as a problem document."""
    app.register_error_handler(Refusal, problem)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(sqlalchemy.exc.DBAPIError, _from_database)
    app.register_error_handler(sqlalchemy.exc.TimeoutError, _from_exhausted_pool)
    for lost in (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
        app.register_error_handler(lost, _from_redis)
    app.register_error_handler(Exception, _from_unforeseen)


def _from_http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "Content-Range")}
    kind = _KINDS.get(error.code)
    if kind is not None:
        return problem(kind(), headers=kept)
    answer = _document(error.code, _code_of_status(error.code), "无法处理这个请求", "无法处理这个请求")
    answer.headers.update(kept)
    return answer


def _code_of_status(status: int) -> str:
    try:
        return HTTPStatus(status).name.lower()
    except ValueError:
        return "http_error"


def _from_database(error: sqlalchemy.exc.DBAPIError) -> Response:
    state = getattr(error.orig, "sqlstate", None)
    if state in _BUSY_STATES:
        log.warning("database_busy", sqlstate=state)
        return problem(Busy(retry_after=1))
    # A connection that broke has no SQLSTATE; class 08 is a connection exception by the standard.
    lost = state is None and isinstance(error, sqlalchemy.exc.OperationalError | sqlalchemy.exc.InterfaceError)
    if lost or error.connection_invalidated or state in _DOWN_STATES or (state or "").startswith("08"):
        log.error("database_unavailable", sqlstate=state, reason=type(error.orig).__name__)
        return problem(Unavailable(retry_after=5))
    return _from_unforeseen(error)


def _from_exhausted_pool(_error: sqlalchemy.exc.TimeoutError) -> Response:
    log.error("database_pool_exhausted")
    return problem(Busy(retry_after=2))


def _from_redis(error: Exception) -> Response:
    log.error("redis_unavailable", reason=type(error).__name__)
    return problem(Unavailable(retry_after=5))


def _from_unforeseen(error: Exception) -> Response:
    log.error("unforeseen_error", reason=type(error).__name__, exc_info=error)
    return problem(InternalError())
