"""Teams, their members, and wishes to join."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from backend.foundation.paging import TimeSort
from backend.foundation.terms import Word
from backend.teams.models import JoinStatus, TeamCategory, TeamStatus
from backend.teams.queries import TeamSort
from web.fields import Id, NoNumbers, Prose, Text
from web.inputs.common import OTHER_CAUSE, CausedIn, ReasonIn
from web.shapes import Body, CommunitySought, DaysQuery, ForMe, ListQuery, PersonNamed, Sorted, SpanQuery, TeamSought

TeamName = Annotated[str, Text(max=40, min=2)]
_COMMUNITY = "01931f6e-7c1a-7d2e-8f00-0123456789ac"
_MEMBERSHIP = "01931f6e-7c1a-7d2e-8f00-0123456789ad"
EXAMPLE_PLAN: dict[str, Any] = {
    "name": "和平社区银龄互助队",
    "category": "public_welfare",
    "charter": "定期上门看望独居老人，每月开展一次集中活动。",
}


class TeamPlanIn(Body):
    """What an application says of the team."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_PLAN]})

    name: Annotated[TeamName, NoNumbers] = Field(description="队名，本社区内不能重复")
    category: TeamCategory = Field(description="类别")
    charter: Annotated[Prose, NoNumbers] = Field(description="章程或服务宗旨")


class TeamApplicationIn(TeamPlanIn):
    """An application for a team of a community; who applies becomes its leader."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_PLAN | {"community_id": _COMMUNITY}]})

    community_id: Id = Field(description="所属社区")


class TeamRenamingIn(ReasonIn):
    """Under which name the team goes on, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "和平社区暖心互助队", "reason": "与街道其他队伍同名"}]})

    name: Annotated[TeamName, NoNumbers] = Field(title="新的队名", description="队名，本社区内不能重复")


class TeamReturnCause(Word):
    """Why an application for a team is returned."""

    CHARTER = "charter", "章程或者服务宗旨不完整"
    NAME = "name", "队名不规范或者和已有队伍相近"
    CATEGORY = "category", "类别和服务内容不符"
    COMMUNITY = "community", "应向其他社区申请"
    OTHER = OTHER_CAUSE


class TeamReturnIn(CausedIn[TeamReturnCause]):
    """What is to be amended in an application for a team."""


class DissolutionCause(Word):
    """Why a team is dissolved."""

    ASKED = "asked", "队伍自己提出解散"
    IDLE = "idle", "长期没有开展服务"
    FEW = "few", "队员不足"
    JOINED = "joined", "并入其他队伍"
    OTHER = OTHER_CAUSE


class DissolutionIn(CausedIn[DissolutionCause]):
    """Why a team ends."""


class SuccessorIn(Body):
    """Who is to lead."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"membership_id": _MEMBERSHIP}]})

    membership_id: Id = Field(description="队员列表中的 id")


class JoinIn(Body):
    """A wish to join."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"message": "周末有空，会理发。"}]})

    message: Annotated[str, Text(max=500, multiline=True), NoNumbers] | None = None


class TeamsQuery(SpanQuery):
    """Which teams; the days are those of founding, and of the application where a team was not founded."""

    status: TeamStatus = Field(TeamStatus.ACTIVE, description="服务中的队伍人人可见；其他状态只列出本人可见的")
    community_id: CommunitySought = None
    category: TeamCategory | None = None
    sort: TeamSort = Field(TeamSort.LATEST, description=TeamSort.listed())
    for_me: ForMe = False


class OwnTeamsQuery(ListQuery):
    """One's own teams."""

    sort: TeamSort = Field(TeamSort.LATEST, description=TeamSort.listed())


class JoinRequestsWaitingQuery(DaysQuery):
    """Which wishes to join that wait for an answer; the days are those of asking."""

    team_id: TeamSought = None
    sort: Sorted = TimeSort.EARLIEST


class JoinRequestsQuery(ListQuery):
    """Which wishes to join."""

    sort: Sorted = TimeSort.EARLIEST
    status: JoinStatus = JoinStatus.ASKED


class MembersQuery(SpanQuery):
    """Which members of a team; the days are those of joining."""

    q: PersonNamed = None
