"""Knows to which request the present work belongs, for logs, problem documents and outbox events.

The edge binds the id when a request comes in; the outbox writes it on each event and a consumer binds or names it again, so that one id
can be followed from the phone's request through every reaction to it. Context variables, so that threads do not see one another's.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from backend.foundation.identifiers import holds_personal_number
from backend.foundation.ids import new_id

# What a client or proxy may hand in: short, and harmless in a log line or a header.
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")

_request_id: ContextVar[str | None] = ContextVar("ejia_request_id", default=None)
_account_id: ContextVar[UUID | None] = ContextVar("ejia_account_id", default=None)
_source: ContextVar[str | None] = ContextVar("ejia_source", default=None)
_operator: ContextVar[str | None] = ContextVar("ejia_operator", default=None)


def new_request_id() -> str:
    """A fresh id of 32 hexadecimal digits."""
    return new_id().hex


def sane_request_id(offered: str | None) -> str | None:
    """The offered id when it is 8 to 64 letters, digits, dots, dashes or underscores, and names nobody: it ends in logs, audit and outbox.
    Otherwise None."""
    return offered if offered is not None and _SANE.fullmatch(offered) and not holds_personal_number(offered) else None


def bind_request_id(request_id: str | None, *, source: str | None = None) -> None:
    """Let all that follows in this context belong to the request (or to none), which came from this address, and to no account yet."""
    _request_id.set(request_id)
    _account_id.set(None)
    _source.set(source)


def current_request_id() -> str | None:
    """The request that the present work belongs to; None for work that no request caused."""
    return _request_id.get()


def bind_account_id(account_id: UUID | None) -> None:
    """Name the account that acts, for the log line of the request."""
    _account_id.set(account_id)


def current_account_id() -> UUID | None:
    """The account that acts in the present request, where one is logged in."""
    return _account_id.get()


def current_source() -> str | None:
    """The network address from which the present request came; None for work that no request does."""
    return _source.get()


def bind_operator(operator: str | None) -> None:
    """Name who runs this command of `ejia`, for the audit log."""
    _operator.set(operator)


def current_operator() -> str | None:
    """Who runs the present command, where they said so."""
    return _operator.get()


@contextmanager
def tracing(request_id: str | None) -> Iterator[None]:
    """Bind the request for the length of a block: the batch of a consumer that one request has caused."""
    request_token, account_token, source_token = _request_id.set(request_id), _account_id.set(None), _source.set(None)
    try:
        yield
    finally:
        _source.reset(source_token)
        _account_id.reset(account_token)
        _request_id.reset(request_token)
