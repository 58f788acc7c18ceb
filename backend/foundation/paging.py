"""Lists by keyset: a page says where the next one begins, and costs the same however far in it lies."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from backend.foundation.errors import Malformed

Row = TypeVar("Row")
Value = str | int | date | datetime | UUID
_LONGEST = 1000


class CursorInvalid(Malformed):
    """A cursor that no answer of ours ever held."""

    code: ClassVar[str] = "cursor_invalid"
    detail = "翻页参数不正确，请从第一页重新开始"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The sort key of the last row on a page. Opaque to clients."""

    values: tuple[Value, ...]

    def encode(self) -> str:
        """As text for `next_cursor`."""
        plain = [value if isinstance(value, int) else value.isoformat() if isinstance(value, date) else str(value) for value in self.values]
        return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str | None, *kinds: type[Value]) -> "Cursor | None":
        """The cursor in the text, its values of just these kinds, or None for no text.

        Raises CursorInvalid for anything that `encode` could not have made.
        """
        if text is None:
            return None
        try:
            if len(text) > _LONGEST:
                raise ValueError("too long")
            plain = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
            if not isinstance(plain, list) or len(plain) != len(kinds):
                raise ValueError("another list's cursor")
            return cls(tuple(_read(value, kind) for value, kind in zip(plain, kinds, strict=True)))
        except (ValueError, TypeError, AttributeError, RecursionError, OverflowError, binascii.Error) as error:
            raise CursorInvalid from error


def _read(value: object, kind: type[Value]) -> Value:
    if kind is int:
        if type(value) is not int or not -(2**63) <= value < 2**63:
            raise ValueError("not a 64-bit integer")
        return value
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("not a text")
    if kind is str:
        value.encode()  # a lone surrogate ends here
        return value
    if kind is UUID:
        return UUID(value)
    if kind is datetime:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError("an instant without its zone")
        return instant
    return date.fromisoformat(value)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows and where the next ones begin (None: these were the last)."""

    items: Sequence[Row]
    next_cursor: str | None

    @classmethod
    def of(cls, rows: Sequence[Row], limit: int, key: Callable[[Row], tuple[Any, ...]]) -> "Page[Row]":
        """A page out of one row more than the limit; `key` gives the sort key of a row."""
        if len(rows) <= limit:
            return cls(rows, None)
        kept = rows[:limit]
        return cls(kept, Cursor(key(kept[-1])).encode())
