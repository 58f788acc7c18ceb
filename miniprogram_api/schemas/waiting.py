"""Shapes of what waits."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.foundation.paging import MOST_COUNTED
from miniprogram_api.contract import Out
from web.fields import Day, Instant


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
