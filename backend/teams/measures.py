"""What statistics may count of teams and their members."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from backend.foundation.measures import Dimension, Measure, Shape, among, contribution, facts_of, themselves
from backend.teams.models import Membership, Team, TeamCategory, TeamStatus

_CATEGORY_NAMES: Mapping[str, str] = {
    TeamCategory.PUBLIC_WELFARE.value: "公益服务",
    TeamCategory.CULTURE_SPORTS.value: "文体活动",
    TeamCategory.CITY_MANAGEMENT.value: "城市管理",
    TeamCategory.LEGAL.value: "法律服务",
    TeamCategory.SKILLS.value: "技能培训",
    TeamCategory.OTHER.value: "其他",
}

CATEGORY = Dimension("类别", lambda: _CATEGORY_NAMES)

_STANDING = Team.status.in_((TeamStatus.ACTIVE, TeamStatus.DISSOLVED))
_ENTERS = func.greatest(Membership.joined_on, Team.founded_on)
_LEAVES = func.least(Membership.left_on, Team.dissolved_on)  # the earlier of the two; null only when both are


def _memberships_of_teams(team_ids: Sequence[UUID]) -> Select[Any]:
    return select(Membership.fact_id).where(among(Membership.team_id, team_ids), Membership.is_current())


TEAMS = Measure(
    name="teams",
    source="志愿服务队登记",
    shape=Shape.INTERVALS,
    contributions=contribution(
        source_id=Team.id, starts_on=Team.founded_on, ends_on=Team.dissolved_on, area_path=Team.area_path, dimension=Team.category
    ).where(_STANDING, Team.founded_on.is_not(None)),
    moved_by={"team.activated": themselves, "team.dissolved": themselves},
    dimension=CATEGORY,
)
"""Teams, from the day they became active until they are dissolved."""

TEAM_MEMBERSHIPS = Measure(
    name="team_memberships",
    source="志愿服务队队员名册",
    shape=Shape.INTERVALS,
    contributions=contribution(
        source_id=Membership.fact_id,
        starts_on=_ENTERS,
        ends_on=_LEAVES,
        area_path=Membership.area_path,
        dimension=Team.category,
        person_id=Membership.person_id,
    )
    .join(Team, Team.id == Membership.team_id)
    .where(Membership.is_current(), _STANDING, Team.founded_on.is_not(None), or_(_LEAVES.is_(None), _LEAVES > _ENTERS)),
    moved_by={
        "membership.started": facts_of(Membership),
        "membership.ended": facts_of(Membership),
        "team.activated": _memberships_of_teams,
        "team.dissolved": _memberships_of_teams,
    },
    dimension=CATEGORY,
    counts_people=True,
)
"""Memberships, as long as the person belongs to the team and the team stands."""

MEASURES = (TEAMS, TEAM_MEMBERSHIPS)
