"""服务记录: whose word makes it count, and what the community adds, corrects and withdraws."""

from dataclasses import asdict
from uuid import UUID

from backend.attendance import queries
from backend.attendance import service as attendance
from backend.attendance.queries import AttendanceLine, ServiceDetails, ServiceLine
from backend.attendance.service import (
    Confirmed,
    ConfirmedTogether,
    ServiceNotFound,
)
from backend.demands.queries import openings_numbered
from backend.foundation import clock, paging
from backend.foundation.actor import Actor
from backend.foundation.refusals import never
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.attendance import AttendanceOut, ConfirmationOut, ConfirmedTogetherOut, ServiceDetailsOut, ServiceOut
from web.edge import creates, reads, writes
from web.inputs.attendance import AddedRecordIn, CorrectionIn, LateRecordIn, MyServicesQuery, ServicesQuery, UnrecordedQuery, WithdrawalIn
from web.inputs.common import ReasonIn
from web.lists import services_listed, unrecorded_listed

bp = Resource("services", tag="服务记录")


@bp.get("/me/services")
@reads
@bp.input(MyServicesQuery, location="query")
@bp.output(Page[AttendanceOut])
@bp.doc(summary="我的服务", description="每次签到及其结果，默认新的在前；missing 说明还差哪一步才计入。")
def list_my_services(actor: Actor, query: MyServicesQuery) -> paging.Page[AttendanceLine]:
    search = query.search(openings_numbered(query.demand_number))
    return queries.my_services(actor, search, sort=query.sort, page=query.page, now=clock.now())


@bp.get("/services")
@reads
@bp.input(ServicesQuery, location="query")
@bp.output(Page[ServiceOut])
@bp.doc(
    summary="服务记录",
    description="社区看到本辖区的，申请人看到自己需求的；待确认的用 status=awaiting_confirmation，时间重叠的旧记录用 overlapping=true。",
)
def list_services(actor: Actor, query: ServicesQuery) -> paging.Page[ServiceLine]:
    return services_listed(actor, query, clock.now())


@bp.get("/attendances/without-record")
@reads
@bp.input(UnrecordedQuery, location="query")
@bp.output(Page[AttendanceOut])
@bp.doc(
    summary="没有签退的签到", description="本辖区签到后没有签退、还没有服务记录的，先签到的在前；核实后补录。本人的由其他工作人员补录。"
)
def list_attendances_without_record(actor: Actor, query: UnrecordedQuery) -> paging.Page[AttendanceLine]:
    return unrecorded_listed(actor, query, clock.now())


@bp.get("/services/<uuid:fact_id>")
@reads
@bp.output(ServiceDetailsOut)
@bp.doc(summary="服务记录详情", description="含历次更正。")
def see_service(actor: Actor, fact_id: UUID) -> ServiceDetailsOut:
    return _details(queries.service_details(actor, fact_id, now=clock.now()))


@bp.post("/services/<uuid:fact_id>/confirmation")
@creates
@bp.output(ConfirmationOut, status_code=201)
@bp.doc(
    summary="确认服务",
    description="由申请人或社区确认，确认后计入；更正增加了时长的，再次确认后全部计入。每人每日计入的时长有上限。不能确认本人的服务、本人所负责队伍、组织、单位的服务，也不能确认本人补录的服务。",
)
def confirm_service(actor: Actor, fact_id: UUID) -> Confirmed:
    return attendance.confirm_service(actor, fact_id, now=clock.now())


@bp.post("/services/<uuid:fact_id>/clearance")
@writes
@bp.input(ReasonIn)
@bp.output(ServiceDetailsOut)
@bp.doc(summary="核实存疑服务", description="由社区核实并说明情况，核实后方可确认；不属实的，撤销该记录。不能核实本人的、本人补录的服务。")
def clear_service(actor: Actor, fact_id: UUID, body: ReasonIn) -> ServiceDetailsOut:
    attendance.clear_service(actor, fact_id, reason=body.reason, now=clock.now())
    return _details(queries.service_details(actor, fact_id, now=clock.now()))


@bp.post("/services/<uuid:fact_id>/allowance")
@creates
@bp.input(ReasonIn)
@bp.output(ConfirmationOut, status_code=201)
@bp.doc(
    summary="批准多计时长",
    description="每人每日计入的时长有上限；确需多计的，由社区说明原因后批准，使该记录全部计入。服务者本人、补录或更正增加时长的人不能批准。",
)
def allow_service(actor: Actor, fact_id: UUID, body: ReasonIn) -> Confirmed:
    return attendance.allow_more(actor, fact_id, reason=body.reason, now=clock.now())


