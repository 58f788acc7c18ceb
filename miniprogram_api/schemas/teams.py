"""Shapes of teams, their members, and wishes to join."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from backend.teams.models import JoinStatus, TeamCategory, TeamStatus
from miniprogram_api.contract import Body, Day, Id, Instant, ListQuery, NoNumbers, Out, Prose, Text

TeamName = Annotated[str, Text(max=40, min=2)]

_TEAM = "01931f6e-7c1a-7d2e-8f00-0123456789ab"
_COMMUNITY = "01931f6e-7c1a-7d2e-8f00-0123456789ac"
_MEMBERSHIP = "01931f6e-7c1a-7d2e-8f00-0123456789ad"
_REQUEST = "01931f6e-7c1a-7d2e-8f00-0123456789ae"
_PLAN: dict[str, Any] = {
    "name": "和平社区银龄互助队",
    "category": "public_welfare",
    "charter": "定期上门看望独居老人，每月开展一次集中活动。",
}
_LINE: dict[str, Any] = {
    "id": _TEAM,
    "name": _PLAN["name"],
    "category": _PLAN["category"],
    "community_id": _COMMUNITY,
    "community_name": "和平社区",
    "leader_name": "张*",
    "status": "active",
    "applied_at": "2026-03-02T10:00:00+08:00",
    "founded_on": "2026-03-05",
    "member_count": 23,
}


class TeamPlanIn(Body):
    """What an application says of the team."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PLAN]})

    name: Annotated[TeamName, NoNumbers] = Field(description="队名，本社区内不能重复")
    category: TeamCategory = Field(description="类别")
    charter: Annotated[Prose, NoNumbers] = Field(description="章程或服务宗旨")


class TeamApplicationIn(TeamPlanIn):
    """An application for a team of a community; who applies becomes its leader."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PLAN | {"community_id": _COMMUNITY}]})

    community_id: Id = Field(description="所属社区")


class SuccessorIn(Body):
    """Who is to lead."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"membership_id": _MEMBERSHIP}]})

    membership_id: Id = Field(description="队员列表中的 id")


class JoinIn(Body):
    """A wish to join."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"message": "周末有空，会理发。"}]})

    message: Annotated[str, Text(max=500, multiline=True), NoNumbers] | None = None


class TeamsQuery(ListQuery):
    """Which teams."""

    status: TeamStatus = Field(TeamStatus.ACTIVE, description="服务中的队伍人人可见；其他状态只列出本人可见的")
    community_id: Id | None = None
    category: TeamCategory | None = None


class JoinRequestsQuery(ListQuery):
    """Which wishes to join."""

    status: JoinStatus = JoinStatus.ASKED


class TeamLineOut(Out):
    """One team in a list."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    id: Id
    name: str
    category: TeamCategory
    community_id: Id
    community_name: str
    leader_name: str = Field(description="队长姓名，已脱敏")
    status: TeamStatus
    applied_at: Instant
    founded_on: Day | None = Field(description="社区同意成立的日期")
    member_count: int


class TeamOut(TeamLineOut):
    """One team."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE | {"charter": _PLAN["charter"], "dissolved_on": None, "reason": None}]})

    charter: str
    dissolved_on: Day | None
    reason: str | None = Field(description="退回或解散的理由")


class MemberOut(Out):
    """One member of a team."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": _MEMBERSHIP, "name": "李*", "joined_on": "2026-03-09", "is_leader": False}]}
    )

    id: Id
    name: str = Field(description="姓名，已脱敏")
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
                    "team_name": _PLAN["name"],
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
    name: str = Field(description="申请人姓名，已脱敏")
    message: str | None
    status: JoinStatus
    asked_at: Instant
    decided_at: Instant | None
    reason: str | None = Field(description="不同意的理由")
