"""What somebody may do with a team as it stands now, beside what its members do: asked once by whoever shows it."""

from enum import StrEnum
from uuid import UUID

from backend.accounts import commands
from backend.accounts.commands import Found
from backend.foundation.actor import Actor
from backend.teams.models import Team, TeamStatus
from backend.teams.service import rows
from backend.teams.service.life import ACCEPT, DISSOLVE, HAND_OVER, RENAME, RETURN, LeaderNotVolunteer
from backend.volunteers import service as volunteers


class TeamCommand(StrEnum):
    """What is done with a team by its community."""

    ACCEPT = "accept"
    RETURN = "return"
    HAND_OVER = "hand_over"
    RENAME = "rename"
    DISSOLVE = "dissolve"


_STEPS = {
    TeamCommand.ACCEPT: (ACCEPT,),
    TeamCommand.RETURN: (RETURN,),
    TeamCommand.HAND_OVER: (HAND_OVER,),
    TeamCommand.RENAME: (RENAME,),
    TeamCommand.DISSOLVE: (DISSOLVE,),
}


def commands_on_team(viewer: Actor, team_id: UUID) -> Found[TeamCommand]:
    """What the viewer may do with a team, and of each what stands in its way now (None: nothing). Raises Missing."""
    return _commands_on(viewer, _seen(viewer, team_id))


def require_team_command(viewer: Actor, team_id: UUID, command: TeamCommand, *, refused: bool) -> None:
    """Let pass who may do this with a team now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and unless it
    was refused already what stands in the way."""
    team = _seen(viewer, team_id)
    commands.require_right(viewer, _STEPS, command, rows.scope_of(team))
    if not refused:
        commands.require_way(_STEPS, command, _commands_on(viewer, team))


def _seen(viewer: Actor, team_id: UUID) -> Team:
    team = rows.found(team_id)
    rows.require_seen(viewer, team)
    return team


def _commands_on(viewer: Actor, team: Team) -> Found[TeamCommand]:
    doable = commands.possible(viewer, _STEPS, team.status, rows.scope_of(team))
    leaves_none = team.status is TeamStatus.APPLIED and doable and not _leader_is_volunteer(team)
    return {command: LeaderNotVolunteer if leaves_none and command is TeamCommand.ACCEPT else None for command in doable}


def _leader_is_volunteer(team: Team) -> bool:
    return team.leader_person_id is not None and volunteers.holds_live_volunteer(team.leader_person_id)