@bp.post("/services/<uuid:fact_id>/confirmation/withdrawal")
@writes
@bp.input(ReasonIn)
@bp.output(ServiceDetailsOut)
@bp.doc(summary="撤销确认", description="由社区撤销并说明原因；撤销后不再计入，可以重新确认。")
def withdraw_confirmation(actor: Actor, fact_id: UUID, body: ReasonIn) -> ServiceDetailsOut:
    attendance.withdraw_confirmation(actor, fact_id, reason=body.reason, now=clock.now())
    return _details(queries.service_details(actor, fact_id, now=clock.now()))


@bp.post("/services/<uuid:fact_id>/corrections")
@creates
@bp.input(CorrectionIn)
@bp.output(ServiceDetailsOut, status_code=201)
@bp.doc(summary="更正服务记录", description="由社区更正并说明原因。已有的确认继续有效；更正后增加的时长，须由另一人再次确认后才计入。")
def correct_service(actor: Actor, fact_id: UUID, body: CorrectionIn) -> ServiceDetailsOut:
    attendance.correct_record(
        actor,
        fact_id,
        body.revision_id,
        started_at=body.started_at,
        ended_at=body.ended_at,
        reason=body.reason,
        now=clock.now(),
    )
    return _details(queries.service_details(actor, fact_id, now=clock.now()))


@bp.post("/services/<uuid:fact_id>/withdrawal")
@writes
@bp.input(WithdrawalIn)
@bp.output(ServiceDetailsOut)
@bp.doc(summary="撤销服务记录", description="由社区撤销并说明原因，撤销后不再计入。")
def withdraw_service(actor: Actor, fact_id: UUID, body: WithdrawalIn) -> ServiceDetailsOut:
    attendance.withdraw_record(actor, fact_id, body.revision_id, reason=body.reason, now=clock.now())
    return _details(queries.service_details(actor, fact_id, now=clock.now()))


@bp.post("/attendances/<uuid:attendance_id>/record")
@creates
@bp.input(AddedRecordIn)
@bp.output(ServiceDetailsOut, status_code=201)
@bp.doc(summary="补录：已签到、未签退的", description="由社区说明原因后补录，仍须确认。")
@never(ServiceNotFound, because="it shows what was made just now")
def add_record(actor: Actor, attendance_id: UUID, body: AddedRecordIn) -> ServiceDetailsOut:
    record = attendance.add_record(
        actor,
        attendance_id,
        started_at=body.started_at,
        ended_at=body.ended_at,
        reason=body.reason,
        ends_sign_in=body.ends_sign_in,
        now=clock.now(),
    )
    return _details(queries.service_details(actor, record.fact_id, now=clock.now()))


@bp.post("/shifts/<uuid:shift_id>/records")
@creates
@bp.input(LateRecordIn)
@bp.output(ServiceDetailsOut, status_code=201)
@bp.doc(summary="补录：未签到的", description="由社区说明原因后补录，须属于当时的认领方；仍须确认。")
@never(ServiceNotFound, because="it shows what was made just now")
def add_late_record(actor: Actor, shift_id: UUID, body: LateRecordIn) -> ServiceDetailsOut:
    record = attendance.add_late_record(
        actor,
        shift_id,
        volunteer_number=body.volunteer_number,
        name=body.name,
        started_at=body.started_at,
        ended_at=body.ended_at,
        reason=body.reason,
        now=clock.now(),
    )
    return _details(queries.service_details(actor, record.fact_id, now=clock.now()))


@bp.post("/shifts/<uuid:shift_id>/confirmations")
@creates
@bp.output(ConfirmedTogetherOut, status_code=201)
@bp.doc(summary="确认一个场次的全部记录", description="由社区确认，每次最多200条；本人的、本人所负责队伍的和本人补录的除外。")
def confirm_shift(actor: Actor, shift_id: UUID) -> ConfirmedTogether:
    return attendance.confirm_shift(actor, shift_id, now=clock.now())


def _details(details: ServiceDetails) -> ServiceDetailsOut:
    return ServiceDetailsOut.model_validate(asdict(details.line) | {"revisions": details.revisions})
