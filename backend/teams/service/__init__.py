"""Commands on teams, by noun: the life of a team, and its members."""

from backend.teams.service.commands import TeamCommand, commands_on_team, require_team_command
from backend.teams.service.former import end_for_former_volunteers
from backend.teams.service.life import (
    TeamPlan,
    accept_team,
    amend_application,
    apply_for_team,
    dissolve_team,
    hand_over,
    let_lead,
    rename_team,
    require_fit_to_lead,
    return_team,
)
from backend.teams.service.members import (
    accept_member,
    ask_to_join,
    leave_team,
    refuse_member,
    remove_member,
    require_to_answer,
    withdraw_wish,
)
from backend.teams.service.transfers import hand_on_teams
