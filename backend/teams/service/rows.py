"""The team's own row: found for policy, and held for the length of a command.

Lock order of every command: the team, then requests and memberships, then role grants. Whatever changes who belongs to a team or leads
it holds the team first, so commands on one team come one after the other. What touches several teams holds them in order of their ids.
"""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing
from backend.teams.models import Team, TeamStatus


class TeamNameTaken(Conflict):
    """Another team of the community, active or applied for, has this name, or one that looks like it."""

    code: ClassVar[str] = "team_name_taken"
    detail = "本社区已有同名或者看起来一样的志愿服务队"


class TeamNotApplied(Conflict):
    """The application was decided already."""

    code: ClassVar[str] = "team_not_applied"
    detail = "该申请已经处理"


class TeamNotReturned(Conflict):
    """Only an application that was returned can be amended and sent again."""

    code: ClassVar[str] = "team_not_returned"
    detail = "只有被退回的申请才能修改后重新提交"


class TeamNotActive(Conflict):
    """The team does not serve: not yet, or no longer."""

    code: ClassVar[str] = "team_not_active"
    detail = "该志愿服务队目前不在服务中"


def found(team_id: UUID) -> Team:
    """The team of this id, as it is before anything is asked. Raises Missing."""
    team = db.session.scalar(select(Team).where(Team.id == team_id).execution_options(populate_existing=True))
    if team is None:
        raise Missing
    return team


def held(team_id: UUID) -> Team:
    """The team of this id, which nobody else changes until this transaction ends. Raises Missing."""
    team = db.session.scalar(
        select(Team).where(Team.id == team_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    if team is None:
        raise Missing
    return team


def scope_of(team: Team) -> Scope:
    """Where a team belongs: its community, itself, and the person who leads it."""
    return Scope(area_path=team.area_path, team_id=team.id, person_id=team.leader_person_id)


def require(actor: Actor, permission: Permission, team: Team) -> None:
    """Let the permitted pass. An active team is public, so others learn 403; of any other they learn 404 unless they may see it."""
    policy.require(actor, permission, scope_of(team), seen_by=None if team.status is TeamStatus.ACTIVE else Permission.TEAM_SEE)


def require_leading(actor: Actor, team: Team) -> None:
    """Let those pass who take members in: the leader, and where there is none, the community that names one."""
    require(actor, Permission.TEAM_LEAD if team.leader_person_id is not None else Permission.TEAM_HAND_OVER, team)


def require_seen(actor: Actor, team: Team) -> None:
    """Let those pass who may open the team: anybody an active one. Raises Missing."""
    if team.status is not TeamStatus.ACTIVE:
        policy.require_seen(actor, Permission.TEAM_SEE, scope_of(team))


def require_active(team: Team) -> None:
    """Raises TeamNotActive."""
    if team.status is not TeamStatus.ACTIVE:
        raise TeamNotActive
