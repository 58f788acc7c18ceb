"""What statistics may count of teams and their members."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from backend.areas.transfers import lies_as_known, stated_by_area, with_transfers
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
    teams = contribution(
        source_id=Team.id,
        starts_on=Team.founded_on,
        ends_on=written_with(TeamStatus.DISSOLVED, Team.dissolved_on, status, known_at),
        area_path=lies_as_known(Team.id, Team.area_path, known_at),
        dimension=Team.category,
    ).where(status.in_(_STANDING), Team.founded_on.is_not(None))
    return stated_by_area(teams, known_at)


def _memberships(known_at: AsOf) -> Select[Any]:
    status = status_at(Team, TeamChange, known_at)
    dissolved_on = written_with(TeamStatus.DISSOLVED, Team.dissolved_on, status, known_at)
    enters = func.greatest(Membership.joined_on, Team.founded_on)
    leaves = func.least(Membership.left_on, dissolved_on)  # the earlier of the two; null only when both are
    memberships = (
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
    return stated_by_area(memberships, known_at)


_TEAMS = with_transfers(themselves)
_MEMBERSHIPS = with_transfers(facts_of(Membership))
_MEMBERSHIPS_OF_TEAMS = with_transfers(_memberships_of_teams)

TEAMS = Measure(
    name="teams",
    source="志愿服务队登记",
    shape=Shape.INTERVALS,
    contributions=_teams,
    moved_by={"team.activated": _TEAMS, "team.dissolved": _TEAMS, "team.transferred": _TEAMS},
    dimension=CATEGORY,
)
"""Teams, from the day they became active until they are dissolved, in the community in which they were then. The category stands."""

TEAM_MEMBERSHIPS = Measure(
    name="team_memberships",
    source="志愿服务队队员名册",
    shape=Shape.INTERVALS,
    contributions=_memberships,
    moved_by={
        "membership.started": _MEMBERSHIPS,
        "membership.ended": _MEMBERSHIPS,
        "membership.transferred": _MEMBERSHIPS,
        "team.activated": _MEMBERSHIPS_OF_TEAMS,
        "team.dissolved": _MEMBERSHIPS_OF_TEAMS,
    },
    dimension=CATEGORY,
    counts_people=True,
)
"""Memberships, as long as the person belongs to the team and the team stands."""

MEASURES = (TEAMS, TEAM_MEMBERSHIPS)
