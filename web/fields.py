"""What a field of a request or an answer may hold.

Everything that PostgreSQL, a log line or a page cannot take is refused here: NUL and other control characters, numbers beyond bigint,
instants without an offset. The same rule is written into the OpenAPI document, so that a client can know it beforehand.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar, get_args
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from backend.foundation.clock import SHANGHAI
from backend.foundation.identifiers import holds_personal_number, holds_telephone
from backend.foundation.paging import LONGEST_CURSOR, CursorInvalid
from backend.foundation.terms import in_words
from backend.foundation.visible import CONTROL_IN_LINE, CONTROL_IN_PROSE, UNSEEN_IN_LINE, UNSEEN_IN_PROSE, Unseen, barred, seen

BIGINT_MAX = 2**63 - 1
SENT = {"sent": True}
"""Context of what a person sends now, which is held to more than what an answer tells of what was written before."""
_LARGEST_EXACT = 2**53
# What a request may name. Days reach back to the birth of the oldest; instants do not, because Shanghai's early offsets have seconds, which
# ISO 8601 cannot say. What an answer tells may lie a little beyond: in Shanghai it is the next day, and a term ends when its last day does.
EARLIEST_DAY_YEAR, EARLIEST_INSTANT_YEAR, LATEST_YEAR = 1900, 1970, 2199
_DAY_YEARS, _INSTANT_YEARS = "^(19|20|21)[0-9][0-9]-", "^(19[7-9]|20[0-9]|21[0-9])[0-9]-"

DayOrInstant = TypeVar("DayOrInstant", date, datetime)

_CURSOR = f"^[A-Za-z0-9_-]{{1,{LONGEST_CURSOR}}}$"

# Blanks that are cut off at both ends, written out because engines differ on what \s holds.
_BLANK = " \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000"
_BARRED_IN_LINE, _BARRED_IN_PROSE = CONTROL_IN_LINE + UNSEEN_IN_LINE, CONTROL_IN_PROSE + UNSEEN_IN_PROSE

_ENDS = re.compile(f"^[{_BLANK}\\n\\t]+|(?<![{_BLANK}\\n\\t])[{_BLANK}\\n\\t]+\\Z")  # each run of blanks is looked at once
_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.]\d{1,9})?)?(Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Text:
    """Metadata of a text field: `title: Annotated[str, Text(max=80)]`.

    The value is brought to NFC and loses blanks at both ends; `min` and `max` count characters and hold after that. Control characters
    and what nobody sees (foundation/visible.py) are refused; `multiline` allows line breaks (which become LF) and tabs.
    """

    max: int
    min: int = 1
    multiline: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_after_validator_function(self._clean, handler(source))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = handler(schema)
        described.update(minLength=self.min, maxLength=self.max, pattern=self._pattern())
        return described

    def _clean(self, value: str, info: core_schema.ValidationInfo) -> str:
        if self.multiline:
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        try:
            barred(value, multiline=self.multiline)
            value = seen(value) if info.context == SENT else value
        except Unseen as unseen:
            raise PydanticCustomError("text_unseen", "{sentence}", {"sentence": str(unseen)}) from None
        if len(value) > self.max:
            raise PydanticCustomError("text_too_long", "最多 {max} 个字", {"max": self.max})
        cleaned = _ENDS.sub("", unicodedata.normalize("NFC", value))
        if len(cleaned) < self.min:
            raise PydanticCustomError("text_too_short", "不能为空" if self.min == 1 else "至少 {min} 个字", {"min": self.min})
        # A few letters grow when they are brought to NFC.
        if len(cleaned) > self.max:
            raise PydanticCustomError("text_too_long", "最多 {max} 个字", {"max": self.max})
        return cleaned

    def _pattern(self) -> str:
        """The rule as a regular expression: nothing barred, and `min` characters from the first to the last that is no blank. What follows
        each of these cannot be taken for it, so that there is one way to read a text."""
        barred, blank = (_BARRED_IN_PROSE, _BLANK + "\\n\\r\\t") if self.multiline else (_BARRED_IN_LINE, _BLANK)
        allowed, solid = f"[^{barred}]", f"[^{barred}{blank}]"
        if self.min == 0:
            return f"^{allowed}*$"
        if self.min == 1:
            return f"^[{blank}]*{solid}{allowed}*$"
        return f"^[{blank}]*{solid}{allowed}{{{self.min - 2},}}{solid}[{blank}]*$"


def _names_nobody_by_number(value: str) -> str:
    if holds_personal_number(value):
        raise PydanticCustomError("text_personal", "请不要填写身份证号或者手机号")
    return value


NoNumbers = AfterValidator(_names_nobody_by_number)
"""Metadata of a text that is kept as it was written: `reason: Annotated[Reason, NoNumbers]`. A mobile or identity number has a field of
its own, where it is sealed; here it is refused. For requests only: an answer holds what was written before."""


def _leads_to_nobody(value: str) -> str:
    if holds_telephone(value):
        raise PydanticCustomError("text_telephone", "大家都看得到的文字不要写电话号码")
    return _names_nobody_by_number(value)


Public = AfterValidator(_leads_to_nobody)
"""Metadata of a text that everybody reads: as `NoNumbers`, and no land-line either, by which somebody is at home."""


def _whole_number(value: Any) -> Any:
    """In a query, digits; in JSON, where 3.0 is the same number as 3, also that, as far as a double is exact."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST_EXACT:
        return int(value)
    if isinstance(value, str) and not _WHOLE_NUMBER.fullmatch(value):
        raise PydanticCustomError("int_parsing", "应为整数")
    return value


