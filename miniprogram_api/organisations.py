"""社会组织: applied for, verified by the community, their staff and officer."""

from uuid import UUID

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing
from backend.foundation.life import StepLine
from backend.foundation.paging import AnyRow
from backend.foundation.paging import Page as Rows
from backend.foundation.refusals import never
from backend.organisations import queries, service
from backend.organisations.service import (
    OrganisationPlan,
)
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.organisations import DayCorrectionOut, OrganisationLineOut, OrganisationOut, OrganisationStepOut, StaffOut
from web.edge import creates, reads, writes
from web.inputs.common import ReasonIn
from web.inputs.organisations import (
    DayCorrectionIn,
    OrganisationApplicationIn,
    OrganisationPlanIn,
    OrganisationRenamingIn,
    OrganisationsQuery,
    OrganisationSuccessorIn,
    OwnOrganisationsQuery,
    RegisteredIn,
    StaffIn,
    StaffQuery,
    VerificationIn,
)
from web.shapes import ListQuery, TimedQuery

bp = Resource("organisations", tag="社会组织")


@bp.post("/organisations")
@creates
@bp.input(OrganisationApplicationIn)
@bp.output(OrganisationOut, status_code=201)
@bp.doc(summary="社会组织入驻申请", description="申请人须先完成实名登记，社区核实后为该组织的负责人。")
@never(Missing, because="it shows what was made just now")
def apply_for_organisation(actor: Actor, body: OrganisationApplicationIn) -> AnyRow:
    organisation_id = service.apply_for_organisation(actor, _plan(body), community_id=body.community_id, now=clock.now())
    return queries.organisation_sheet(actor, organisation_id)


@bp.get("/organisations")
@reads
@bp.input(OrganisationsQuery, location="query")
@bp.output(Page[OrganisationLineOut])
@bp.doc(summary="社会组织列表", description="社区用 status=applied 查看待审核的申请。")
def list_organisations(actor: Actor, query: OrganisationsQuery) -> Rows[AnyRow]:
    return queries.organisations_of_status(actor, query.status, query.search, sort=query.sort, for_me=query.for_me, page=query.page)


@bp.get("/organisations/<uuid:organisation_id>")
@reads
@bp.output(OrganisationOut)
@bp.doc(summary="社会组织详情")
def show_organisation(actor: Actor, organisation_id: UUID) -> AnyRow:
    return queries.organisation_sheet(actor, organisation_id)


@bp.get("/organisations/<uuid:organisation_id>/steps")
@reads
@bp.input(ListQuery, location="query")
@bp.output(Page[OrganisationStepOut])
@bp.doc(summary="社会组织的办理过程", description="每一步的时间和理由，最近的在前。给社区和负责人看。")
def list_steps_of_organisation(actor: Actor, organisation_id: UUID, query: ListQuery) -> Rows[StepLine]:
    return queries.steps_of_organisation(actor, organisation_id, page=query.page)


@bp.get("/me/organisations")
@reads
@bp.input(OwnOrganisationsQuery, location="query")
@bp.output(Page[OrganisationLineOut])
@bp.doc(summary="我的社会组织", description="我任职的、负责的和申请登记的。")
def list_my_organisations(actor: Actor, query: OwnOrganisationsQuery) -> Rows[AnyRow]:
    return queries.organisations_of_person(actor.person_id, sort=query.sort, page=query.page)


@bp.post("/organisations/<uuid:organisation_id>/application")
@writes
@bp.input(OrganisationPlanIn)
@bp.output(OrganisationOut)
@bp.doc(summary="修改被退回的登记申请并重新提交")
def amend_organisation_application(actor: Actor, organisation_id: UUID, body: OrganisationPlanIn) -> AnyRow:
    service.amend_application(actor, organisation_id, _plan(body), now=clock.now())
    return queries.organisation_sheet(actor, organisation_id)


@bp.post("/organisations/<uuid:organisation_id>/verification")
@writes
@bp.input(VerificationIn)
@bp.output(OrganisationOut)
@bp.doc(summary="核实社会组织", description="由社区办理；自协议签订、备案或登记之日起计入引进或培育数，申请人为负责人。")
def verify_organisation(actor: Actor, organisation_id: UUID, body: VerificationIn) -> AnyRow:
    service.verify_organisation(actor, organisation_id, agreed_on=body.agreed_on, proof=body.proof, now=clock.now())
    return queries.organisation_sheet(actor, organisation_id)


@bp.post("/organisations/<uuid:organisation_id>/registration")
@writes
@bp.input(RegisteredIn)
@bp.output(OrganisationOut)
@bp.doc(summary="备案组织转为登记", description="由社区办理；仍是同一个组织，备案日和登记日都保留，只计一次。")
def register_organisation(actor: Actor, organisation_id: UUID, body: RegisteredIn) -> AnyRow:
    on = body.registered_on
    service.register_organisation(actor, organisation_id, body.credit_code, registered_on=on, proof=body.proof, now=clock.now())
    return queries.organisation_sheet(actor, organisation_id)


