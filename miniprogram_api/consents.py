"""Consents to notices, and guardians' words for minors: given, listed, withdrawn."""

from typing import Any
from uuid import UUID

from backend.agreements import queries
from backend.agreements import service as agreements
from backend.agreements.queries import WardLine
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import Page as Lines
from backend.foundation.paging import PageRequest
from backend.people import notices
from backend.people import queries as people_queries
from backend.people import service as people
from backend.people.notices import NoticeName
from backend.people.queries import ConsentLine
from backend.people.service import Ending
from backend.volunteers.queries import number_of
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.consents import MOST_TOLD, AgreedOut, ConsentOut, ConsentsOut, WardOut, WithdrawnOut
from web.edge import creates, reads, writes
from web.inputs.common import MaybeReasonIn
from web.inputs.people import AgreedQuery, AgreementIn, AgreementRenewalIn, ConsentIn, ConsentWithdrawalIn

_ANOTHER_AGREES = "您的同意已经撤回。另一位监护人仍然同意，孩子的志愿者注册不终止；如需终止，请另一位监护人撤回，或者到社区办理。"

bp = Resource("consents", tag="同意与监护")


@bp.get("/me/consents")
@reads
@bp.input(AgreedQuery, location="query")
@bp.output(Page[ConsentOut])
@bp.doc(summary="我同意过的告知书", description="最近的在前。in_force 为 false 的，下次办理有关事项前须重新同意。")
def list_own_consents(actor: Actor, query: AgreedQuery) -> Lines[ConsentLine]:
    return people_queries.own_consents(actor, for_me=query.for_me, now=clock.now(), page=query.page)


@bp.post("/me/consents")
@creates
@bp.input(ConsentIn)
@bp.output(ConsentsOut, status_code=201)
@bp.doc(summary="同意现行的告知书", description="告知书更新后，或者撤回之后重新同意。")
def agree_to_notice(actor: Actor, body: ConsentIn) -> dict[str, Any]:
    now = clock.now()
    people.agree(actor, body.notice, version=body.version, now=now)
    return {"items": people_queries.own_consents(actor, now=now, page=PageRequest(MOST_TOLD)).items}


@bp.post("/me/consents/withdrawal")
@writes
@bp.input(ConsentWithdrawalIn)
@bp.output(WithdrawnOut)
@bp.doc(
    summary="撤回同意",
    description="回答说明哪些处理停止，哪些记录依法保留，删除了什么。撤回前的处理仍然有效；撤回的是最后一项同意的，"
    "个人信息不再使用，有记录依法保存的只以隐去部分文字的姓名出现。以后可以重新同意。",
)
def withdraw_consent(actor: Actor, body: ConsentWithdrawalIn) -> dict[str, Any]:
    return _what_follows(body.notice, agreements.withdraw_consent(actor, body.notice, reason=body.reason, now=clock.now()))


@bp.post("/people/<uuid:person_id>/consents/withdrawal")
@writes
@bp.input(ConsentWithdrawalIn)
@bp.output(WithdrawnOut)
@bp.doc(
    summary="代没有账号的人撤回同意",
    description="本人没有账号的（例如由代办人代办的老人、在社区当面登记的监护人），到社区由工作人员当面核对身份后办理。",
)
def withdraw_consent_at_desk(actor: Actor, person_id: UUID, body: ConsentWithdrawalIn) -> dict[str, Any]:
    ending = agreements.withdraw_at_desk(actor, person_id, body.notice, reason=body.reason, now=clock.now())
    return _what_follows(body.notice, ending)


@bp.post("/guardianships")
@creates
@bp.input(AgreementIn)
@bp.output(AgreedOut, status_code=201)
@bp.doc(
    summary="监护人同意未成年人参加志愿服务",
    description="监护人用自己的账号办理，或者到社区由工作人员代录。孩子已在平台登记的（例如另一位监护人已经同意），须到社区办理。"
    "同意的是 minor 告知书。未满十四周岁的，同时注册为志愿者。",
)
def agree_for_minor(actor: Actor, body: AgreementIn) -> dict[str, Any]:
    held = agreements.agree_for_minor(actor, body.agreement(), now=clock.now())
    return {"id": held.fact_id, "volunteer_number": number_of(held.ward_person_id)}


@bp.post("/guardianships/<uuid:guardianship_id>/renewal")
@writes
@bp.input(AgreementRenewalIn)
@bp.output(None)
@bp.doc(summary="监护人同意更新后的告知书")
def renew_agreement(actor: Actor, guardianship_id: UUID, body: AgreementRenewalIn) -> None:
    people.agree_anew(actor, guardianship_id, notice_version=body.notice_version, now=clock.now())


@bp.post("/guardianships/<uuid:guardianship_id>/withdrawal")
@writes
@bp.input(MaybeReasonIn)
@bp.output(WithdrawnOut)
@bp.doc(
    summary="监护人撤回同意",
    description="未成年人的志愿者注册从即日起终止，以往的服务记录依法保留；另一位监护人仍然同意的，注册不终止。",
)
def withdraw_agreement(actor: Actor, guardianship_id: UUID, body: MaybeReasonIn) -> dict[str, Any]:
    ending = agreements.withdraw_agreement(actor, guardianship_id, reason=body.reason, now=clock.now())
    if ending is None:
        return _what_follows(NoticeName.MINOR, Ending(is_last=False)) | {"stops": _ANOTHER_AGREES}
    return _what_follows(NoticeName.MINOR, ending)


@bp.get("/me/wards")
@reads
@bp.input(AgreedQuery, location="query")
@bp.output(Page[WardOut])
@bp.doc(summary="我监护的未成年人")
def list_own_wards(actor: Actor, query: AgreedQuery) -> Lines[WardLine]:
    return queries.own_wards(actor, for_me=query.for_me, now=clock.now(), page=query.page)


def _what_follows(name: NoticeName, ending: Ending) -> dict[str, Any]:
    notice = notices.notice(name)
    return {"notice": name, "stops": notice.stops, "stays": notice.stays, "erased": list(ending.erased), "kept": list(ending.kept)}
