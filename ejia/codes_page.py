"""Makes docs/api-codes.md from the code: the page of all codes by which the API refuses (`ejia codes`)."""

from collections import defaultdict
from collections.abc import Mapping
from typing import cast

from apiflask import APIFlask

from backend.accounts.service import CredentialsWrong, LoginLocked
from backend.accounts.tokens import TokenInvalid
from backend.attendance.codes import CodeExpired, CodeForged, CodeNotYetValid, CodeOfAnotherShift
from backend.foundation.errors import (
    Conflict,
    Forbidden,
    Malformed,
    Missing,
    Refusal,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unprocessable,
)
from backend.foundation.idempotency import IdempotencyKeyMissing, IdempotencyKeyReused
from backend.foundation.paging import CursorInvalid
from backend.wechat.errors import CodeRejected
from ejia.document import described_api
from miniprogram_api import openapi
from web.refusals import BodyTooLarge, InternalError, MethodNotAllowed, UnsupportedMediaType

HEAD = """\
# Codes of the API

Written by `ejia codes > docs/api-codes.md` from what the routes and their commands refuse; a test compares. Every refusal
is `application/problem+json` (RFC 9457): a program goes by `code`, which stays the same, and shows `detail`, one Chinese sentence; in a
case it may be more exact than here. `/openapi.json` has the same codes at each operation, by status, each with an example. Only what the
web server cannot read as a request at all (broken HTTP, an address of more than 64 KiB, some hundred headers) it refuses by itself, with
400, 414 or 431 and no body.

"""

# What a client does about it, by kind; the first that fits. A refusal that wants something of its own stands above its kind.
ADVICE: tuple[tuple[tuple[type[Refusal], ...], str], ...] = (
    ((TokenInvalid,), "refresh the tokens once and repeat; if that is refused too, log in again"),
    ((CredentialsWrong,), "let the person try again; do not repeat by yourself"),
    ((LoginLocked,), "show it, with the time in `Retry-After`; do not repeat before"),
    ((IdempotencyKeyMissing,), "send a fresh UUID as `Idempotency-Key`, and the same one again when you repeat"),
    ((IdempotencyKeyReused,), "a defect of the client: a key belongs to one request; take a fresh key for another"),
    ((CursorInvalid,), "begin the list again without `cursor`"),
    ((CodeExpired, CodeForged, CodeNotYetValid, CodeOfAnotherShift), "let the person scan the code that is shown now"),
    ((CodeRejected,), "ask WeChat for a new code and repeat once"),
    ((BodyTooLarge, UnsupportedMediaType, Malformed, MethodNotAllowed), "a defect of the client: do not repeat"),
    ((Unauthenticated,), "log in, or refresh the tokens"),
    ((Forbidden,), "show it; do not repeat"),
    ((Missing,), "show it, and load the list again from which it came"),
    ((Unprocessable,), "show it at the fields that `errors` names (`$`: of the whole), and let the person correct them"),
    ((TooMany, Unavailable), "wait as many seconds as `Retry-After` says, then repeat with the same `Idempotency-Key`"),
    ((Conflict,), "show it, and load the thing again: its state has changed"),
    ((InternalError,), "show it with its `request_id`; a repeat with the same `Idempotency-Key` is safe"),
)
ANY_ADDRESS = {
    Missing: "any address that does not exist",
    MethodNotAllowed: "any address",
    InternalError: "any address, by a fault of ours",
}
"""What is answered before or beside any operation, and so stands at none."""


def page() -> str:
    """The whole page, in Markdown."""
    app = described_api()
    refusals = openapi.refusals_by_operation(app)
    given: dict[type[Refusal], set[str]] = defaultdict(set)
    for operation, kinds in refusals.items():
        for kind in kinds:
            given[kind].add(operation)
    given |= {kind: given[kind] for kind in ANY_ADDRESS}
    groups = _groups(app)
    by_status: dict[int, list[type[Refusal]]] = defaultdict(list)
    for kind in sorted(given, key=lambda kind: (kind.status, kind.code)):
        by_status[kind.status].append(kind)
    return HEAD + "\n".join(_section(status, kinds, given, groups) for status, kinds in by_status.items())


def _section(status: int, kinds: list[type[Refusal]], given: Mapping[type[Refusal], set[str]], groups: Mapping[str, set[str]]) -> str:
    rows = [
        f"| `{kind.code}` | {kind.detail} | {_meaning(kind)} | {_advice(kind)} | {_where(kind, given[kind], groups)} |" for kind in kinds
    ]
    head = [f"## {status}", "", "| code | says | means | a client | given by |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _meaning(kind: type[Refusal]) -> str:
    return " ".join((kind.__doc__ or "").split()).replace("|", "\\|")


def _advice(kind: type[Refusal]) -> str:
    return next(advice for kinds, advice in ADVICE if issubclass(kind, kinds))


def _groups(app: APIFlask) -> dict[str, set[str]]:
    """Operations that share a reason to refuse, the largest first."""
    paths: openapi.Json = cast(openapi.Json, app.spec)["paths"]
    operations = {operation["operationId"]: operation for item in paths.values() for operation in item.values()}
    guarded = {name for name, operation in operations.items() if operation["security"]}
    groups = {
        "every operation": set(operations),
        "every operation behind a login": guarded,
        "every operation with a body": {name for name, operation in operations.items() if "requestBody" in operation},
        "every operation with an id in its address": _with_parameter(operations, "path", None),
        "every operation with a query": _with_parameter(operations, "query", None),
        "every list with pages": _with_parameter(operations, "query", "cursor"),
        "every operation with an `Idempotency-Key`": _with_parameter(operations, "header", "Idempotency-Key"),
    }
    return dict(sorted(groups.items(), key=lambda group: -len(group[1])))


def _with_parameter(operations: Mapping[str, openapi.Json], place: str, name: str | None) -> set[str]:
    return {
        operation
        for operation, described in operations.items()
        if any(one["in"] == place and name in (None, one["name"]) for one in described["parameters"])
    }


def _where(kind: type[Refusal], operations: set[str], groups: Mapping[str, set[str]]) -> str:
    """Where it is given: by whole groups as far as they reach, and one by one."""
    told, rest = [ANY_ADDRESS[kind]] if kind in ANY_ADDRESS else [], set(operations)
    for name, group in groups.items():
        if group <= operations and group & rest and len(group) > 1:
            told.append(name)
            rest -= group
    return ", ".join([*told, *(f"`{name}`" for name in sorted(rest))])
