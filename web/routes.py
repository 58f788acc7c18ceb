"""What a route says of itself, by decorators: the edge and the limits keep to it, and the OpenAPI document is written from it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel

from backend.foundation.errors import Refusal

AnyView = TypeVar("AnyView", bound=Callable[..., Any])


class Access(StrEnum):
    """What a route is to its caller; the decorators of edge.py name it, the document shows it."""

    PUBLIC = "public"
    READS = "reads"
    WRITES = "writes"
    CREATES = "creates"


ENVELOPE = 16 * 1024
"""What stands around the files of a form in parts, in bytes."""


@dataclass
class RouteContract:
    """All that the OpenAPI document says about one route beyond its address and summary."""

    access: Access | None = None
    body: type[BaseModel] | None = None
    body_type: str = "application/json"
    largest_body: int | None = None
    """In bytes, where it is not the limit of this copy (`EJIA_BODY_LIMIT_BYTES`)."""
    query: type[BaseModel] | None = None
    output: type[BaseModel] | None = None
    status: int = 200
    media_type: str = "application/json"
    rate: str | None = None
    counted_for: Callable[[], str | None] | None = None
    takes_wechat_code: bool = False
    told_once: bool = False
    revalidated: bool = False
    """Whether its answers have an ETag, and who brings it is told when nothing changed."""
    takes_key: bool = False
    """Whether an Idempotency-Key is honoured; where something is created it is required."""
    refusals: list[type[Refusal]] = field(default_factory=list)
    """What the edge refuses; what the commands do is read from them (foundation/refusals.py)."""


def contract_of(view: Callable[..., Any]) -> RouteContract:
    """The contract of a view. `functools.wraps` carries it outwards, so each decorator adds to the same one."""
    contract: RouteContract | None = view.__dict__.get("_contract")
    if contract is None:
        contract = RouteContract()
        view.__dict__["_contract"] = contract
    return contract


def route_is(access: Access, *refusals: type[Refusal]) -> Callable[[AnyView], AnyView]:
    """Declare what a route is to its caller, and what its edge may refuse beside the usual. For the decorators of edge.py."""

    def decorate(view: AnyView) -> AnyView:
        contract = contract_of(view)
        contract.access = access
        contract.refusals.extend(refusals)
        return view

    return decorate


def at_most(rate: str, *, counted_for: Callable[[], str | None] | None = None) -> Callable[[AnyView], AnyView]:
    """Declare how often one caller may use a route, where the usual rate of limits.py does not fit: `@at_most("10/minute")`.

    `counted_for` tells from the request who is counted, where the route knows better than the limits; None leaves it to them.
    """

    def decorate(view: AnyView) -> AnyView:
        contract = contract_of(view)
        contract.rate, contract.counted_for = rate, counted_for
        return view

    return decorate


def takes_wechat_code(view: AnyView) -> AnyView:
    """Declare that a route asks WeChat about a code that its caller brings: codes that WeChat refuses are counted (limits.py)."""
    contract_of(view).takes_wechat_code = True
    return view


def told_once(view: AnyView) -> AnyView:
    """Declare that what a route answers is a secret: it is not kept for a repeat of the request."""
    contract_of(view).told_once = True
    return view


def takes_files(largest: int) -> Callable[[AnyView], AnyView]:
    """Declare that a form brings files, of at most so many bytes together."""

    def decorate(view: AnyView) -> AnyView:
        contract_of(view).largest_body = largest + ENVELOPE
        return view

    return decorate


def takes_key(view: AnyView) -> AnyView:
    """Declare that an Idempotency-Key is honoured where a route writes; for the decorators of edge.py."""
    contract_of(view).takes_key = True
    return view
