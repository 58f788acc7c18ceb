"""Shapes of the first screen."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from backend.accounts.queries import MOST_COMMUNITIES
from miniprogram_api.contract import Out
from miniprogram_api.schemas.attendance import ShiftOut
from miniprogram_api.schemas.demands import DemandLineOut
from miniprogram_api.schemas.people import CommunityOut
from miniprogram_api.schemas.waiting import WaitingKindOut
from web.fields import Instant

MOST_TODAY, MOST_NEAR = 10, 10
_PREFERENCES: dict[str, Any] = {
    "elder_mode": True,
    "communities": [{"id": "01931f6e-7c1a-7d2e-8f00-00000000c001", "name": "和平社区"}],
}


class PreferencesOut(Out):
    """How somebody wants to be shown things."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PREFERENCES]})

    elder_mode: bool = Field(description="长辈模式")
    communities: Annotated[list[CommunityOut], Field(max_length=MOST_COMMUNITIES)] = Field(
        description="优先显示的社区，按先后；不含已撤销的"
    )


class HomeOut(Out):
    """What is mine today."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "now": "2026-03-05T08:40:00+08:00",
                    "shifts": [],
                    "waiting": [],
                    "unread": 3,
                    "demands": [],
                    "preferences": _PREFERENCES,
                }
            ]
        }
    )

    now: Instant = Field(description="服务器的时间")
    shifts: Annotated[list[ShiftOut], Field(max_length=MOST_TODAY)] = Field(description="今天我可以参加的场次，先开始的在前")
    waiting: Annotated[list[WaitingKindOut], Field(max_length=100)] = Field(description="等我办理的事，最急的在前")
    unread: Annotated[int, Field(ge=0, le=1000)] = Field(description="未读消息的数目，最多数到 1000")
    demands: Annotated[list[DemandLineOut], Field(max_length=MOST_NEAR)] = Field(description="还可以认领的需求，先开始的在前")
    preferences: PreferencesOut
