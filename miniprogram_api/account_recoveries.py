"""找回账号: a new WeChat and the history of the old one; and two accounts of one person that become one."""

from uuid import UUID

from backend.accounts import service as accounts
from backend.accounts.service import (
    Tokens,
)
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Missing
from backend.foundation.paging import Page as Lines
from backend.foundation.refusals import never, refuses
from backend.recoveries import queries
from backend.recoveries import service as recoveries
from backend.recoveries.queries import RecoveryLine
from backend.wechat.errors import LoginCodeRejected, PhoneNotSupported
from miniprogram_api.auth import wechat_client
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.account_recoveries import AccountMergeOut, RecoveryOut
from miniprogram_api.schemas.auth import TokensOut
from web import passwords
from web.caller import logged_in_family
from web.edge import at_login, creates, in_steps, reads, writes
from web.inputs.accounts import PasswordLoginIn, WeChatLoginIn
from web.inputs.common import ReasonIn
from web.inputs.proxies import IdentityIn
from web.inputs.recoveries import AccountMergeIn, RecoveryConfirmationIn, RecoveryQuery
from web.limits import LOGGING_IN, SAYING_WHO
from web.lists import recoveries_listed
from web.routes import at_most, takes_wechat_code
from web.submissions import last_step

bp = Resource("account_recoveries", tag="找回与合并账号")


@bp.post("/account-recoveries")
@creates
@at_most(SAYING_WHO)
@bp.input(IdentityIn)
@bp.output(RecoveryOut, status_code=201)
@bp.doc(
    summary="申请找回账号",
    description="换了微信的，用新的微信登录后，填写实名登记时的姓名和身份证号，再到社区当面核实。"
    "无论是否有这样一个人，答复都一样；姓名和身份证号不保存。到社区时出示核对码。",
)
@never(Missing, because="it shows what was made just now")
def apply_for_recovery(actor: Actor, body: IdentityIn) -> RecoveryLine:
    return queries.recovery(actor, recoveries.apply_for_recovery(actor, name=body.name, id_number=body.id_number, now=clock.now()))


@bp.get("/account-recoveries")
@reads
@bp.input(RecoveryQuery, location="query")
@bp.output(Page[RecoveryOut])
@bp.doc(summary="找回账号的申请", description="社区看到本社区居民的；居民看到针对自己账号的；申请人看到自己提出的，不含是谁。")
def list_recoveries(actor: Actor, query: RecoveryQuery) -> Lines[RecoveryLine]:
    return recoveries_listed(actor, query, clock.now())


@bp.get("/account-recoveries/<uuid:recovery_id>")
@reads
@bp.output(RecoveryOut)
@bp.doc(summary="一份找回账号的申请")
def see_recovery(actor: Actor, recovery_id: UUID) -> RecoveryLine:
    return queries.recovery(actor, recovery_id)


@bp.post("/account-recoveries/<uuid:recovery_id>/confirmation")
@in_steps
@bp.input(RecoveryConfirmationIn)
@bp.output(RecoveryOut)
@bp.doc(
    summary="核实找回账号的申请",
    description="见到本人、核对证件，并输入其手机上显示的核对码之后确认。再经另一位工作人员同意，或本人在已登录的手机上同意，或期满无人拒绝，"
    "账号改由新的微信登录，原来的微信不能再登录，双方所有登录随即失效。不能核实本人的申请；账号担任职务的，只能由其上级核实。",
)
def confirm_recovery(actor: Actor, recovery_id: UUID, body: RecoveryConfirmationIn) -> RecoveryLine:
    with transaction():
        refusal = recoveries.try_check_code(actor, recovery_id, body.check_code, now=clock.now())
    if refusal is not None:
        raise refusal
    with last_step():
        recoveries.confirm_recovery(actor, recovery_id, proof=body.proof, check_code=body.check_code, now=clock.now())
        return queries.recovery(actor, recovery_id)


