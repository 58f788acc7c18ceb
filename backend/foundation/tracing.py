"""The id under which one request or task run can be followed through logs, audit, outbox and problem answers."""

from contextvars import ContextVar

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def current_request_id() -> str | None:
    """The id of what is being carried out now, or None outside of any request or task."""
    return _request_id.get()


def bind_request_id(request_id: str | None) -> None:
    """Name what is being carried out from here on in this context."""
    _request_id.set(request_id)
