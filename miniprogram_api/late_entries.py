"""补录活动: past activities that nobody published, entered by one officer and decided on by another."""

from uuid import UUID

from backend.foundation import clock, paging
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing
from backend.foundation.paging import AnyRow
from backend.foundation.refusals import never
from backend.late_entries import queries, service
from backend.late_entries.queries import LateEntryDetails
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.late_entries import LateEntryLineOut, LateEntryOut
from web.edge import creates, reads, writes
from web.inputs.common import ReasonIn
from web.inputs.late_entries import LateEntriesQuery, LateEntryIn

bp = Resource("late_entries", tag="服务记录")


@bp.get("/late-entries")
@reads
@bp.input(LateEntriesQuery, location="query")
@bp.output(Page[LateEntryLineOut])
@bp.doc(summary="补录的活动", description="本辖区的，新填写的在前；等待审批的用 status=submitted。")
def list_late_entries(actor: Actor, query: LateEntriesQuery) -> paging.Page[AnyRow]:
    return queries.late_entries(actor, status=query.status, page=query.page)


@bp.post("/late-entries")
@creates
@bp.input(LateEntryIn)
@bp.output(LateEntryOut, status_code=201)
@bp.doc(
    summary="补录一次未发布的活动",
    description="由社区填写原因、证明和参加服务的志愿者，另一位工作人员批准后计入。不能补录本人参加的活动；结束太久的不能补录。",
)
@never(Missing, because="it shows what was made just now")
def enter_late(actor: Actor, body: LateEntryIn) -> LateEntryOut:
    people = [line.served() for line in body.served]
    entry_id = service.enter(actor, body.activity(), people, community_id=body.community_id, now=clock.now())
    return _details(queries.late_entry(actor, entry_id))


@bp.get("/late-entries/<uuid:entry_id>")
@reads
@bp.output(LateEntryOut)
@bp.doc(summary="一次补录的活动", description="含参加服务的人，姓名隐去。")
def see_late_entry(actor: Actor, entry_id: UUID) -> LateEntryOut:
    return _details(queries.late_entry(actor, entry_id))


@bp.post("/late-entries/<uuid:entry_id>/approval")
@writes
@bp.output(LateEntryOut)
@bp.doc(
    summary="批准补录",
    description="由填写人、参加人以外的另一位工作人员批准；批准后生成服务记录并计入，受每日上限约束，不能与其他记录时间重叠。",
)
def approve_late_entry(actor: Actor, entry_id: UUID) -> LateEntryOut:
    service.approve(actor, entry_id, now=clock.now())
    return _details(queries.late_entry(actor, entry_id))


@bp.post("/late-entries/<uuid:entry_id>/refusal")
@writes
@bp.input(ReasonIn)
@bp.output(LateEntryOut)
@bp.doc(summary="不批准补录", description="由填写人、参加人以外的另一位工作人员说明原因；不计入。")
def refuse_late_entry(actor: Actor, entry_id: UUID, body: ReasonIn) -> LateEntryOut:
    service.refuse(actor, entry_id, reason=body.reason, now=clock.now())
    return _details(queries.late_entry(actor, entry_id))


def _details(details: LateEntryDetails) -> LateEntryOut:
    line = {name: value for name, value in details.line._mapping.items() if name != "area_path"}
    return LateEntryOut.model_validate(line | {"people": [dict(person._mapping) for person in details.people]})
