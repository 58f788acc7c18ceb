"""认领: taking a place and giving it back."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from backend.attendance import service as attendance
from backend.attendance.queries import shifts_seen
from backend.demands import queries as demands
from backend.foundation import clock, paging
from backend.foundation.actor import Actor
from backend.foundation.refusals import refuses
from backend.openings import queries
from backend.openings import service as openings
from backend.openings.queries import ClaimLine
from backend.people.service import PersonNeeded
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.claims import ClaimMadeOut, ClaimOut
from web.edge import creates, reads, writes
from web.inputs.common import ReasonIn
from web.inputs.openings import ClaimIn, ClaimsOfDemandQuery, ClaimsQuery, WaitingClaimsQuery
from web.lists import claims_listed

bp = Resource("claims", tag="认领")


@bp.post("/claims")
@creates
@bp.input(ClaimIn)
@bp.output(ClaimMadeOut, status_code=201)
@bp.doc(
    summary="认领一个名额",
    description="由队长代表队伍、工作人员代表社会组织，或报到的在职党员以个人身份认领。一次认领占一个名额。"
    "上门服务须经社区同意：先是 asked，同意后才是 held。",
)
@refuses(PersonNeeded)
def claim_place(actor: Actor, body: ClaimIn) -> ClaimMadeOut:
    made = openings.claim_place(actor, body.role_id, body.claimant(actor), overlap_confirmed=body.overlap_confirmed, now=clock.now())
    return ClaimMadeOut(
        id=made.id,
        opening_id=made.opening_id,
        role_id=made.role_id,
        status=made.status,
        claimant_kind=made.claimant.kind,
        claimant_id=made.claimant.id,
        claimed_at=made.claimed_at,
    )


@bp.get("/claims/waiting")
@reads
@bp.input(WaitingClaimsQuery, location="query")
@bp.output(Page[ClaimOut])
@bp.doc(summary="等待答复的认领", description="本社区上门服务的认领，先提出的在前。服务开始前没有答复的，自动结束。")
def list_waiting_claims(actor: Actor, query: WaitingClaimsQuery) -> paging.Page[ClaimOut]:
    return _page(actor, claims_listed(actor, query, clock.now()))


@bp.post("/claims/<uuid:claim_id>/acceptance")
@writes
@bp.output(ClaimOut)
@bp.doc(summary="同意认领", description="由社区答复；自己或者自己代表的一方提出的，由其他工作人员答复。")
def accept_claim(actor: Actor, claim_id: UUID) -> ClaimOut:
    openings.accept_claim(actor, claim_id, now=clock.now())
    return _one(actor, claim_id)


@bp.post("/claims/<uuid:claim_id>/refusal")
@writes
@bp.input(ReasonIn)
@bp.output(ClaimOut)
@bp.doc(summary="不同意认领", description="名额随即空出；理由给认领方看。")
def refuse_claim(actor: Actor, claim_id: UUID, body: ReasonIn) -> ClaimOut:
    openings.refuse_claim(actor, claim_id, reason=body.reason, now=clock.now())
    return _one(actor, claim_id)


@bp.post("/claims/<uuid:claim_id>/release")
@writes
@bp.input(ReasonIn)
@bp.output(ClaimOut)
@bp.doc(summary="取消认领", description="名额随即空出；还在等待答复的就此撤回。有人正在服务时不能取消；已服务过的，只能取消后面的场次。")
def release_claim(actor: Actor, claim_id: UUID, body: ReasonIn) -> ClaimOut:
    attendance.release_claim(actor, claim_id, reason=body.reason, now=clock.now())
    return _one(actor, claim_id)


@bp.get("/claims/<uuid:claim_id>")
@reads
@bp.output(ClaimOut)
@bp.doc(summary="认领详情")
def see_claim(actor: Actor, claim_id: UUID) -> ClaimOut:
    return _one(actor, claim_id)


@bp.get("/me/claims")
@reads
@bp.input(ClaimsQuery, location="query")
@bp.output(Page[ClaimOut])
@bp.doc(summary="我的认领", description="我带领的队伍、我所在的社会组织和我本人的认领，默认新的在前。")
def list_my_claims(actor: Actor, query: ClaimsQuery) -> paging.Page[ClaimOut]:
    search = query.search(demands.openings_numbered(query.demand_number, query.demand_id), status=query.status)
    return _page(actor, queries.my_claims(actor, search, sort=query.sort, page=query.page, now=clock.now()))


@bp.get("/demands/<uuid:demand_id>/claims")
@reads
@bp.input(ClaimsOfDemandQuery, location="query")
@bp.output(Page[ClaimOut])
@bp.doc(summary="某个需求的认领", description="给社区和申请人看。")
def list_claims_of_demand(actor: Actor, demand_id: UUID, query: ClaimsOfDemandQuery) -> paging.Page[ClaimOut]:
    opening_id = demands.claims_seen(actor, demand_id)
    return _page(actor, queries.claims_of_opening(actor, opening_id, status=query.status, page=query.page, now=clock.now()))


def _page(actor: Actor, page: paging.Page[ClaimLine]) -> paging.Page[ClaimOut]:
    return page.holding(_shown(actor, page.items))


def _one(actor: Actor, claim_id: UUID) -> ClaimOut:
    return _shown(actor, [queries.claim(actor, claim_id, now=clock.now())])[0]


def _shown(actor: Actor, lines: Sequence[ClaimLine]) -> list[ClaimOut]:
    opening_ids = [line.opening_id for line in lines]
    found, shifts = demands.demands_of_openings(opening_ids), shifts_seen(actor, opening_ids, now=clock.now())
    return [
        ClaimOut.model_validate(asdict(line) | {"demand_id": found.get(line.opening_id), "shift_ids": shifts.get(line.opening_id, [])})
        for line in lines
    ]
