"""A year of a team, an organisation or a unit as a table to take along: one line for each service, as its list shows it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from backend import brands
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.csv_text import csv_of
from backend.foundation.errors import Conflict
from backend.foundation.paging import PageRequest
from backend.recognition.years import Body, ServedLine, ServedSearch, served_for

MOST_LINES = 20_000
"""In one file; a whole street serves 60,000 times in a year."""
_AT_ONCE = 500
_HEADING = ("日期", "开始", "结束", "姓名", "品牌", "服务", "社区", "分钟", "计入分钟", "时长", "积分", "状态", "依据", "补录", "记录编号")


class YearTooLong(Conflict):
    """More than one file takes."""

    code: ClassVar[str] = "year_too_long"
    detail = f"这一年的服务记录超过 {MOST_LINES:,} 条，请按人分别下载"


def year_as_csv(viewer: Actor, body: Body, *, year: int, person_id: UUID | None, now: datetime) -> bytes:
    """What the viewer sees of it, the latest first, read page by page. Raises YearTooLong."""
    lines: list[ServedLine] = []
    for page in _pages(viewer, body, year=year, person_id=person_id, now=now):
        lines += page
        if len(lines) > MOST_LINES:
            raise YearTooLong
    return csv_of(_HEADING, (_cells(line) for line in lines))


def _pages(viewer: Actor, body: Body, *, year: int, person_id: UUID | None, now: datetime) -> Iterator[Sequence[ServedLine]]:
    asked: PageRequest | None = PageRequest(_AT_ONCE)
    while asked is not None:
        page = served_for(viewer, body, ServedSearch(year=year, person_id=person_id), page=asked, now=now)
        yield page.items
        asked = None if page.next_cursor is None else PageRequest(_AT_ONCE, page.next_cursor)


def _cells(line: ServedLine) -> tuple[object, ...]:
    brand = brands.current().get(line.brand)
    begins, ends = (f"{instant.astimezone(clock.SHANGHAI):%H:%M}" for instant in (line.started_at, line.ended_at))
    return (
        line.served_on.isoformat(),
        begins,
        ends,
        line.name,
        line.brand if brand is None else brand.name,
        line.title,
        line.community,
        line.minutes,
        line.counted_minutes,
        line.hours,
        line.points,
        line.status.chinese,
        line.evidence.chinese,
        "是" if line.late_entry else "",
        line.fact_id,
    )
