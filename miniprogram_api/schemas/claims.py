"""Shapes of claims."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from backend.brands import ClaimantKind
from backend.openings.models import ClaimStatus
from miniprogram_api.contract import Out
from web.fields import Day, Id, Instant, Name, Text
from web.inputs.common import Reason

_ID = "01931f6e-7c1a-7d2e-8f00-0123456789ab"
_CLAIM: dict[str, Any] = {
    "id": "01931f6e-7c1a-7d2e-8f00-0123456789b0",
    "opening_id": "01931f6e-7c1a-7d2e-8f00-0123456789ad",
    "role_id": _ID,
    "status": "held",
    "claimant_kind": "team",
    "claimant_id": "01931f6e-7c1a-7d2e-8f00-0123456789b1",
    "claimed_at": "2026-03-04T12:00:00+08:00",
}


class ClaimMadeOut(Out):
    """A place that was just taken: held at once, or asked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CLAIM]})

    id: Id
    opening_id: Id
    role_id: Id
    status: ClaimStatus = Field(description="asked：等待社区答复，同意后才是 held")
    claimant_kind: ClaimantKind
    claimant_id: Id
    claimed_at: Instant = Field(description="认领生效的时间；等待答复时是提出的时间")


class ClaimOut(ClaimMadeOut):
    """A claim with what it is on and who holds it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _CLAIM
                | {
                    "demand_id": "01931f6e-7c1a-7d2e-8f00-0123456789ac",
                    "shift_ids": ["01931f6e-7c1a-7d2e-8f00-0123456789c0"],
                    "role_name": "敲门人",
                    "brand": "door_knock",
                    "title": "每周看望一次，聊聊天",
                    "community": "和平社区",
                    "starts_at": "2026-03-05T09:00:00+08:00",
                    "ends_at": "2026-03-05T11:00:00+08:00",
                    "claimant_name": "和平社区敲门队",
                    "released_at": None,
                    "reason": None,
                }
            ]
        }
    )

    demand_id: Id | None
    shift_ids: Annotated[list[Id], Field(max_length=100)] = Field(description="我能打开的场次，先开始的在前；等待答复时还没有")
    role_name: Name
    brand: Annotated[str, Text(max=40)]
    title: Annotated[str, Text(max=80)]
    community: Annotated[str, Text(max=100)]
    starts_at: Instant
    ends_at: Instant
    claimant_name: Annotated[str, Text(max=200)]
    released_at: Instant | None = Field(description="名额空出的时间")
    reason: Reason | None = Field(description="最近一次处理的理由，例如社区为什么不同意")


class OwnClaimOut(Out):
    """A claim of one's own, as the page of its demand shows it."""

    id: Id
    status: ClaimStatus
    claimant_kind: ClaimantKind
    claimant_id: Id
    claimant_name: Annotated[str, Text(max=200)]
    claimed_at: Instant


class OfferOut(Out):
    """For whom one could claim now."""

    claimant_kind: ClaimantKind = Field(description="person 的用 as_person 认领，其他的用 team_id、organisation_id")
    claimant_id: Id
    claimant_name: Annotated[str, Text(max=200)]
    asks_first: bool = Field(description="须先经社区同意；事先约定、受邀请的不用")


class ArrangementOut(Out):
    """Who comes without being asked about."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "party_kind": "team",
                    "party_id": "01931f6e-7c1a-7d2e-8f00-0123456789b1",
                    "party": "晨光互助队",
                    "area_id": "01931f6e-7c1a-7d2e-8f00-0123456789b2",
                    "area": "和平社区",
                    "opening_id": None,
                    "title": None,
                    "home_id": "01931f6e-7c1a-7d2e-8f00-0123456789af",
                    "cause": "长期结对看望",
                    "begins_on": "2026-12-01",
                    "ends_on": "2027-06-30",
                    "ended_at": None,
                    "end_reason": None,
                    "holds": True,
                }
            ]
        }
    )

    id: Id
    party_kind: ClaimantKind
    party_id: Id
    party: Annotated[str, Text(max=200)]
    area_id: Id
    area: Annotated[str, Text(max=100)]
    opening_id: Id | None = Field(description="邀请认领的名额")
    title: Annotated[str, Text(max=80)] | None
    home_id: Id | None = Field(description="服务对象")
    cause: Annotated[str, Text(max=200)]
    begins_on: Day
    ends_on: Day
    ended_at: Instant | None
    end_reason: Reason | None
    holds: bool = Field(description="今天有效")
