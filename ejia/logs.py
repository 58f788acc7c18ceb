"""Logs: one JSON line for each thing worth knowing, with the request it belongs to, and nothing personal in it.

Lines go to standard error. A request leaves one line with its route *template*, never its path, query, headers or body. The message of
an exception often repeats the value that it stumbled over, so a traceback names places and types, and a message only where it cannot
hold such a value.
"""

import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

import psycopg
import sqlalchemy.exc
import structlog
from prometheus_client import Counter

from backend.foundation.tracing import current_account_id, current_request_id

if TYPE_CHECKING:  # a process that answers nobody loads no face
    from web.application import Answered

Fields = MutableMapping[str, Any]

# Whose messages speak of names and types in the code, or of the machine.
_SPEAKABLE = (AttributeError, TypeError, NameError, ImportError, NotImplementedError, OSError, MemoryError, RecursionError)
_OURS = ("backend.", "config.", "console.", "ejia.", "miniprogram_api.", "tasks.", "web.")
# Below these levels their lines may hold an address with a secret in its query, or rows; or they are too many.
_QUIET = {
    "urllib3": logging.ERROR,
    "sqlalchemy": logging.WARNING,
    "alembic": logging.WARNING,
    "flask-limiter": logging.CRITICAL,
    "werkzeug": logging.WARNING,
    # A line or two for each of several rings a second; what a ring did says so itself, and a failure is an error.
    "celery.worker.strategy": logging.WARNING,
    "celery.app.trace": logging.WARNING,
}
# Asked every few seconds by whatever watches the process; only their failures are worth a line.
_WATCHED = {"/healthz", "/readyz"}


class Stream(Protocol):
    """Where lines go."""

    def write(self, line: bytes, /) -> int: ...

    def flush(self) -> None: ...


log = structlog.get_logger("ejia.request")
LOST = Counter("ejia_log_lines_lost_total", "Lines that could not be written to the log.")
_request_line: Callable[..., None] = log.info  # bound once by `configure`: binding costs as much as the line


def configure(*, json_lines: bool, stream: Stream | None = None) -> None:
    """Send our own lines and those of all libraries to the stream (standard error): as JSON, or readable in a terminal."""
    target = _Unfailing(stream or _StandardError())
    # Given an encoder, or json.dumps would make one for every line.
    encoder = json.JSONEncoder(ensure_ascii=False, default=repr)
    as_json = structlog.processors.JSONRenderer(lambda fields, **_: encoder.encode(fields))
    finish = as_json if json_lines else structlog.dev.ConsoleRenderer(colors=False)
    common: list[structlog.typing.Processor] = [
        _add_trace,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _describe_exception,
    ]
    structlog.configure(
        processors=[*common, finish, _to_bytes],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(cast(BinaryIO, target)),
        cache_logger_on_first_use=False,
    )
    global _request_line  # noqa: PLW0603 - one way of logging per process
    _request_line = log.bind().info
    handler = _BytesHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, finish],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler, *(other for other in root.handlers if not isinstance(other, _BytesHandler))]
    root.setLevel(logging.INFO)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)


def lines_lost() -> int:
    """How many lines this process could not write. In a copy of several processes each knows of its own."""
    return int(next(sample.value for metric in LOST.collect() for sample in metric.samples if sample.name.endswith("_total")))


def note_answer(answered: "Answered") -> None:
    """Write one line for a request that was answered."""
    if answered.route not in _WATCHED or answered.status >= HTTPStatus.BAD_REQUEST:
        milliseconds = round(answered.seconds * 1000, 1)
        _request_line("request", method=answered.method, route=answered.route, status=answered.status, ms=milliseconds)


class _StandardError:
    """Standard error as it is at the time of writing: command-line tools and tests put another one in its place."""

    def write(self, line: bytes) -> int:
        return sys.stderr.buffer.write(line)

    def flush(self) -> None:
        sys.stderr.buffer.flush()


class _Unfailing:
    """Whatever becomes of a line, the work that it tells of goes on: a log whose reader is gone or whose disk is full costs lines only."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def write(self, line: bytes) -> int:
        try:
            return self._stream.write(line)
        except (OSError, ValueError):  # ValueError: the stream is closed
            LOST.inc()
            return 0

    def flush(self) -> None:
        try:
            self._stream.flush()
        except (OSError, ValueError):
            LOST.inc()


class _BytesHandler(logging.Handler):
    """The standard library's lines on the same stream as ours."""

    def __init__(self, target: Stream) -> None:
        super().__init__()
        self.target = target

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.target.write(self.format(record).encode(errors="backslashreplace") + b"\n")
            self.target.flush()
        except Exception:
            self.handleError(record)


def _to_bytes(_logger: Any, _method: str, line: Any) -> bytes:
    return str(line).encode(errors="backslashreplace")


def _add_trace(_logger: Any, _method: str, fields: Fields) -> Fields:
    request_id, account_id = current_request_id(), current_account_id()
    if request_id is not None:
        fields.setdefault("request_id", request_id)
    if account_id is not None:
        fields.setdefault("account_id", str(account_id))
    return fields


def _describe_exception(_logger: Any, _method: str, fields: Fields) -> Fields:
    given = fields.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given is True else given[1] if given else None
    if error is not None:
        fields["exception"] = "\n".join(_lines_of(error))
    return fields


def _lines_of(error: BaseException) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _lines_of(cause)
        yield "which led to:"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    yield f"{type(error).__module__}.{type(error).__qualname__}{_message_of(error)}"


def _message_of(error: BaseException) -> str:
    driver = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
    if isinstance(driver, psycopg.Error):
        diagnosis = driver.diag
        facts = {"sqlstate": diagnosis.sqlstate, "table": diagnosis.table_name, "constraint": diagnosis.constraint_name}
        return "".join(f" {name}={value}" for name, value in facts.items() if value)
    # Only the built-in classes themselves: an error of requests is an OSError too, and repeats the address with its query.
    speakable = isinstance(error, _SPEAKABLE) and type(error).__module__ == "builtins"
    if speakable or f"{type(error).__module__}.".startswith(_OURS):
        return f": {error}"
    return ""