@bp.post("/account-recoveries/<uuid:recovery_id>/approval")
@writes
@bp.output(RecoveryOut)
@bp.doc(
    summary="同意找回或合并账号",
    description="一位工作人员核实之后，由账号的本人在已登录的手机上同意，或由另一位工作人员同意（其职务不能是核实人授予的）；随即生效。",
)
def approve_recovery(actor: Actor, recovery_id: UUID) -> RecoveryLine:
    recoveries.approve_recovery(actor, recovery_id, now=clock.now())
    return queries.recovery(actor, recovery_id)


@bp.post("/account-recoveries/<uuid:recovery_id>/return")
@writes
@bp.input(ReasonIn)
@bp.output(RecoveryOut)
@bp.doc(summary="退回找回账号的申请", description="由社区退回；账号的本人没有申请过的，也可以自己退回。")
def return_recovery(actor: Actor, recovery_id: UUID, body: ReasonIn) -> RecoveryLine:
    recoveries.return_recovery(actor, recovery_id, reason=body.reason, now=clock.now())
    return queries.recovery(actor, recovery_id)


@bp.post("/account-recoveries/<uuid:recovery_id>/withdrawal")
@writes
@bp.output(RecoveryOut)
@bp.doc(summary="撤回找回账号的申请")
def withdraw_recovery(actor: Actor, recovery_id: UUID) -> RecoveryLine:
    recoveries.withdraw_recovery(actor, recovery_id, now=clock.now())
    return queries.recovery(actor, recovery_id)


@bp.post("/auth/merge/password")
@at_login
@at_most(LOGGING_IN)
@bp.input(PasswordLoginIn)
@bp.output(TokensOut)
@bp.doc(summary="并入用户名登录的账号", description="本人的两个账号合并为一个：有实名的保留，另一个关闭，登录和角色转入。返回新的令牌。")
def merge_by_password(actor: Actor, body: PasswordLoginIn) -> Tokens:
    attempt, right = passwords.tried(body)
    with transaction():
        refusal = accounts.begin_own_merge(actor, attempt, right=right, code=body.code, now=clock.now())
    if refusal is not None:
        raise refusal
    with transaction():
        return accounts.merge_own_accounts(actor, logged_in_family(), accounts.account_of_password(attempt), now=clock.now())


@bp.post("/auth/merge/wechat")
@at_login
@at_most(LOGGING_IN)
@takes_wechat_code
@bp.input(WeChatLoginIn)
@bp.output(TokensOut)
@bp.doc(summary="并入微信登录的账号", description="本人的两个账号合并为一个：有实名的保留，另一个关闭，登录和角色转入。返回新的令牌。")
@never(PhoneNotSupported, because="WeChat says it of phone numbers")
@refuses(LoginCodeRejected)
def merge_by_wechat(actor: Actor, body: WeChatLoginIn) -> Tokens:
    wechat = wechat_client()
    session = wechat.code_to_session(body.code)
    with transaction():
        other_id = accounts.account_of_wechat(wechat.appid, session.openid)
        return accounts.merge_own_accounts(actor, logged_in_family(), other_id, now=clock.now())


@bp.post("/account-merges")
@creates
@bp.input(AccountMergeIn)
@bp.output(AccountMergeOut, status_code=201)
@bp.doc(
    summary="合并同一人的两个账号",
    description="用户名登录的账号并入志愿者本人的账号；由职务范围在其上一级的工作人员或安全管理员办理。"
    "本人在已登录的手机上同意，或另一位工作人员同意后生效；无人拒绝的，期满生效。两个账号属于不同的人的，不能合并。",
)
def merge_accounts(actor: Actor, body: AccountMergeIn) -> dict[str, UUID]:
    recovery_id = recoveries.merge_login_into_person(
        actor,
        login_name=body.login_name,
        volunteer_number=body.volunteer_number,
        name=body.name,
        reason=body.reason,
        now=clock.now(),
    )
    return {"recovery_id": recovery_id}