@bp.post("/organisations/<uuid:organisation_id>/day-corrections")
@creates
@bp.input(DayCorrectionIn)
@bp.output(OrganisationOut, status_code=201)
@bp.doc(
    summary="更正计入的日期",
    description="协议或备案日期录错的，由当初录入人以外的另一位工作人员凭证明更正并写明原因；更正前后都留有记录，以前的统计按当时所知不变。",
)
def correct_day_of_organisation(actor: Actor, organisation_id: UUID, body: DayCorrectionIn) -> AnyRow:
    service.correct_day(actor, organisation_id, body.agreed_on, proof=body.proof, reason=body.reason, now=clock.now())
    return queries.organisation_sheet(actor, organisation_id)


@bp.get("/organisations/<uuid:organisation_id>/day-corrections")
@reads
@bp.input(TimedQuery, location="query")
@bp.output(Page[DayCorrectionOut])
@bp.doc(summary="计入日期的更正记录", description="本社区和本组织可见，默认最近的在前。")
def list_day_corrections(actor: Actor, organisation_id: UUID, query: TimedQuery) -> Rows[AnyRow]:
    return queries.day_corrections(actor, organisation_id, sort=query.sort, page=query.page)


@bp.post("/organisations/<uuid:organisation_id>/return")
@writes
@bp.input(ReasonIn)
@bp.output(OrganisationOut)
@bp.doc(summary="退回登记申请", description="由社区办理，须写明理由；申请人可以修改后重新提交。")
def return_organisation(actor: Actor, organisation_id: UUID, body: ReasonIn) -> AnyRow:
    service.return_organisation(actor, organisation_id, reason=body.reason, now=clock.now())
    return queries.organisation_sheet(actor, organisation_id)


@bp.post("/organisations/<uuid:organisation_id>/successor")
@writes
@bp.input(OrganisationSuccessorIn)
@bp.output(OrganisationOut)
@bp.doc(summary="更换负责人", description="由负责人办理；负责人无法办理时由社区指定。原负责人仍是工作人员。")
def name_officer(actor: Actor, organisation_id: UUID, body: OrganisationSuccessorIn) -> AnyRow:
    service.hand_over(actor, organisation_id, staff_id=body.staff_id, now=clock.now())
    return queries.organisation_sheet(actor, organisation_id)


@bp.post("/organisations/<uuid:organisation_id>/renaming")
@writes
@bp.input(OrganisationRenamingIn)
@bp.output(OrganisationOut)
@bp.doc(summary="社会组织更名", description="由社区办理，须写明理由；是同一个组织，不重复计数。")
def rename_organisation(actor: Actor, organisation_id: UUID, body: OrganisationRenamingIn) -> AnyRow:
    service.rename_organisation(actor, organisation_id, body.name, reason=body.reason, now=clock.now())
    return queries.organisation_sheet(actor, organisation_id)


@bp.post("/organisations/<uuid:organisation_id>/ending")
@writes
@bp.input(ReasonIn)
@bp.output(OrganisationOut)
@bp.doc(summary="终止社会组织", description="由社区办理，须写明理由；全体工作人员当日离职。")
def end_organisation(actor: Actor, organisation_id: UUID, body: ReasonIn) -> AnyRow:
    service.end_organisation(actor, organisation_id, reason=body.reason, now=clock.now())
    return queries.organisation_sheet(actor, organisation_id)


@bp.get("/organisations/<uuid:organisation_id>/staff")
@reads
@bp.input(StaffQuery, location="query")
@bp.output(Page[StaffOut])
@bp.doc(summary="工作人员列表", description="本组织工作人员和社区可见；成年人的姓名，负责人看到全称，其他人看到的隐去部分文字。")
def list_staff(actor: Actor, organisation_id: UUID, query: StaffQuery) -> Rows[AnyRow]:
    return queries.staff_of_organisation(actor, organisation_id, search=query.q, now=clock.now(), page=query.page)


@bp.post("/organisations/<uuid:organisation_id>/staff")
@creates
@bp.input(StaffIn)
@bp.output(StaffOut, status_code=201)
@bp.doc(summary="添加工作人员", description="由负责人办理；凭志愿者编号和姓名，两者须相符。")
def add_staff(actor: Actor, organisation_id: UUID, body: StaffIn) -> AnyRow:
    staff_id = service.add_staff(actor, organisation_id, volunteer_number=body.volunteer_number, name=body.name, now=clock.now())
    return queries.staff_line(actor, staff_id, now=clock.now())


@bp.post("/organisations/<uuid:organisation_id>/staff/<uuid:staff_id>/removal")
@writes
@bp.input(ReasonIn)
@bp.output(None)
@bp.doc(summary="移除工作人员", description="由负责人办理，须写明理由。")
def remove_staff(actor: Actor, organisation_id: UUID, staff_id: UUID, body: ReasonIn) -> None:
    service.remove_staff(actor, organisation_id, staff_id, reason=body.reason, now=clock.now())


@bp.post("/organisations/<uuid:organisation_id>/departure")
@writes
@bp.output(None)
@bp.doc(summary="不再担任工作人员", description="负责人须先指定新的负责人。")
def leave_organisation(actor: Actor, organisation_id: UUID) -> None:
    service.leave_organisation(actor, organisation_id, now=clock.now())


def _plan(body: OrganisationPlanIn) -> OrganisationPlan:
    return OrganisationPlan(
        name=body.name,
        origin=body.origin,
        filing=body.filing,
        credit_code=body.credit_code,
        record_number=body.record_number,
        purpose=body.purpose,
    )
