"""The address of a list: its filters, which live there, so that a link can be sent; and its next page."""

from enum import StrEnum
from urllib.parse import urlencode

from web.shapes import ListQuery

_OF_PAGE = {"limit", "cursor"}


def filters_of(query: ListQuery) -> dict[str, str]:
    """What a list is narrowed down by, as its address says it; without what is so anyway."""
    return {
        name: _written(value)
        for name, value in query
        if name not in _OF_PAGE and value is not None and value != type(query).model_fields[name].default
    }


def with_filters(address: str, filters: dict[str, str], **changed: str | None) -> str:
    """The address of a list with these filters, but for what is changed (None: without it)."""
    asked = {name: value for name, value in (filters | changed).items() if value is not None}
    return f"{address}?{urlencode(asked)}" if asked else address


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.value if isinstance(value, StrEnum) else str(value)