@dataclass(frozen=True)
class Between:
    """Metadata of a whole number with both ends: `slots: Annotated[int, Between(1, 500)]`. In a query, digits only."""

    low: int
    high: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(_whole_number, core_schema.int_schema(ge=self.low, le=self.high))


# They read the text themselves: behind a validator, pydantic's strict reading of JSON takes text for neither.
def _iso(kind: type[DayOrInstant], form: re.Pattern[str], earliest: int, refusal: PydanticCustomError) -> Callable[[Any], DayOrInstant]:
    """Reads a day or an instant as a request may name it; what is one already is an answer's, and may lie beyond these years."""

    def read(value: Any) -> DayOrInstant:
        if type(value) is kind:
            return value
        try:
            found = kind.fromisoformat(value) if isinstance(value, str) and form.fullmatch(value) else None
        except ValueError:
            found = None
        if found is None:
            raise refusal
        if not earliest <= found.year <= LATEST_YEAR:
            raise PydanticCustomError("year_out_of_range", "年份应在 {low} 至 {high} 之间", {"low": earliest, "high": LATEST_YEAR})
        return found

    return read


_iso_instant = _iso(
    datetime,
    _INSTANT,
    EARLIEST_INSTANT_YEAR,
    PydanticCustomError("datetime_parsing", "应为带时区的时间，例如 2026-03-05T09:00:00+08:00"),
)
_iso_day = _iso(date, _DAY, EARLIEST_DAY_YEAR, PydanticCustomError("date_parsing", "应为日期，例如 2026-03-05"))


def _cursor_like(value: str) -> str:
    if not re.fullmatch(_CURSOR, value):
        raise CursorInvalid
    return value


def _in_shanghai(value: datetime) -> str:
    return value.astimezone(SHANGHAI).isoformat()


Id = UUID

BigInt = Annotated[int, Between(-BIGINT_MAX - 1, BIGINT_MAX)]

Limit = Annotated[int, Between(1, 100)]

# What it holds is read by backend/foundation/paging.py. What cannot be a cursor at all is refused here, also for lists that turn out empty.
CursorText = Annotated[
    str, AfterValidator(_cursor_like), WithJsonSchema({"type": "string", "pattern": _CURSOR, "maxLength": LONGEST_CURSOR})
]

_AN_INSTANT: JsonSchemaValue = {"type": "string", "format": "date-time", "examples": ["2026-03-05T09:00:00+08:00"]}
_A_DAY: JsonSchemaValue = {"type": "string", "format": "date", "examples": ["2026-03-05"]}

Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_iso_instant),
    PlainSerializer(_in_shanghai, return_type=str, when_used="json"),
    WithJsonSchema(_AN_INSTANT | {"pattern": _INSTANT_YEARS}, mode="validation"),
    WithJsonSchema(_AN_INSTANT, mode="serialization"),
]

Day = Annotated[
    date,
    BeforeValidator(_iso_day),
    WithJsonSchema(_A_DAY | {"pattern": _DAY_YEARS}, mode="validation"),
    WithJsonSchema(_A_DAY, mode="serialization"),
]

Name = Annotated[str, Text(max=50)]
Line = Annotated[str, Text(max=200)]
Prose = Annotated[str, Text(max=4000, multiline=True)]


class _InWords:
    """For a Literal of some words of an enumeration: what is none of them is refused in words, as with the whole of it."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return in_words(handler(source), list(get_args(source)))


InWords = _InWords()
