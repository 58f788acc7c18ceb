"""服务需求: asked for, decided on by the community, completed or called off."""

from uuid import UUID

from backend import brands
from backend.demands import queries
from backend.demands import service as demands
from backend.demands.queries import ChangeLine, DemandLine, DemandNear, DemandSearch, DemandView
from backend.demands.service import (
    RevealedBeneficiary,
)
from backend.foundation import clock, paging
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing
from backend.foundation.life import StepLine
from backend.foundation.paging import PageRequest
from backend.foundation.refusals import never
from miniprogram_api.contract import Page, Resource, revalidated
from miniprogram_api.schemas.demands import (
    BeneficiaryOut,
    BrandsOut,
    DemandLineOut,
    DemandNearOut,
    DemandOut,
    DemandStepOut,
    PublicationChangeOut,
)
from web.edge import creates, reads, writes
from web.inputs.common import ReasonIn
from web.inputs.demands import (
    AmendmentIn,
    DemandIn,
    DemandsAroundIn,
    DemandsInCareQuery,
    MyDemandsQuery,
    OpenDemandsQuery,
    PublicationAgainIn,
    PublicationChangeIn,
    PublicationIn,
)
from web.lists import demands_listed
from web.routes import told_once
from web.shapes import ListQuery

bp = Resource("demands", tag="服务需求")


@bp.get("/brands")
@reads
@revalidated
@bp.output(BrandsOut)
@bp.doc(summary="服务品牌")
def list_brands(actor: Actor) -> dict[str, object]:  # noqa: ARG001 - every account may see the catalogue
    return {"items": list(brands.current().values())}


@bp.post("/demands")
@creates
@bp.input(DemandIn)
@bp.output(DemandOut, status_code=201)
@bp.doc(summary="提交服务需求", description="居民为自己或亲属提交；网格员和工作人员可代为提交。上门服务须填写服务对象，住址加密保存。")
@never(Missing, because="it shows what was made just now")
def submit_demand(actor: Actor, body: DemandIn) -> DemandView:
    now = clock.now()
    return queries.demand(actor, demands.submit_demand(actor, body.demand(), now=now), now=now)


@bp.get("/demands")
@reads
@bp.input(OpenDemandsQuery, location="query")
@bp.output(Page[DemandLineOut])
@bp.doc(summary="已发布的服务需求", description="q 查编号和标题，since、until 为服务开始的日期；默认新发布的在前。")
def list_open_demands(actor: Actor, query: OpenDemandsQuery) -> paging.Page[DemandLine]:
    return queries.open_demands(actor, query.search, sort=query.sort, with_room=query.with_room, now=clock.now(), page=query.page)


@bp.post("/demands/nearby")
@writes
@bp.input(DemandsAroundIn)
@bp.output(Page[DemandNearOut])
@bp.doc(
    summary="附近的服务需求",
    description="已发布、还没结束的，近的在前；上门服务没有公开的位置，不在其中。所在位置只写在请求的内容里，用后不留。",
)
def find_demands_nearby(actor: Actor, body: DemandsAroundIn) -> paging.Page[DemandNear]:
    search, page = DemandSearch(q=body.q, brand=body.brand), PageRequest(body.limit, body.cursor)
    return queries.demands_around(actor, body.around(), search, with_room=body.with_room, now=clock.now(), page=page)


@bp.get("/demands/in-care")
@reads
@bp.input(DemandsInCareQuery, location="query")
@bp.output(Page[DemandLineOut])
@bp.doc(summary="本社区的服务需求", description="默认是待审核的，先提交的在前；since、until 为提交的日期。")
def list_demands_in_care(actor: Actor, query: DemandsInCareQuery) -> paging.Page[DemandLine]:
    return demands_listed(actor, query, clock.now())


