"""志愿服务队: applied for, reviewed by the community, led, dissolved."""

from uuid import UUID

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing
from backend.foundation.life import StepLine
from backend.foundation.paging import AnyRow
from backend.foundation.paging import Page as Rows
from backend.foundation.refusals import never
from backend.teams import queries, service
from backend.teams.service import (
    TeamPlan,
)
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.teams import OwnTeamOut, TeamLineOut, TeamOut, TeamStepOut
from web.edge import creates, reads, writes
from web.inputs.common import ReasonIn
from web.inputs.teams import OwnTeamsQuery, SuccessorIn, TeamApplicationIn, TeamPlanIn, TeamRenamingIn, TeamsQuery
from web.shapes import ListQuery

bp = Resource("teams", tag="志愿服务队")


@bp.post("/teams")
@creates
@bp.input(TeamApplicationIn)
@bp.output(TeamOut, status_code=201)
@bp.doc(summary="申请成立志愿服务队", description="申请人须是注册志愿者，成立后担任队长。")
@never(Missing, because="it shows what was made just now")
def apply_for_team(actor: Actor, body: TeamApplicationIn) -> AnyRow:
    team_id = service.apply_for_team(actor, _plan(body), community_id=body.community_id, now=clock.now())
    return queries.team_sheet(actor, team_id)


@bp.get("/teams")
@reads
@bp.input(TeamsQuery, location="query")
@bp.output(Page[TeamLineOut])
@bp.doc(summary="志愿服务队列表", description="社区用 status=applied 查看待审核的申请。")
def list_teams(actor: Actor, query: TeamsQuery) -> Rows[AnyRow]:
    return queries.teams_of_status(
        actor,
        query.status,
        search=query.q,
        community_id=query.community_id,
        category=query.category,
        days=query.days,
        sort=query.sort,
        for_me=query.for_me,
        page=query.page,
    )


@bp.get("/teams/<uuid:team_id>")
@reads
@bp.output(TeamOut)
@bp.doc(summary="志愿服务队详情")
def show_team(actor: Actor, team_id: UUID) -> AnyRow:
    return queries.team_sheet(actor, team_id)


@bp.get("/teams/<uuid:team_id>/steps")
@reads
@bp.input(ListQuery, location="query")
@bp.output(Page[TeamStepOut])
@bp.doc(summary="志愿服务队的办理过程", description="每一步的时间和理由，最近的在前。给社区和队长看。")
def list_steps_of_team(actor: Actor, team_id: UUID, query: ListQuery) -> Rows[StepLine]:
    return queries.steps_of_team(actor, team_id, page=query.page)


@bp.get("/me/teams")
@reads
@bp.input(OwnTeamsQuery, location="query")
@bp.output(Page[OwnTeamOut])
@bp.doc(summary="我的志愿服务队", description="我加入的、带领的和申请成立的。")
def list_my_teams(actor: Actor, query: OwnTeamsQuery) -> Rows[AnyRow]:
    return queries.teams_of_person(actor.person_id, sort=query.sort, page=query.page)


@bp.post("/teams/<uuid:team_id>/application")
@writes
@bp.input(TeamPlanIn)
@bp.output(TeamOut)
@bp.doc(summary="修改被退回的申请并重新提交")
def amend_team_application(actor: Actor, team_id: UUID, body: TeamPlanIn) -> AnyRow:
    service.amend_application(actor, team_id, _plan(body), now=clock.now())
    return queries.team_sheet(actor, team_id)


@bp.post("/teams/<uuid:team_id>/acceptance")
@writes
@bp.output(TeamOut)
@bp.doc(summary="同意成立志愿服务队", description="由社区办理；申请人成为第一名队员并担任队长。")
def accept_team(actor: Actor, team_id: UUID) -> AnyRow:
    service.accept_team(actor, team_id, now=clock.now())
    return queries.team_sheet(actor, team_id)


@bp.post("/teams/<uuid:team_id>/return")
@writes
@bp.input(ReasonIn)
@bp.output(TeamOut)
@bp.doc(summary="退回成立申请", description="由社区办理，须写明理由；申请人可以修改后重新提交。")
def return_team(actor: Actor, team_id: UUID, body: ReasonIn) -> AnyRow:
    service.return_team(actor, team_id, reason=body.reason, now=clock.now())
    return queries.team_sheet(actor, team_id)


@bp.post("/teams/<uuid:team_id>/successor")
@writes
@bp.input(SuccessorIn)
@bp.output(TeamOut)
@bp.doc(summary="指定新队长", description="由队长办理；队长无法办理时由社区指定。原队长仍是队员。")
def name_successor(actor: Actor, team_id: UUID, body: SuccessorIn) -> AnyRow:
    service.hand_over(actor, team_id, membership_id=body.membership_id, now=clock.now())
    return queries.team_sheet(actor, team_id)


@bp.post("/teams/<uuid:team_id>/renaming")
@writes
@bp.input(TeamRenamingIn)
@bp.output(TeamOut)
@bp.doc(summary="服务队更名", description="由社区办理，须写明理由；队员、认领和已有的服务不变，显示新名称。")
def rename_team(actor: Actor, team_id: UUID, body: TeamRenamingIn) -> AnyRow:
    service.rename_team(actor, team_id, body.name, reason=body.reason, now=clock.now())
    return queries.team_sheet(actor, team_id)


@bp.post("/teams/<uuid:team_id>/dissolution")
@writes
@bp.input(ReasonIn)
@bp.output(TeamOut)
@bp.doc(summary="解散志愿服务队", description="由社区办理，须写明理由；全体队员当日退队。")
def dissolve_team(actor: Actor, team_id: UUID, body: ReasonIn) -> AnyRow:
    service.dissolve_team(actor, team_id, reason=body.reason, now=clock.now())
    return queries.team_sheet(actor, team_id)


def _plan(body: TeamPlanIn) -> TeamPlan:
    return TeamPlan(name=body.name, category=body.category, charter=body.charter)
