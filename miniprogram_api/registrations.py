"""双报到 of serving Party members: apply, accept or return, withdraw, end; and the work units to choose from."""

from uuid import UUID

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing
from backend.foundation.life import StepLine
from backend.foundation.paging import AnyRow
from backend.foundation.paging import Page as Lines
from backend.foundation.refusals import never
from backend.party import queries as party_queries
from backend.party import service as party
from backend.party.models import WorkUnit
from backend.party.queries import PartyOrganisationLine
from backend.registration import merging, queries, service
from backend.registration.queries import RegistrationLine
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.registrations import PartyOrganisationOut, RegistrationOut, RegistrationStepOut, WorkUnitOut
from web.edge import creates, reads, writes
from web.inputs.common import MaybeReasonIn, ReasonIn
from web.inputs.party import PartyOrganisationQuery, WorkUnitChangeIn, WorkUnitIn, WorkUnitMergeIn, WorkUnitQuery
from web.inputs.registration import (
    AmendedRegistrationIn,
    EndingIn,
    OwnRegistrationsQuery,
    RegistrationIn,
    RegistrationQuery,
    UnitIn,
)
from web.lists import registrations_listed
from web.shapes import ListQuery

bp = Resource("registrations", tag="双报到")


@bp.get("/work-units")
@reads
@bp.input(WorkUnitQuery, location="query")
@bp.output(Page[WorkUnitOut])
@bp.doc(summary="单位列表")
def list_work_units(actor: Actor, query: WorkUnitQuery) -> Lines[AnyRow]:  # noqa: ARG001 - whoever is logged in
    return party_queries.work_units(search=query.q, nature=query.nature, page=query.page)


@bp.get("/party-organisations")
@reads
@bp.input(PartyOrganisationQuery, location="query")
@bp.output(Page[PartyOrganisationOut])
@bp.doc(summary="党组织列表", description="由街道或社区导入。报到时所在党组织在列表里的，从中选择，用列表里的名称；不在的照实填写。")
def list_party_organisations(actor: Actor, query: PartyOrganisationQuery) -> Lines[PartyOrganisationLine]:  # noqa: ARG001 - whoever is logged in
    return party_queries.party_organisations(search=query.q, kind=query.kind, area_id=query.area_id, page=query.page)


@bp.post("/work-units")
@creates
@bp.input(WorkUnitIn)
@bp.output(WorkUnitOut, status_code=201)
@bp.doc(summary="添加单位", description="由社区、街道、区的工作人员添加。名称相同或者只是写法不同的，先核对是否同一单位。")
def add_work_unit(actor: Actor, body: WorkUnitIn) -> WorkUnit:
    return party.add_work_unit(
        actor,
        name=body.name,
        credit_code_text=body.credit_code,
        nature=body.nature,
        different_from=body.different_from,
        now=clock.now(),
    )


@bp.post("/work-units/<uuid:work_unit_id>/changes")
@writes
@bp.input(WorkUnitChangeIn)
@bp.output(WorkUnitOut)
@bp.doc(summary="更正单位", description="更正名称、性质，补登统一社会信用代码；由街道、区办理。")
def change_work_unit(actor: Actor, work_unit_id: UUID, body: WorkUnitChangeIn) -> WorkUnit:
    return party.change_work_unit(actor, work_unit_id, body.plan(), now=clock.now())


@bp.post("/work-units/<uuid:work_unit_id>/merge")
@writes
@bp.input(WorkUnitMergeIn)
@bp.output(None)
@bp.doc(summary="合并重复的单位", description="两条登记是同一单位时，保留一条；党员、报到和邀请都归到保留的一条。由街道、区办理。")
def merge_work_units(actor: Actor, work_unit_id: UUID, body: WorkUnitMergeIn) -> None:
    merging.merge_work_units(actor, work_unit_id, body.into_id, now=clock.now())


@bp.post("/work-units/<uuid:work_unit_id>/ending")
@writes
@bp.input(ReasonIn)
@bp.output(None)
@bp.doc(
    summary="终止单位",
    description="单位已撤销、注销时由街道、区办理：不再能选择它，联络员的职责和对它的邀请结束；党员的报到继续，由本人或社区另填新单位；已有的服务和统计不变。",
)
def end_work_unit(actor: Actor, work_unit_id: UUID, body: ReasonIn) -> None:
    merging.end_work_unit(actor, work_unit_id, reason=body.reason, now=clock.now())


@bp.post("/registrations")
@creates
@bp.input(RegistrationIn)
@bp.output(RegistrationOut, status_code=201)
@bp.doc(summary="申请党员报到", description="须先完成实名登记，并单独同意 party_member 告知书。同一时间只能有一个正在审核或已接收的报到。")
@never(Missing, because="it shows what was made just now")
def apply_for_registration(actor: Actor, body: RegistrationIn) -> RegistrationLine:
    applied = service.apply_for_registration(
        actor,
        community_id=body.community_id,
        work_unit_id=body.work_unit_id,
        party_organisation_name=body.party_organisation_name,
        joined_party_on=body.joined_party_on,
        skills=body.skills,
        notice_version=body.notice_version,
        now=clock.now(),
    )
    return queries.registration(actor, applied.fact_id)