@bp.get("/me/demands")
@reads
@bp.input(MyDemandsQuery, location="query")
@bp.output(Page[DemandLineOut])
@bp.doc(summary="我提交的服务需求", description="包括替别人提交的和别人替我提交的；since、until 为提交的日期。")
def list_my_demands(actor: Actor, query: MyDemandsQuery) -> paging.Page[DemandLine]:
    return queries.my_demands(
        actor, query.search, status=query.status, sort=query.sort, for_me=query.for_me, now=clock.now(), page=query.page
    )


@bp.get("/demands/<uuid:demand_id>")
@reads
@bp.output(DemandOut)
@bp.doc(summary="服务需求详情")
def see_demand(actor: Actor, demand_id: UUID) -> DemandView:
    return queries.demand(actor, demand_id, now=clock.now())


@bp.post("/demands/<uuid:demand_id>/publication")
@writes
@bp.input(PublicationIn)
@bp.output(DemandOut)
@bp.doc(summary="发布服务需求", description="社区确定名额和服务时间，场次随之建立。上门服务不登记坐标。")
def publish_demand(actor: Actor, demand_id: UUID, body: PublicationIn) -> DemandView:
    now = clock.now()
    demands.publish_demand(actor, demand_id, body.publication(), now=now)
    return queries.demand(actor, demand_id, now=now)


@bp.post("/demands/<uuid:demand_id>/publication-again")
@creates
@bp.input(PublicationAgainIn)
@bp.output(DemandOut, status_code=201)
@bp.doc(
    summary="再次发布",
    description="由已办结、已取消或者未开展的需求再发布一件新的，编号另给；除服务时间外，没有填的都和原来一样。申请人会收到消息。",
)
def publish_demand_again(actor: Actor, demand_id: UUID, body: PublicationAgainIn) -> DemandView:
    now = clock.now()
    return queries.demand(actor, demands.publish_again(actor, demand_id, body.publication(), now=now), now=now)


@bp.post("/demands/<uuid:demand_id>/changes")
@creates
@bp.input(PublicationChangeIn)
@bp.output(DemandOut, status_code=201)
@bp.doc(
    summary="改动已发布的服务需求",
    description="改时间、名额、每个名额的人数、标题和公布的说明；只填要改的。认领保持不变，已认领和已申请的一方都会收到消息，去不了的可以取消认领。",
)
def change_demand(actor: Actor, demand_id: UUID, body: PublicationChangeIn) -> DemandView:
    now = clock.now()
    demands.change_demand(actor, demand_id, body.change(), now=now)
    return queries.demand(actor, demand_id, now=now)


@bp.get("/demands/<uuid:demand_id>/changes")
@reads
@bp.input(ListQuery, location="query")
@bp.output(Page[PublicationChangeOut])
@bp.doc(summary="发布以后的改动", description="改动前后的内容和原因，人人可见；最近的在前。")
def list_changes_of_demand(actor: Actor, demand_id: UUID, query: ListQuery) -> paging.Page[ChangeLine]:
    return queries.changes_of_demand(actor, demand_id, page=query.page)


@bp.post("/demands/<uuid:demand_id>/return")
@writes
@bp.input(ReasonIn)
@bp.output(DemandOut)
@bp.doc(summary="退回服务需求")
def return_demand(actor: Actor, demand_id: UUID, body: ReasonIn) -> DemandView:
    now = clock.now()
    demands.return_demand(actor, demand_id, reason=body.reason, now=now)
    return queries.demand(actor, demand_id, now=now)


@bp.post("/demands/<uuid:demand_id>/submission")
@writes
@bp.input(AmendmentIn)
@bp.output(DemandOut)
@bp.doc(
    summary="修改被退回的需求并重新提交",
    description="只填要改的；编号不变。由申请人或者其代办人办理，网格员和工作人员代为填写的由社区办理。",
)
def amend_demand(actor: Actor, demand_id: UUID, body: AmendmentIn) -> DemandView:
    now = clock.now()
    demands.amend_demand(actor, demand_id, body.amendment(), now=now)
    return queries.demand(actor, demand_id, now=now)


