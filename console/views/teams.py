"""志愿服务队: the lists of them, one team with its members and its history, and what the community decides: whether it serves, under which
name, led by whom, and when it ends."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.areas.queries import communities_in_use
from backend.attendance.service import places_of_team
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal
from backend.foundation.paging import AnyRow, PageRequest
from backend.teams import queries
from backend.teams import service as teams
from backend.teams.models import TeamCategory, TeamStatus
from backend.teams.queries import TeamSort
from backend.teams.service import TeamCommand
from console import things
from console.addresses import TEAMS
from console.asking import About, Asking, Doing, answered, ask, one_of
from console.drawing import done, draw, draw_again
from console.forms import NO_FIELDS, Form
from console.listing import NOTHING, list_reader, with_filters
from console.places import LED
from web.edge import in_steps, reads
from web.inputs.teams import DissolutionIn, MembersQuery, TeamRenamingIn, TeamReturnIn, TeamsQuery
from web.lists import teams_listed

bp = Blueprint("console_teams", __name__)

TO_REVIEW = with_filters(TEAMS, {"status": TeamStatus.APPLIED.value, "for_me": "true"})
WITHOUT_LEADER = with_filters(TEAMS, {"for_me": "true"})
"""The lists of what waits for the community."""
_TEAM = f"{TEAMS}/<uuid:team_id>"
_MOST_STEPS = PageRequest(50)
_MEMBERS = things.Belonging("members", "队员", "入队", head="队长", is_head="is_leader", by_days=True)
_asked = list_reader(TeamsQuery)
_members_asked = list_reader(MembersQuery)


def _return(actor: Actor, team_id: UUID, sent: TeamReturnIn, now: datetime) -> None:
    teams.return_team(actor, team_id, reason=sent.in_words(), now=now)


def _rename(actor: Actor, team_id: UUID, sent: TeamRenamingIn, now: datetime) -> None:
    teams.rename_team(actor, team_id, sent.name, reason=sent.reason, now=now)


def _dissolve(actor: Actor, team_id: UUID, sent: DissolutionIn, now: datetime) -> None:
    teams.dissolve_team(actor, team_id, reason=sent.in_words(), now=now)


_ASKED = {
    "return": Doing(
        TeamCommand.RETURN,
        "退回建队申请",
        "退回后，由申请人修改以后重新提交。申请人会收到消息，看得到理由。",
        "退回",
        Form(TeamReturnIn),
        _return,
    ),
    "renaming": Doing(
        TeamCommand.RENAME,
        "服务队更名",
        "队员、认领和已有的服务不变，以后都显示新的队名；原来的队名留在办理过程里。队长会收到消息。",
        "更名",
        Form(TeamRenamingIn, "name", "reason"),
        _rename,
    ),
    "dissolution": Doing(
        TeamCommand.DISSOLVE,
        "解散服务队",
        "解散以后不能恢复。已有的服务、时长和统计数不变，队员仍是志愿者。队员会收到消息；队长看得到理由。",
        "解散",
        Form(DissolutionIn),
        _dissolve,
    ),
}
"""The end of its address → the command."""
_FOUNDED = (TeamStatus.ACTIVE, TeamStatus.DISSOLVED)
"""Of these the days that are sought are of the founding, of the others of the application."""
_SUCCESSION = Asking(
    TeamCommand.HAND_OVER,
    "指定新队长",
    "从现在起由这名队员带领服务队、接收队员、认领需求。原队长仍是队员。新队长会收到消息。",
    "指定为队长",
    NO_FIELDS,
)


@bp.get(TEAMS)
@reads
def teams_page(actor: Actor) -> Response:
    asked = _asked()
    query = asked.query
    found = NOTHING
    if asked.refusal is None:
        found = teams_listed(actor, query, clock.now())
    return draw(
        "teams/teams.html",
        viewer=actor,
        place=LED,
        found=found,
        statuses=list(TeamStatus),
        founded=_FOUNDED,
        categories=list(TeamCategory),
        sorts=list(TeamSort),
        communities=communities_in_use(queries.areas_looked_after(actor)),
        **asked.shown,
    )


@bp.get(_TEAM)
@reads
def team_page(actor: Actor, team_id: UUID) -> Response:
    return _draw_team(actor, team_id)


@bp.get(f"{_TEAM}/members")
@reads
def team_members_page(actor: Actor, team_id: UUID) -> Response:
    asked, now = _members_asked(), clock.now()
    query = asked.query
    team = queries.team_sheet(actor, team_id)
    found = NOTHING
    if asked.refusal is None:
        found = queries.members_of_team(actor, team_id, search=query.q, days=query.days, now=now, page=query.page)
    may_name = TeamCommand.HAND_OVER in teams.commands_on_team(actor, team_id)
    nameable = queries.fit_to_lead([line.person_id for line in found.items], now=now) if may_name else None
    shown = things.members_of(actor, found, _MEMBERS, nameable=nameable)
    return draw("members.html", **_head(actor, team, _MEMBERS.end), **shown, **asked.shown)


@bp.get(f"{_TEAM}/history")
@reads
def team_history_page(actor: Actor, team_id: UUID) -> Response:
    team = queries.team_sheet(actor, team_id)
    steps = queries.steps_of_team(actor, team_id, page=_MOST_STEPS)
    return draw("history.html", **_head(actor, team, things.HISTORY), steps=steps)


@bp.post(f"{_TEAM}/acceptance")
@in_steps
def submit_team_acceptance(actor: Actor, team_id: UUID) -> Response:
    def accept() -> None:
        teams.accept_team(actor, team_id, now=clock.now())

    return done(accept, to=_address(team_id), again=lambda refusal: _draw_team(actor, team_id, refusal))


@bp.get(f"{_TEAM}/<{one_of(_ASKED)}:step>")
@reads
def team_step_page(actor: Actor, team_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, team_id, _ASKED[step].command))


@bp.post(f"{_TEAM}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_team_step(actor: Actor, team_id: UUID, step: str) -> Response:
    asking = _ASKED[step]
    work = asking.work(actor, team_id)
    return answered(asking, work, to=_address(team_id), about=lambda: _about(actor, team_id, asking.command, refused=True))


@bp.get(f"{_TEAM}/members/<uuid:membership_id>/leadership")
@reads
def team_leadership_page(actor: Actor, team_id: UUID, membership_id: UUID) -> Response:
    return ask(_SUCCESSION, _about_successor(actor, team_id, membership_id))


@bp.post(f"{_TEAM}/members/<uuid:membership_id>/leadership")
@in_steps
def submit_team_leadership(actor: Actor, team_id: UUID, membership_id: UUID) -> Response:
    def hand_over() -> None:
        teams.hand_over(actor, team_id, membership_id=membership_id, now=clock.now())

    def about() -> About:
        return _about_successor(actor, team_id, membership_id, refused=True)

    return answered(_SUCCESSION, hand_over, to=_address(team_id), about=about)


def _address(team_id: UUID) -> str:
    return things.address_of(LED, team_id)


def _head(actor: Actor, team: AnyRow, side: str) -> dict[str, Any]:
    seen = queries.insides_of_team(actor, team)
    sides = {things.FIRST: "概况"}
    sides |= {_MEMBERS.end: _MEMBERS.who} if seen.members else {}
    sides |= {things.HISTORY: "办理过程"} if seen.steps else {}
    return things.head(actor, LED, team.id, called=team.name, status=team.status, sides=sides, side=side)


def _draw_team(actor: Actor, team_id: UUID, refusal: Refusal | None = None) -> Response:
    team = queries.team_sheet(actor, team_id)
    shown: dict[str, Any] = {
        **_head(actor, team, things.FIRST),
        **things.offered(teams.commands_on_team(actor, team_id)),
        "team": team,
        "on_pages": _ASKED,
    }
    return draw_again("teams/team.html", refusal, **shown) if refusal else draw("teams/team.html", **shown)


def _about(actor: Actor, team_id: UUID, command: TeamCommand, *, refused: bool = False) -> About:
    teams.require_team_command(actor, team_id, command, refused=refused)
    team = queries.team_sheet(actor, team_id)
    beside = _ends_with(team_id) if command is TeamCommand.DISSOLVE and team.status is TeamStatus.ACTIVE else ()
    return About(actor, LED, team.name, _address(team_id), beside)


def _about_successor(actor: Actor, team_id: UUID, membership_id: UUID, *, refused: bool = False) -> About:
    about, now = _about(actor, team_id, TeamCommand.HAND_OVER, refused=refused), clock.now()
    try:
        member = queries.member_of_team(actor, team_id, membership_id, now=now)
    except queries.MemberUnknown:
        if refused:  # the team, or they, went meanwhile: the refusal says so
            return about
        raise
    if not refused:
        teams.require_fit_to_lead(member.person_id, now=now)
    return replace(about, beside=[f"新队长：{things.called_in_list(actor, member, _MEMBERS)}"])


def _ends_with(team_id: UUID) -> list[str]:
    ending, places = queries.ending_of_team(team_id), places_of_team(team_id, now=clock.now())
    said = [
        (ending.members, "名队员今天退队"),
        (ending.wishes, "个入队申请不再接收"),
        (places, "个认领取消，名额收回"),
    ]
    return [f"{number}{words}" for number, words in said if number]