@bp.get("/registrations")
@reads
@bp.input(RegistrationQuery, location="query")
@bp.output(Page[RegistrationOut])
@bp.doc(summary="报到列表", description="社区待接收的：`?status=applied&community_id=…`。默认先申请的在前。`on` 看过去某一天。")
def list_registrations(actor: Actor, query: RegistrationQuery) -> Lines[RegistrationLine]:
    return registrations_listed(actor, query, clock.now())


@bp.get("/me/registrations")
@reads
@bp.input(OwnRegistrationsQuery, location="query")
@bp.output(Page[RegistrationOut])
@bp.doc(summary="我的报到")
def list_my_registrations(actor: Actor, query: OwnRegistrationsQuery) -> Lines[RegistrationLine]:
    return queries.own_registrations(actor, sort=query.sort, page=query.page)


@bp.get("/registrations/<uuid:registration_id>")
@reads
@bp.output(RegistrationOut)
@bp.doc(summary="报到详情")
def see_registration(actor: Actor, registration_id: UUID) -> RegistrationLine:
    return queries.registration(actor, registration_id)


@bp.get("/registrations/<uuid:registration_id>/steps")
@reads
@bp.input(ListQuery, location="query")
@bp.output(Page[RegistrationStepOut])
@bp.doc(summary="报到的办理过程", description="每一步的时间和理由，最近的在前。给社区和党员本人看，单位看到的为空。")
def list_steps_of_registration(actor: Actor, registration_id: UUID, query: ListQuery) -> Lines[StepLine]:
    queries.registration(actor, registration_id)
    return queries.steps_of_registration(actor, registration_id, page=query.page)


@bp.post("/registrations/<uuid:registration_id>/acceptance")
@writes
@bp.output(RegistrationOut)
@bp.doc(summary="接收报到", description="社区接收后给出回执编号，党员可以认领本社区的需求。")
def accept_registration(actor: Actor, registration_id: UUID) -> RegistrationLine:
    service.accept_registration(actor, registration_id, now=clock.now())
    return queries.registration(actor, registration_id)


@bp.post("/registrations/<uuid:registration_id>/return")
@writes
@bp.input(ReasonIn)
@bp.output(RegistrationOut)
@bp.doc(summary="退回报到")
def return_registration(actor: Actor, registration_id: UUID, body: ReasonIn) -> RegistrationLine:
    service.return_registration(actor, registration_id, reason=body.reason, now=clock.now())
    return queries.registration(actor, registration_id)


@bp.post("/registrations/<uuid:registration_id>/application")
@writes
@bp.input(AmendedRegistrationIn)
@bp.output(RegistrationOut)
@bp.doc(summary="修改被退回的报到并重新提交", description="由本人办理，仍报到原来的社区；编号和退回的原因都保留。")
def amend_registration(actor: Actor, registration_id: UUID, body: AmendedRegistrationIn) -> RegistrationLine:
    service.amend_registration(
        actor,
        registration_id,
        work_unit_id=body.work_unit_id,
        party_organisation_name=body.party_organisation_name,
        joined_party_on=body.joined_party_on,
        skills=body.skills,
        notice_version=body.notice_version,
        now=clock.now(),
    )
    return queries.registration(actor, registration_id)


@bp.post("/registrations/<uuid:registration_id>/withdrawal")
@writes
@bp.input(MaybeReasonIn)
@bp.output(RegistrationOut)
@bp.doc(summary="撤回报到申请")
def withdraw_registration(actor: Actor, registration_id: UUID, body: MaybeReasonIn) -> RegistrationLine:
    service.withdraw_registration(actor, registration_id, reason=body.reason, now=clock.now())
    return queries.registration(actor, registration_id)


@bp.post("/registrations/<uuid:registration_id>/ending")
@writes
@bp.input(EndingIn)
@bp.output(RegistrationOut)
@bp.doc(summary="转出报到", description="因迁出、退休或者其他原因；由社区或本人办理。")
def end_registration(actor: Actor, registration_id: UUID, body: EndingIn) -> RegistrationLine:
    service.end_registration(actor, registration_id, reason=body.in_words(), now=clock.now())
    return queries.registration(actor, registration_id)


@bp.post("/registrations/<uuid:registration_id>/unit")
@writes
@bp.input(UnitIn)
@bp.output(RegistrationOut)
@bp.doc(
    summary="变更单位",
    description="报到继续有效；以前的报到仍显示当时的单位。本人从当天起变更，更早的日期由社区填写。"
    "本人还没有单独同意 party_member 告知书的，须同时同意。",
)
def change_unit(actor: Actor, registration_id: UUID, body: UnitIn) -> RegistrationLine:
    service.change_unit(
        actor,
        registration_id,
        work_unit_id=body.work_unit_id,
        party_organisation_name=body.party_organisation_name,
        since=body.since,
        notice_version=body.notice_version,
        now=clock.now(),
    )
    return queries.registration(actor, registration_id)
