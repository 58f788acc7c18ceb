"""The address of a list: its filters, which live there, so that a link can be sent; and its next page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import request

from backend.foundation.errors import Unprocessable
from backend.foundation.paging import Page
from web.labels import label_of
from web.shapes import Query, query_reader

AnyQuery = TypeVar("AnyQuery", bound=Query)
_WHICH_LIST = frozenset({"status", "for_me", "sort", "limit"})
"""What says which list it is and how it is shown, and does not narrow it down."""

NOTHING: Page[Any] = Page([], None)


@dataclass(frozen=True, slots=True)
class Asked(Generic[AnyQuery]):
    """What the address of a list asks for; where it asks for what cannot be, the list as it is anyway and the `refusal`."""

    query: AnyQuery
    refusal: Unprocessable | None

    @property
    def shown(self) -> dict[str, Any]:
        """What the page of the list needs of it."""
        filters = filters_of(self.query)
        kept = {name: value for name, value in filters.items() if name in _WHICH_LIST}
        typed = {} if self.refusal is None else request.args.to_dict()
        shown = {"asked": {"query": self.query, "filters": filters, "kept": kept, "narrowed": filters != kept, "typed": typed}}
        if self.refusal is None:
            return shown
        labels = {name: label_of(name) for name in self.refusal.errors}
        return shown | {"wrong": self.refusal.detail, "errors": self.refusal.errors, "labels": labels, "status": self.refusal.status}


def list_reader(model: type[AnyQuery]) -> Callable[[], Asked[AnyQuery]]:
    """What reads the address of the list in hand."""
    read = query_reader(model, of_page=True)

    def asked() -> Asked[AnyQuery]:
        try:
            return Asked(read(), None)
        except Unprocessable as refusal:
            which = {name: value for name, value in request.args.items() if name in _WHICH_LIST - refusal.errors.keys()}
            return Asked(model.model_validate(which), refusal)

    return asked


def filters_of(query: Query) -> dict[str, str]:
    """What a list is narrowed down by, as its address says it; without what is so anyway."""
    return {
        name: _written(value)
        for name, value in query
        if name != "cursor" and value is not None and value != type(query).model_fields[name].default
    }


def with_filters(address: str, filters: Mapping[str, str], **changed: str | None) -> str:
    """The address of a list with these filters, but for what is changed (None: without it)."""
    asked = {name: value for name, value in (dict(filters) | changed).items() if value is not None}
    return f"{address}?{urlencode(asked)}" if asked else address


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.value if isinstance(value, StrEnum) else str(value)
