"""补录活动: past activities that nobody published, entered by one officer and decided on by another."""

from uuid import UUID

from flask import Response

from backend.foundation import clock, files, paging
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Missing
from backend.foundation.files import PROOF
from backend.foundation.paging import AnyRow
from backend.foundation.refusals import never
from backend.late_entries import proofs, queries, service
from backend.late_entries.queries import LateEntryDetails
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.late_entries import LateEntryLineOut, LateEntryOut
from web.downloads import sent
from web.edge import creates, in_steps, reads, writes
from web.inputs.common import ReasonIn
from web.inputs.files import UploadIn
from web.inputs.late_entries import LateEntriesQuery, LateEntryIn
from web.lists import late_entries_listed
from web.routes import at_most
from web.submissions import last_step

bp = Resource("late_entries", tag="服务记录")


@bp.get("/late-entries")
@reads
@bp.input(LateEntriesQuery, location="query")
@bp.output(Page[LateEntryLineOut])
@bp.doc(summary="补录的活动", description="本辖区的，新填写的在前；等待审批的用 status=submitted。")
def list_late_entries(actor: Actor, query: LateEntriesQuery) -> paging.Page[AnyRow]:
    return late_entries_listed(actor, query, clock.now())


@bp.post("/late-entries")
@creates
@bp.input(LateEntryIn)
@bp.output(LateEntryOut, status_code=201)
@bp.doc(
    summary="补录一次未发布的活动",
    description="由社区填写原因、证明和参加服务的志愿者，上传证明材料后，由另一位工作人员批准计入。不能补录本人参加的活动；结束太久的不能补录。",
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


@bp.post("/late-entries/<uuid:entry_id>/proofs")
@in_steps
@at_most("30/minute")
@bp.upload(UploadIn, largest=PROOF.largest)
@bp.output(LateEntryOut)
@bp.doc(
    summary="上传补录的证明材料",
    description="由填写人在审批之前上传，可用 `wx.uploadFile`，一次一个文件；同一文件重复上传不会多出一份。只有可以审批的人能查看。",
)
def add_late_proof(actor: Actor, body: UploadIn, entry_id: UUID) -> LateEntryOut:
    with transaction():
        proofs.require_open_to_proof(actor, entry_id)
    stored = files.put(PROOF, body.file)
    with last_step():
        proofs.add_proof(actor, entry_id, stored, now=clock.now())
        return _details(queries.late_entry(actor, entry_id))


@bp.get("/late-entries/<uuid:entry_id>/proofs/<uuid:proof_id>")
@in_steps
@bp.download("*/*")
@bp.doc(summary="下载补录的证明材料", description="只有可以审批的人能下载；每次下载都留有记录。")
def download_late_proof(actor: Actor, entry_id: UUID, proof_id: UUID) -> Response:
    with transaction():
        file = proofs.proof_file(actor, entry_id, proof_id, now=clock.now())
    return sent(file, lost=Missing)


def _details(details: LateEntryDetails) -> LateEntryOut:
    line = {name: value for name, value in details.line._mapping.items() if name != "area_path"}
    of_it = {"people": details.people, "proofs": details.proofs}
    return LateEntryOut.model_validate(line | {name: [dict(row._mapping) for row in rows] for name, rows in of_it.items()})
