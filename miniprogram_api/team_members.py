"""Members of a 志愿服务队: who asks to join, who is taken in, who leaves."""

from uuid import UUID

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import AnyRow
from backend.foundation.paging import Page as Rows
from backend.teams import queries, service
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.teams import JoinRequestOut, MemberOut
from web.edge import creates, reads, writes
from web.inputs.common import ReasonIn
from web.inputs.teams import JoinIn, JoinRequestsQuery, JoinRequestsWaitingQuery, MembersQuery
from web.shapes import TimedQuery

bp = Resource("team_members", tag="志愿服务队")


@bp.post("/teams/<uuid:team_id>/join-requests")
@creates
@bp.input(JoinIn)
@bp.output(JoinRequestOut, status_code=201)
@bp.doc(summary="申请加入志愿服务队", description="申请人须是注册志愿者；可以同时加入几个队。")
def ask_to_join(actor: Actor, team_id: UUID, body: JoinIn) -> AnyRow:
    now = clock.now()
    return queries.wish(actor, service.ask_to_join(actor, team_id, message=body.message, now=now), now=now)


@bp.get("/teams/<uuid:team_id>/join-requests")
@reads
@bp.input(JoinRequestsQuery, location="query")
@bp.output(Page[JoinRequestOut])
@bp.doc(summary="入队申请列表", description="队长和社区可见，默认列出待处理的；成年人的姓名，队长看到全称。")
def list_join_requests(actor: Actor, team_id: UUID, query: JoinRequestsQuery) -> Rows[AnyRow]:
    return queries.wishes_of_team(actor, team_id, query.status, sort=query.sort, page=query.page, now=clock.now())


@bp.get("/join-requests/waiting")
@reads
@bp.input(JoinRequestsWaitingQuery, location="query")
@bp.output(Page[JoinRequestOut])
@bp.doc(summary="等我答复的入队申请", description="我带领的所有队伍的，默认先申请的在前；没有队长的队伍由社区答复。")
def list_waiting_join_requests(actor: Actor, query: JoinRequestsWaitingQuery) -> Rows[AnyRow]:
    return queries.wishes_waiting(actor, team_id=query.team_id, days=query.days, sort=query.sort, page=query.page, now=clock.now())


@bp.get("/me/join-requests")
@reads
@bp.input(TimedQuery, location="query")
@bp.output(Page[JoinRequestOut])
@bp.doc(summary="我的入队申请")
def list_my_join_requests(actor: Actor, query: TimedQuery) -> Rows[AnyRow]:
    return queries.own_wishes(actor, sort=query.sort, page=query.page, now=clock.now())


@bp.post("/teams/<uuid:team_id>/join-requests/<uuid:request_id>/acceptance")
@writes
@bp.output(JoinRequestOut)
@bp.doc(summary="同意入队", description="由队长办理。")
def accept_member(actor: Actor, team_id: UUID, request_id: UUID) -> AnyRow:
    service.accept_member(actor, team_id, request_id, now=clock.now())
    return queries.wish(actor, request_id, now=clock.now())


@bp.post("/teams/<uuid:team_id>/join-requests/<uuid:request_id>/refusal")
@writes
@bp.input(ReasonIn)
@bp.output(JoinRequestOut)
@bp.doc(summary="不同意入队", description="由队长办理，须写明理由。")
def refuse_member(actor: Actor, team_id: UUID, request_id: UUID, body: ReasonIn) -> AnyRow:
    service.refuse_member(actor, team_id, request_id, reason=body.reason, now=clock.now())
    return queries.wish(actor, request_id, now=clock.now())


@bp.post("/teams/<uuid:team_id>/join-requests/<uuid:request_id>/withdrawal")
@writes
@bp.output(JoinRequestOut)
@bp.doc(summary="撤回入队申请", description="由申请人本人办理。")
def withdraw_join_request(actor: Actor, team_id: UUID, request_id: UUID) -> AnyRow:
    service.withdraw_wish(actor, team_id, request_id, now=clock.now())
    return queries.wish(actor, request_id, now=clock.now())


@bp.get("/teams/<uuid:team_id>/members")
@reads
@bp.input(MembersQuery, location="query")
@bp.output(Page[MemberOut])
@bp.doc(summary="队员列表", description="队长和社区可见；成年人的姓名，队长看到全称，其他人看到的隐去部分文字。")
def list_members(actor: Actor, team_id: UUID, query: MembersQuery) -> Rows[AnyRow]:
    return queries.members_of_team(actor, team_id, search=query.q, days=query.days, now=clock.now(), page=query.page)


@bp.post("/teams/<uuid:team_id>/members/<uuid:membership_id>/removal")
@writes
@bp.input(ReasonIn)
@bp.output(None)
@bp.doc(summary="请队员退队", description="由队长办理，须写明理由。")
def remove_member(actor: Actor, team_id: UUID, membership_id: UUID, body: ReasonIn) -> None:
    service.remove_member(actor, team_id, membership_id, reason=body.reason, now=clock.now())


@bp.post("/teams/<uuid:team_id>/departure")
@writes
@bp.output(None)
@bp.doc(summary="退出志愿服务队", description="队长须先指定新队长。")
def leave_team(actor: Actor, team_id: UUID) -> None:
    service.leave_team(actor, team_id, now=clock.now())
