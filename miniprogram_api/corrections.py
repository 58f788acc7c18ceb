"""更正姓名和身份证号: proposed with papers on the desk, confirmed by a second officer."""

from uuid import UUID

from backend.corrections import queries
from backend.corrections import service as corrections
from backend.corrections.queries import CorrectionLine
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing
from backend.foundation.paging import Page as Lines
from backend.foundation.refusals import never
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.corrections import IdentityCorrectionOut
from web.edge import creates, reads, writes
from web.inputs.common import ReasonIn
from web.inputs.corrections import IdentityCorrectionIn, IdentityCorrectionQuery
from web.lists import corrections_listed

bp = Resource("corrections", tag="更正身份信息")


@bp.post("/people/<uuid:person_id>/corrections")
@creates
@bp.input(IdentityCorrectionIn)
@bp.output(IdentityCorrectionOut, status_code=201)
@bp.doc(
    summary="更正姓名或身份证号",
    description="见到本人和证件后，由社区或街道工作人员按证件填写完整的姓名和身份证号；另一位工作人员核对后生效，本人会收到消息并可以退回。"
    "以往的记录都保留在本人名下。",
)
@never(Missing, because="of the reading: it shows what was made just now")
def propose_correction(actor: Actor, person_id: UUID, body: IdentityCorrectionIn) -> CorrectionLine:
    return queries.correction(actor, corrections.propose_correction(actor, person_id, body.wanted(), now=clock.now()))


@bp.get("/identity-corrections")
@reads
@bp.input(IdentityCorrectionQuery, location="query")
@bp.output(Page[IdentityCorrectionOut])
@bp.doc(summary="身份信息的更正", description="工作人员看到自己范围内居民的；居民看到自己的。")
def list_corrections(actor: Actor, query: IdentityCorrectionQuery) -> Lines[CorrectionLine]:
    return corrections_listed(actor, query, clock.now())


@bp.get("/identity-corrections/<uuid:correction_id>")
@reads
@bp.output(IdentityCorrectionOut)
@bp.doc(summary="一份身份信息的更正")
def see_correction(actor: Actor, correction_id: UUID) -> CorrectionLine:
    return queries.correction(actor, correction_id)


@bp.post("/identity-corrections/<uuid:correction_id>/confirmation")
@writes
@bp.output(IdentityCorrectionOut)
@bp.doc(
    summary="核对并同意更正",
    description="由另一位工作人员核对证件后同意，其职务不能是经办人授予的；随即生效。不能办理本人的更正；担任职务的，只能由其上级办理。",
)
def confirm_correction(actor: Actor, correction_id: UUID) -> CorrectionLine:
    corrections.confirm_correction(actor, correction_id, now=clock.now())
    return queries.correction(actor, correction_id)


@bp.post("/identity-corrections/<uuid:correction_id>/return")
@writes
@bp.input(ReasonIn)
@bp.output(IdentityCorrectionOut)
@bp.doc(summary="退回更正", description="由工作人员退回；不是本人要求的，本人也可以退回。")
def return_correction(actor: Actor, correction_id: UUID, body: ReasonIn) -> CorrectionLine:
    corrections.return_correction(actor, correction_id, reason=body.reason, now=clock.now())
    return queries.correction(actor, correction_id)
