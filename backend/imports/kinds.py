"""What can be imported: a kind of workbook has columns, reads a line of it, says what is wrong with it, and enters what is right."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from unicodedata import normalize
from uuid import UUID

from backend.areas.models import Area
from backend.foundation.actor import Actor
from backend.foundation.identifiers import holds_personal_number
from backend.foundation.visible import Unseen, barred, seen
from backend.imports.models import ImportKind

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_EARLIEST = date(1949, 10, 1)
LONGEST = 200
T = TypeVar("T")

Made = Mapping[str, Sequence[UUID]]
"""Ids of what was made, by what it is."""


class Faulty(Exception):
    """What is wrong in one cell: the column's field, and one Chinese sentence that holds nothing of what stands in it."""

    def __init__(self, at: str, sentence: str) -> None:
        super().__init__(sentence)
        self.at, self.sentence = at, sentence


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the name by which a line knows it, its title, what to write into it, and an example."""

    field: str
    title: str
    note: str
    example: str
    required: bool = True
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the sheet as it was written: text by field."""

    row: int
    cells: Mapping[str, str]

    def text(self, at: str) -> str:
        """What must be filled in. Raises Faulty."""
        if not (value := self.cells.get(at, "")):
            raise Faulty(at, "必填")
        return value

    def words(self, at: str) -> str:
        """Text that others read: all of it can be seen, and no number of a person is in it. Raises Faulty."""
        value = self.text(at)
        if len(value) > LONGEST:
            raise Faulty(at, f"不超过{LONGEST}个字")
        try:
            barred(value)
            value = normalize("NFC", seen(value)).strip()
        except Unseen as unseen:
            raise Faulty(at, str(unseen)) from None
        if holds_personal_number(value):
            raise Faulty(at, "不能填写手机号或身份证号")
        return value

    def choice(self, at: str, choices: Mapping[str, T]) -> T:
        """One of the words of a list, as what it stands for. Raises Faulty."""
        if (word := self.text(at)) not in choices:
            raise Faulty(at, f"应为{'、'.join(choices)}之一")
        return choices[word]

    def day(self, at: str, *, until: date) -> date:
        """A day that is not after another one. Raises Faulty."""
        found = _DAY.fullmatch(self.text(at))
        try:
            day = date(*(int(part) for part in found.groups())) if found else None
        except ValueError:
            day = None
        if day is None or day < _EARLIEST:
            raise Faulty(at, "请填写日期，例如2021-05-01")
        if day > until:
            raise Faulty(at, "不能晚于今天")
        return day


@dataclass(frozen=True, slots=True)
class Place:
    """The area for which is imported, and its communities, by name and by code."""

    path: str
    communities: Mapping[str, Area]

    def community(self, line: Line, at: str) -> Area:
        """The community that a cell names. Raises Faulty."""
        found = self.communities.get(line.text(at))
        if found is None:
            raise Faulty(at, "本辖区没有这个社区，请填写社区全名或12位区划代码")
        return found


@dataclass(slots=True)
class Findings:
    """What became of some lines: how many were new, known already, or faulty and why. `before`: what the lines before these will make,
    of a kind whose lines refer to one another; once they are entered they stand in the database."""

    before: Sequence[Any] = ()
    new: int = 0
    known: int = 0
    faults: list[dict[str, str | int]] = field(default_factory=list)

    def fault(self, line: Line, faulty: Faulty) -> None:
        """Note what is wrong with a line."""
        self.faults.append({"row": line.row, "field": faulty.at, "sentence": faulty.sentence})


Read = Callable[[Place, Line, date], Any]
SortOut = Callable[[Sequence[tuple[Line, Any]], Findings], Sequence[Any]]
Enter = Callable[[Actor, Sequence[Any], "When"], Made]
Undo = Callable[[Actor, Made, "When"], None]


@dataclass(frozen=True, slots=True)
class When:
    """At which instant, and for which import."""

    import_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of workbook, and what is done with its lines; all in the caller's transaction, who has asked policy.

    `read` makes of a line what it says, or raises Faulty; `sort_out` asks the database which of these are new, and notes which are
    known or cannot be; `enter` does for the new ones what the commands do for one. `is_used` says whether anything came to stand on
    what an import made; `undo` takes that back. `refers_to_itself`: a line may need an earlier one of the same workbook.
    """

    name: ImportKind
    title: str
    columns: Sequence[Column]
    read: Read
    sort_out: SortOut
    enter: Enter
    is_used: Callable[[Made, UUID], bool]
    undo: Undo
    refers_to_itself: bool = False