@bp.get("/demands/<uuid:demand_id>/steps")
@reads
@bp.input(ListQuery, location="query")
@bp.output(Page[DemandStepOut])
@bp.doc(
    summary="服务需求的办理过程",
    description="每一步的时间和理由，例如历次退回的原因；最近的在前。给社区、申请人和认领已获同意的一方看。",
)
def list_steps_of_demand(actor: Actor, demand_id: UUID, query: ListQuery) -> paging.Page[StepLine]:
    return queries.steps_of_demand(actor, demand_id, page=query.page)


@bp.post("/demands/<uuid:demand_id>/withdrawal")
@writes
@bp.output(DemandOut)
@bp.doc(summary="撤回服务需求", description="发布之前，由申请人撤回；被退回的也可以撤回。")
def withdraw_demand(actor: Actor, demand_id: UUID) -> DemandView:
    now = clock.now()
    demands.withdraw_demand(actor, demand_id, now=now)
    return queries.demand(actor, demand_id, now=now)


@bp.post("/demands/<uuid:demand_id>/cancellation")
@writes
@bp.input(ReasonIn)
@bp.output(DemandOut)
@bp.doc(summary="取消已发布的服务需求", description="场次随之取消，认领全部取消，名额收回。已有人签到的、服务时间已过的不能取消。")
def cancel_demand(actor: Actor, demand_id: UUID, body: ReasonIn) -> DemandView:
    now = clock.now()
    demands.cancel_demand(actor, demand_id, reason=body.reason, now=now)
    return queries.demand(actor, demand_id, now=now)


@bp.post("/demands/<uuid:demand_id>/not-carried-out")
@writes
@bp.input(ReasonIn)
@bp.output(DemandOut)
@bp.doc(
    summary="登记为未开展",
    description="服务时间已过、没有服务记录的需求，由社区说明原因；认领保持不变，以往的统计数不变。没有登记的，到期自动办结或者登记为未开展。",
)
def mark_not_carried_out(actor: Actor, demand_id: UUID, body: ReasonIn) -> DemandView:
    now = clock.now()
    demands.mark_not_carried_out(actor, demand_id, reason=body.reason, now=now)
    return queries.demand(actor, demand_id, now=now)


@bp.post("/demands/<uuid:demand_id>/completion")
@writes
@bp.output(DemandOut)
@bp.doc(summary="办结服务需求", description="须至少有一条已确认的服务记录。晚霞心愿在第一条记录确认后自动办结。")
def complete_demand(actor: Actor, demand_id: UUID) -> DemandView:
    now = clock.now()
    demands.complete_demand(actor, demand_id, now=now)
    return queries.demand(actor, demand_id, now=now)


@bp.post("/demands/<uuid:demand_id>/beneficiary/reveals")
@creates
@told_once
@bp.output(BeneficiaryOut, status_code=201)
@bp.doc(
    summary="查看服务对象的住址和电话",
    description="只给本社区和认领已获同意的一方看，临近上门时开放，服务结束后不再显示；每次查看都有记录，一小时内的次数有限。",
)
def disclose_visited(actor: Actor, demand_id: UUID) -> RevealedBeneficiary:
    return demands.reveal_beneficiary(actor, demand_id, now=clock.now())


@bp.get("/demands/<uuid:demand_id>/beneficiary")
@reads
@told_once
@bp.output(BeneficiaryOut)
@bp.doc(
    summary="服务对象的住址和电话",
    description="请改用 POST /demands/{demand_id}/beneficiary/reveals：查看会留下记录，不应由浏览器、代理自动重发。两者的规则相同。",
    deprecated=True,
)
def reveal_beneficiary(actor: Actor, demand_id: UUID) -> RevealedBeneficiary:
    return demands.reveal_beneficiary(actor, demand_id, now=clock.now())
