"""约定: which team or organisation comes without being asked about, for an elder, an area, or one visit to which it is invited."""

from uuid import UUID

from backend.demands import service as demands
from backend.demands.queries import openings_numbered
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import Page as Lines
from backend.openings import arrangement_queries as queries
from backend.openings import service as openings
from backend.openings.arrangement_queries import ArrangementLine
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.claims import ArrangementOut
from web.edge import creates, reads, writes
from web.inputs.common import ReasonIn
from web.inputs.openings import ArrangementIn, ArrangementsQuery

bp = Resource("arrangements", tag="名额与认领")


@bp.post("/arrangements")
@creates
@bp.input(ArrangementIn)
@bp.output(ArrangementOut, status_code=201)
@bp.doc(
    summary="约定或者邀请认领方",
    description="由社区与队伍或组织约定：长期看望一位服务对象、负责一个社区或网格，或者邀请认领一件需求。其认领不再等待同意；外社区的也可以受邀。"
    "在其他社区报到的在职党员（凭回执编号和姓名），或者一个单位已报到的在职党员，也可以受邀以个人身份认领一件需求。",
)
def make_arrangement(actor: Actor, body: ArrangementIn) -> ArrangementLine:
    now = clock.now()
    return queries.arrangement(actor, demands.arrange(actor, body.wanted(), now=now), now=now)


@bp.get("/arrangements")
@reads
@bp.input(ArrangementsQuery, location="query")
@bp.output(Page[ArrangementOut])
@bp.doc(
    summary="约定名单",
    description="工作人员看到自己范围内的，队长、组织工作人员和单位联络员看到自己一方的，受邀的党员看到自己的；新的在前。",
)
def list_arrangements(actor: Actor, query: ArrangementsQuery) -> Lines[ArrangementLine]:
    search = query.search(openings_numbered(query.demand_number))
    return queries.arrangements(actor, search, for_me=query.for_me, now=clock.now(), page=query.page)


@bp.get("/arrangements/<uuid:arrangement_id>")
@reads
@bp.output(ArrangementOut)
@bp.doc(summary="一项约定")
def see_arrangement(actor: Actor, arrangement_id: UUID) -> ArrangementLine:
    return queries.arrangement(actor, arrangement_id, now=clock.now())


@bp.post("/arrangements/<uuid:arrangement_id>/end")
@writes
@bp.input(ReasonIn)
@bp.output(ArrangementOut)
@bp.doc(summary="结束约定", description="已经认领的不受影响。")
def end_arrangement(actor: Actor, arrangement_id: UUID, body: ReasonIn) -> ArrangementLine:
    now = clock.now()
    openings.end_arrangement(actor, arrangement_id, reason=body.reason, now=now)
    return queries.arrangement(actor, arrangement_id, now=now)
