"""What statistics may count of teams and their members."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from backend.foundation.database import one_of
from backend.foundation.life import status_at, written_with
from backend.foundation.measures import AsOf, Dimension, Measure, Shape, contribution, facts_of, themselves
from backend.teams.models import Membership, Team, TeamCategory, TeamChange, TeamStatus

CATEGORY = Dimension("类别", TeamCategory.names)

_STANDING = (TeamStatus.ACTIVE, TeamStatus.DISSOLVED)


def _memberships_of_teams(team_ids: Sequence[UUID]) -> Select[Any]:
    return select(Membership.fact_id).where(one_of(Membership.team_id, team_ids), Membership.is_current())


def _teams(known_at: AsOf) -> Select[Any]:
    status = status_at(Team, TeamChange, known_at)
    return contribution(
        source_id=Team.id,
        starts_on=Team.founded_on,
        ends_on=written_with(TeamStatus.DISSOLVED, Team.dissolved_on, status, known_at),
        area_path=Team.area_path,
        dimension=Team.category,
    ).where(status.in_(_STANDING), Team.founded_on.is_not(None))


def _memberships(known_at: AsOf) -> Select[Any]:
    status = status_at(Team, TeamChange, known_at)
    dissolved_on = written_with(TeamStatus.DISSOLVED, Team.dissolved_on, status, known_at)
    enters = func.greatest(Membership.joined_on, Team.founded_on)
    leaves = func.least(Membership.left_on, dissolved_on)  # the earlier of the two; null only when both are
    return (
        contribution(
            source_id=Membership.fact_id,
            starts_on=enters,
            ends_on=leaves,
            area_path=Membership.area_path,
            dimension=Team.category,
            person_id=Membership.person_id,
        )
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.known_at(known_at), status.in_(_STANDING), Team.founded_on.is_not(None), or_(leaves.is_(None), leaves > enters))
    )


TEAMS = Measure(
    name="teams",
    source="志愿服务队登记",
    shape=Shape.INTERVALS,
    contributions=_teams,
    moved_by={"team.activated": themselves, "team.dissolved": themselves},
    dimension=CATEGORY,
)
"""Teams, from the day they became active until they are dissolved. Category and community stand from that day on."""

TEAM_MEMBERSHIPS = Measure(
    name="team_memberships",
    source="志愿服务队队员名册",
    shape=Shape.INTERVALS,
    contributions=_memberships,
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
