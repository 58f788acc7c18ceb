"""Shapes of teams, their members, and wishes to join."""

from typing import Any

from pydantic import ConfigDict, Field

from backend.teams.models import JoinStatus, TeamCategory, TeamStatus
from miniprogram_api.contract import Out
from web.fields import Day, Id, Instant
from web.inputs.teams import EXAMPLE_PLAN

_TEAM = "01931f6e-7c1a-7d2e-8f00-0123456789ab"
_COMMUNITY = "01931f6e-7c1a-7d2e-8f00-0123456789ac"
_MEMBERSHIP = "01931f6e-7c1a-7d2e-8f00-0123456789ad"
_REQUEST = "01931f6e-7c1a-7d2e-8f00-0123456789ae"
_LINE: dict[str, Any] = {
    "id": _TEAM,
    "name": EXAMPLE_PLAN["name"],
    "category": EXAMPLE_PLAN["category"],
    "community_id": _COMMUNITY,
    "community_name": "和平社区",
    "leader_name": "张*",
    "status": "active",
    "applied_at": "2026-03-02T10:00:00+08:00",
    "founded_on": "2026-03-05",
    "member_count": 23,
}


class TeamLineOut(Out):
    """One team in a list."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    id: Id
    name: str
    category: TeamCategory
    community_id: Id
    community_name: str
    leader_name: str | None = Field(description="队长姓名，已脱敏；没有队长时为空，由社区指定")
    status: TeamStatus
    applied_at: Instant
    founded_on: Day | None = Field(description="社区同意成立的日期")
    member_count: int


class OwnTeamOut(TeamLineOut):
    """A team of one's own."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE | {"leading": True}]})

    leading: bool = Field(description="我是队长")


class TeamOut(TeamLineOut):
    """One team."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_LINE | {"charter": EXAMPLE_PLAN["charter"], "dissolved_on": None, "reason": None}]}
    )

    charter: str
    dissolved_on: Day | None
    reason: str | None = Field(description="退回或解散的理由")


class MemberOut(Out):
    """One member of a team."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": _MEMBERSHIP, "name": "李*", "joined_on": "2026-03-09", "is_leader": False}]}
    )

    id: Id
    name: str = Field(description="姓名；队长看到成年人的全称，其他人看到的隐去部分文字")
    joined_on: Day
    is_leader: bool


class JoinRequestOut(Out):
    """One wish to join, and what became of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _REQUEST,
                    "team_id": _TEAM,
                    "team_name": EXAMPLE_PLAN["name"],
                    "name": "李*",
                    "message": "周末有空，会理发。",
                    "status": "asked",
                    "asked_at": "2026-03-08T19:30:00+08:00",
                    "decided_at": None,
                    "reason": None,
                }
            ]
        }
    )

    id: Id
    team_id: Id
    team_name: str
    name: str = Field(description="申请人姓名；本人看到全称，队长看到成年人的全称，其他人看到的隐去部分文字")
    message: str | None
    status: JoinStatus
    asked_at: Instant
    decided_at: Instant | None
    reason: str | None = Field(description="不同意的理由")


class TeamStepOut(Out):
    """A step in the life of a team."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01931f6e-7c1a-7d2e-8f00-0123456789b7",
                    "at": "2026-03-03T15:00:00+08:00",
                    "from_status": "applied",
                    "to_status": "returned",
                    "reason": "章程不全",
                }
            ]
        }
    )

    id: Id
    at: Instant
    from_status: TeamStatus | None
    to_status: TeamStatus
    reason: str | None
