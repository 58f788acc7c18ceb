"""The kinds of message: the catalogue `config/messages.toml`, read when a process starts. It gives every occasion its words, and says of
every other event why nobody is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from backend.foundation import catalogues, clock
from backend.foundation.catalogues import CatalogueInvalid, Entry
from backend.foundation.in_use import InUse
from backend.foundation.outbox import Event
from backend.messages.occasions import OCCASIONS
from backend.messages.occasions.occasion import Occasion
from backend.messages.reminded import PEOPLE
from backend.waiting import catalogue as waiting

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Heading = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]

PLACEHOLDERS: Mapping[str, str] = {"area": "area_path", "brand": "brand", "number": "number", "role": "role"}
"""What a text may name, and the column from which it comes."""


class Worded(Entry):
    """What a message says; `config/messages.toml` says what each field means."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,60}$")]
    to: str
    title: Heading
    text: Words


class Kind(Worded):
    """Words for what happened."""

    event: str
    days: Annotated[int, Field(ge=1, le=60)] | None = None

    @model_validator(mode="after")
    def _says_what_the_occasion_knows(self) -> Self:
        if (self.event, self.to) not in OCCASIONS:
            known = "、".join(f"{event} → {to}" for event, to in sorted(OCCASIONS))
            raise ValueError(f"不能这样告知 {self.event} → {self.to}，只有：{known}")
        if self.days is not None and self.occasion.waits is None:
            raise ValueError(f"{self.event} → {self.to} 不要求办理，没有 days")
        allowed = {name for name, column in PLACEHOLDERS.items() if column in self.occasion.fields}
        if not _named_in(self.text) <= allowed or _named_in(self.title):
            names = "、".join(f"{{{name}}}" for name in sorted(allowed))
            raise ValueError(f"title 中不能有花括号，text 中只能有：{names or '（没有）'}")
        return self

    @property
    def occasion(self) -> Occasion:
        """Of what it tells, and to whom."""
        return OCCASIONS[self.event, self.to]


class Reminder(Worded):
    """Words for a day of the year."""

    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=28)]

    @model_validator(mode="after")
    def _names_whom_there_are(self) -> Self:
        if self.to not in PEOPLE:
            raise ValueError(f"没有 {self.to} 这一类人，只有：{'、'.join(sorted(PEOPLE))}")
        if _named_in(self.text) or _named_in(self.title):
            raise ValueError("提醒中不能有花括号")
        return self

    def due_at(self, now: datetime) -> datetime:
        """When its day of this year begins in Shanghai."""
        return clock.start_of_day(date(clock.shanghai_day(now).year, self.month, self.day))


class Silent(Entry):
    """An event of which nobody is told."""

    event: str
    because: Words


class Messages(Entry):
    """The whole catalogue. Where one event would tell somebody twice, the kind that stands first does."""

    kind: Annotated[tuple[Kind, ...], Field(min_length=1)]
    reminder: tuple[Reminder, ...] = ()
    silent: tuple[Silent, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for what, names in (
            ("code", [worded.code for worded in (*self.kind, *self.reminder)]),
            ("event → to", [f"{kind.event} → {kind.to}" for kind in self.kind]),
        ):
            twice = {name for name in names if names.count(name) > 1}
            if twice:
                raise ValueError(f"有两条的 {what} 都是 {'、'.join(sorted(twice))}")
        return self

    @model_validator(mode="after")
    def _forgets_no_event(self) -> Self:
        told, silent = {kind.event for kind in self.kind}, [each.event for each in self.silent]
        every = events()
        for complaint, names in (
            ("没有写到", every - told - set(silent)),
            ("并不存在", set(silent) - every),
            ("又告知又不告知", told & set(silent)),
            ("写了两次不告知", {name for name in silent if silent.count(name) > 1}),
        ):
            if names:
                raise ValueError(f"事件{complaint}：{'、'.join(sorted(names))}")
        return self


def events() -> set[str]:
    """The names of all events of the product."""
    found, seen = set[str](), [Event]
    while seen:
        below = seen.pop().__subclasses__()
        seen += below
        found |= {kind.name for kind in below if kind.__module__.startswith("backend.")}
    return found


def _named_in(text: str) -> set[str]:
    """The placeholders of a text. Raises ValueError for one that is not just a name in braces."""
    named = set()
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None:
            if not name.isidentifier() or form or conversion:
                raise ValueError("占位符是花括号中的名称，例如 {brand}")
            named.add(name)
    return named


@dataclass(frozen=True)
class Catalogue:
    """The kinds in the order of the file, and the reminders of the year."""

    kinds: tuple[Kind, ...]
    reminders: tuple[Reminder, ...]

    @cached_property
    def by_code(self) -> Mapping[str, Kind | Reminder]:
        """By what a message carries."""
        kinds: Mapping[str, Kind | Reminder] = {kind.code: kind for kind in self.kinds}
        return {**kinds, **{reminder.code: reminder for reminder in self.reminders}}

    def of_event(self, event: str) -> list[Kind]:
        """The kinds that tell of an event, the first of which goes before the others."""
        return [kind for kind in self.kinds if kind.event == event]


_in_use: InUse[Catalogue] = InUse("kinds of message")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Catalogue:
    """The catalogue of a file. Raises CatalogueInvalid, naming file, line and field; also where a message is wanting that tells of what
    waits, or asks for it by another day than `config/waiting.toml`."""
    found = catalogues.load(path, Messages)
    days = {kind.code: kind.days for kind in found.kind}
    for worded in waiting.current().values():
        if worded.message is not None and days.get(worded.message, 0) not in (None, worded.days):
            raise CatalogueInvalid(f"{path.name} 中 {worded.message} 的 days 和 waiting.toml 中 {worded.code} 的不同，或者没有这一条")
    return Catalogue(found.kind, found.reminder)
