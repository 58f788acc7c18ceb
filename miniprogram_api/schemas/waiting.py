"""Shapes of what waits."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.foundation.paging import MOST_COUNTED
from backend.waiting.queries import MOST_LINES
from miniprogram_api.contract import Out
from miniprogram_api.schemas.people import CommunityOut
from web.fields import Day, Id, Instant

_STREET: JsonDict = {"id": "01931f6e-7c1a-7d2e-8f00-00000000b001", "name": "青山街道"}
_REPORT: JsonDict = {
    "id": "01931f6e-7c1a-7d2e-8f00-0000000000f9",
    "street": _STREET,
    "week_on": "2026-11-23",
    "counted_at": "2026-11-23T08:30:00+08:00",
    "number": 2,
}
_LINE: JsonDict = {
    "community": {"id": "01931f6e-7c1a-7d2e-8f00-00000000c001", "name": "和平社区"},
    "kind": "demand_to_review",
    "title": "待审核的需求",
    "number": 2,
    "since": "2026-11-17T10:00:00+08:00",
}


class WaitingKindOut(Out):
    """What waits of one kind; beyond a thousand it says a thousand, and that there are more."""

    kind: Annotated[str, Field(max_length=61)]
    title: Annotated[str, Field(max_length=20)]
    number: Annotated[int, Field(ge=1, le=MOST_COUNTED)]
    or_more: bool = Field(description="是否还有更多，没有数完")
    since: Instant = Field(description="其中最早的一件从何时起等待")
    due_on: Day = Field(description="其中最早的一件应在哪一天以前办理")
    overdue: Annotated[int, Field(ge=0, le=MOST_COUNTED)] = Field(description="其中已过期限的件数")
    list: Annotated[str, Field(max_length=200)] = Field(description="列出这些事的地址，含查询条件")


class WaitingKindsOut(Out):
    """What waits for who asks, the most urgent kind first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "kind": "demand_to_review",
                            "title": "待审核的需求",
                            "number": 2,
                            "or_more": False,
                            "since": "2026-11-24T10:00:00+08:00",
                            "due_on": "2026-11-27",
                            "overdue": 0,
                            "list": "/api/v1/demands/in-care?status=submitted&for_me=true",
                        }
                    ]
                }
            ]
        }
    )

    items: Annotated[list[WaitingKindOut], Field(max_length=100)]


class OverdueReportOut(Out):
    """That a street was looked at in a week, and how much was late."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REPORT]})

    id: Id
    street: CommunityOut
    week_on: Day = Field(description="这一周的星期一")
    counted_at: Instant
    number: Annotated[int, Field(ge=0, description="各社区超过期限还没有办理的件数")]


class OverdueLineOut(Out):
    """How much of one kind was late in one community."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    community: CommunityOut
    kind: Annotated[str, Field(max_length=61)]
    title: Annotated[str, Field(max_length=20)]
    number: Annotated[int, Field(ge=1)]
    since: Instant = Field(description="其中最早的一件从何时起等待")


class OverdueSheetOut(OverdueReportOut):
    """The same with its lines, community by community, what waits longest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REPORT | {"lines": [_LINE]}]})

    lines: Annotated[list[OverdueLineOut], Field(max_length=MOST_LINES)]
