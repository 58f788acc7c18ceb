"""服务对象: who is visited. The register of a community, and on what it rests that somebody stands in it."""

from uuid import UUID

from backend.attendance.doors import PrintedCode
from backend.demands import queries, rules
from backend.demands import service as demands
from backend.demands.queries import BeneficiaryLine, BeneficiaryView
from backend.demands.rules import BeneficiaryNotice
from backend.foundation import clock, paging
from backend.foundation.actor import Actor
from miniprogram_api.contract import Page, Resource, revalidated
from miniprogram_api.schemas.beneficiaries import (
    BeneficiaryLineOut,
    BeneficiaryMadeOut,
    BeneficiaryNoticeOut,
    BeneficiaryViewOut,
    DoorCodeOut,
)
from web.edge import creates, reads, writes
from web.inputs.common import ReasonIn
from web.inputs.demands import BasisIn, BeneficiariesQuery, EndIn, MergeIn, NewBeneficiaryIn, NewHomeIn, TieIn
from web.lists import beneficiaries_listed
from web.routes import told_once

bp = Resource("beneficiaries", tag="服务对象")


@bp.get("/beneficiary-notice")
@reads
@revalidated
@bp.output(BeneficiaryNoticeOut)
@bp.doc(summary="服务对象告知书", description="登记前念给或者交给本人（代办人、监护人）；同意后把版本放在 basis 的 notice_version。")
def see_beneficiary_notice(actor: Actor) -> BeneficiaryNotice:  # noqa: ARG001 - every account may read it
    return rules.current().notice


@bp.post("/beneficiaries")
@creates
@bp.input(NewBeneficiaryIn)
@bp.output(BeneficiaryMadeOut, status_code=201)
@bp.doc(
    summary="登记服务对象",
    description="由社区工作人员或网格员登记；住址、电话和注意事项加密保存。"
    "同名、同住址或者同电话的，先列出请核对，确实不是同一人的写在 different_from。",
)
def add_beneficiary(actor: Actor, body: NewBeneficiaryIn) -> dict[str, UUID]:
    return {"id": demands.add_beneficiary(actor, body.details(), body.area_id, now=clock.now())}


@bp.get("/beneficiaries")
@reads
@bp.input(BeneficiariesQuery, location="query")
@bp.output(Page[BeneficiaryLineOut])
@bp.doc(summary="本辖区的服务对象", description="姓名隐去，不含住址和电话。")
def list_beneficiaries(actor: Actor, query: BeneficiariesQuery) -> paging.Page[BeneficiaryLine]:
    return beneficiaries_listed(actor, query, clock.now())


@bp.get("/beneficiaries/<uuid:beneficiary_id>")
@reads
@bp.output(BeneficiaryViewOut)
@bp.doc(summary="一位服务对象", description="姓名隐去，不含住址和电话；列出同名、同住址或者同电话的。")
def see_beneficiary(actor: Actor, beneficiary_id: UUID) -> BeneficiaryView:
    return queries.beneficiary(actor, beneficiary_id, now=clock.now())


@bp.post("/beneficiaries/<uuid:beneficiary_id>/basis")
@writes
@bp.input(BasisIn)
@bp.output(BeneficiaryViewOut)
@bp.doc(summary="登记个人信息处理依据", description="没有依据的，不能为其发布需求。")
def add_basis(actor: Actor, beneficiary_id: UUID, body: BasisIn) -> BeneficiaryView:
    now = clock.now()
    demands.add_basis(actor, beneficiary_id, body.basis(), now=now)
    return queries.beneficiary(actor, beneficiary_id, now=now)


@bp.post("/beneficiaries/<uuid:beneficiary_id>/basis-withdrawal")
@writes
@bp.input(ReasonIn)
@bp.output(BeneficiaryViewOut)
@bp.doc(summary="登记撤回同意", description="从此不再为其发布需求，认领方不再看到住址和电话；可以重新登记依据。")
def withdraw_basis(actor: Actor, beneficiary_id: UUID, body: ReasonIn) -> BeneficiaryView:
    now = clock.now()
    demands.withdraw_basis(actor, beneficiary_id, reason=body.reason, now=now)
    return queries.beneficiary(actor, beneficiary_id, now=now)


@bp.post("/beneficiaries/<uuid:beneficiary_id>/door-code")
@creates
@told_once
@bp.output(DoorCodeOut, status_code=201)
@bp.doc(
    summary="签发门牌码",
    description="由社区签发，打印后交给老人贴在家中，上门的志愿者扫码或输入后签到签退。只显示这一次；重新签发后，原来的码作废。",
)
def issue_door_code(actor: Actor, beneficiary_id: UUID) -> PrintedCode:
    return demands.issue_door_code(actor, beneficiary_id, now=clock.now())


@bp.post("/beneficiaries/<uuid:beneficiary_id>/door-code/end")
@writes
@bp.output(None)
@bp.doc(summary="作废门牌码", description="遗失、被抄走或老人搬家时，由社区作废。")
def end_door_code(actor: Actor, beneficiary_id: UUID) -> None:
    demands.end_door_code(actor, beneficiary_id, now=clock.now())


@bp.post("/beneficiaries/<uuid:beneficiary_id>/person")
@writes
@bp.input(TieIn)
@bp.output(BeneficiaryViewOut)
@bp.doc(summary="对应到居民", description="本人或者其代办人以后提交需求时不必再填写服务对象。")
def tie_beneficiary(actor: Actor, beneficiary_id: UUID, body: TieIn) -> BeneficiaryView:
    now = clock.now()
    demands.tie_beneficiary(actor, beneficiary_id, body.person_id, now=now)
    return queries.beneficiary(actor, beneficiary_id, now=now)


@bp.post("/beneficiaries/<uuid:beneficiary_id>/ending")
@writes
@bp.input(EndIn)
@bp.output(BeneficiaryViewOut)
@bp.doc(
    summary="结束登记", description="迁出、去世或者不再需要上门；还有未结束的需求时不能结束。从此不能再提交需求，也不能查看住址和电话。"
)
def end_beneficiary(actor: Actor, beneficiary_id: UUID, body: EndIn) -> BeneficiaryView:
    now = clock.now()
    demands.end_beneficiary(actor, beneficiary_id, body.cause, now=now)
    return queries.beneficiary(actor, beneficiary_id, now=now)


@bp.post("/beneficiaries/<uuid:beneficiary_id>/merge")
@writes
@bp.input(MergeIn)
@bp.output(BeneficiaryViewOut)
@bp.doc(summary="合并重复登记", description="两条登记是同一人时，保留一条；需求和查看记录都归到保留的一条。")
def merge_beneficiary(actor: Actor, beneficiary_id: UUID, body: MergeIn) -> BeneficiaryView:
    now = clock.now()
    demands.merge_beneficiary(actor, beneficiary_id, body.into_id, now=now)
    return queries.beneficiary(actor, beneficiary_id, now=now)


@bp.post("/beneficiaries/<uuid:beneficiary_id>/move")
@writes
@bp.input(NewHomeIn)
@bp.output(BeneficiaryMadeOut)
@bp.doc(summary="登记搬家", description="迁到别的社区的，以后由那里的社区办理；以前的需求不变。")
def move_beneficiary(actor: Actor, beneficiary_id: UUID, body: NewHomeIn) -> dict[str, UUID]:
    demands.move_beneficiary(actor, beneficiary_id, body.home(), now=clock.now())
    return {"id": beneficiary_id}
