"""迁居申请: a person asks the community in which they live now to take them in."""

from uuid import UUID

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing
from backend.foundation.paging import Page as Lines
from backend.foundation.refusals import never
from backend.relocations import queries
from backend.relocations import service as relocations
from backend.relocations.queries import RelocationLine
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.relocations import RelocationOut
from web.edge import creates, reads, writes
from web.inputs.common import ReasonIn
from web.inputs.relocations import RelocationIn, RelocationsQuery
from web.lists import relocations_listed

bp = Resource("relocations", tag="迁居")


@bp.post("/me/relocations")
@creates
@bp.input(RelocationIn)
@bp.output(RelocationOut, status_code=201)
@bp.doc(
    summary="申请迁到现在居住的社区",
    description="搬家后由本人提出，新社区同意后生效。志愿者编号、注册日期、积分、星级、以往的服务和所在队伍都不变，以往的统计留在原社区；"
    "已报到的在职党员，原报到随之结束，并向新社区重新申请报到。同时只能有一份在等待答复。",
)
@never(Missing, because="of the reading: it shows what was made just now")
def ask_to_move(actor: Actor, body: RelocationIn) -> RelocationLine:
    return queries.relocation(actor, relocations.ask_to_move(actor, community_id=body.community_id, now=clock.now()))


@bp.get("/relocations")
@reads
@bp.input(RelocationsQuery, location="query")
@bp.output(Page[RelocationOut])
@bp.doc(summary="迁居申请", description="工作人员看到申请迁入自己范围的；本人看到自己的。新的在前；等待答复的用 status=asked。")
def list_relocations(actor: Actor, query: RelocationsQuery) -> Lines[RelocationLine]:
    return relocations_listed(actor, query, clock.now())


@bp.get("/relocations/<uuid:relocation_id>")
@reads
@bp.output(RelocationOut)
@bp.doc(summary="一份迁居申请")
def see_relocation(actor: Actor, relocation_id: UUID) -> RelocationLine:
    return queries.relocation(actor, relocation_id)


@bp.post("/relocations/<uuid:relocation_id>/acceptance")
@writes
@bp.output(RelocationOut)
@bp.doc(summary="同意迁入", description="由新社区的工作人员办理，随即生效；本人和原社区会收到消息。不能办理本人的申请。")
def accept_relocation(actor: Actor, relocation_id: UUID) -> RelocationLine:
    relocations.accept_relocation(actor, relocation_id, now=clock.now())
    return queries.relocation(actor, relocation_id)


@bp.post("/relocations/<uuid:relocation_id>/refusal")
@writes
@bp.input(ReasonIn)
@bp.output(RelocationOut)
@bp.doc(summary="不同意迁入", description="说明理由，本人看得到；登记的社区不变，本人可以重新申请。")
def refuse_relocation(actor: Actor, relocation_id: UUID, body: ReasonIn) -> RelocationLine:
    relocations.refuse_relocation(actor, relocation_id, reason=body.reason, now=clock.now())
    return queries.relocation(actor, relocation_id)


@bp.post("/relocations/<uuid:relocation_id>/withdrawal")
@writes
@bp.output(RelocationOut)
@bp.doc(summary="撤回迁居申请", description="由本人在新社区答复以前撤回。")
def withdraw_relocation(actor: Actor, relocation_id: UUID) -> RelocationLine:
    relocations.withdraw_relocation(actor, relocation_id, now=clock.now())
    return queries.relocation(actor, relocation_id)
