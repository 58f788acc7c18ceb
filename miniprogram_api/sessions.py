"""One's own logins and password, and a new password for a colleague who forgot theirs."""

from uuid import UUID

from backend.accounts import queries
from backend.accounts import service as accounts
from backend.accounts.service import Begun, OfficeLogin
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import AnyRow
from backend.foundation.paging import Page as Lines
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.auth import InitialPasswordOut, LoginOut, OfficeLoginOut, RecoveryCodesOut, SecondFactorBegunOut, SessionOut
from web import passwords
from web.caller import logged_in_family
from web.edge import before_second_factor, creates, on_first_login, reads, writes
from web.inputs.accounts import (
    LoginEndIn,
    LoginNameIn,
    OfficeLoginIn,
    PasswordChangeIn,
    SecondFactorCodeIn,
    SecondFactorRemovalIn,
)
from web.limits import CHANGING_PASSWORD
from web.routes import at_most, told_once
from web.shapes import ListQuery
from web.submissions import last_step

bp = Resource("sessions", tag="登录")


@bp.get("/me/sessions")
@reads
@bp.input(ListQuery, location="query")
@bp.output(Page[SessionOut])
@bp.doc(summary="我的登录", description="目前有效的登录，不含设备信息。")
def list_sessions(actor: Actor, query: ListQuery) -> Lines[AnyRow]:
    return queries.own_sessions(actor, logged_in_family(), now=clock.now(), page=query.page)


@bp.post("/me/sessions/<uuid:session_id>/ending")
@writes
@bp.output(None)
@bp.doc(summary="结束一个登录")
def end_session(actor: Actor, session_id: UUID) -> None:
    accounts.end_session(actor, session_id, now=clock.now())


@bp.get("/me/logins")
@reads
@bp.input(ListQuery, location="query")
@bp.output(Page[LoginOut])
@bp.doc(summary="我的登录方式", description="微信和用户名：何时、由谁添加，最近何时使用。有不认识的，请移除并联系所在社区。")
def list_logins(actor: Actor, query: ListQuery) -> Lines[AnyRow]:
    return queries.own_logins(actor, page=query.page)


@bp.post("/me/logins/<uuid:login_id>/ending")
@writes
@bp.input(LoginEndIn)
@bp.output(None)
@bp.doc(summary="移除一个登录方式", description="用它登录的随即失效。移除最后一个的，须填写 even_last。")
def end_login(actor: Actor, login_id: UUID, body: LoginEndIn) -> None:
    accounts.end_login(actor, login_id, even_last=body.even_last, now=clock.now())


@bp.post("/me/second-factor")
@before_second_factor
@at_most(CHANGING_PASSWORD)
@told_once
@bp.output(SecondFactorBegunOut, status_code=201)
@bp.doc(
    summary="开始设置两步验证",
    description="须用密码登录。用手机上的验证器（支持 TOTP）扫描后，再用它显示的动态码确认，确认后才生效。"
    "密钥只显示这一次，重新开始的以最后一次为准。",
)
def begin_second_factor(actor: Actor) -> Begun:
    with last_step():
        return accounts.begin_second_factor(actor, logged_in_family(), now=clock.now())


@bp.post("/me/second-factor/confirmation")
@before_second_factor
@at_most(CHANGING_PASSWORD)
@told_once
@bp.input(SecondFactorCodeIn)
@bp.output(RecoveryCodesOut, status_code=201)
@bp.doc(summary="确认两步验证", description="此后用密码登录须再输入动态码；其他登录随即失效。备用码只显示这一次。")
def confirm_second_factor(actor: Actor, body: SecondFactorCodeIn) -> dict[str, list[str]]:
    with last_step():
        return {"recovery_codes": accounts.confirm_second_factor(actor, logged_in_family(), body.code, now=clock.now())}


@bp.post("/me/second-factor/removal")
@before_second_factor
@at_most(CHANGING_PASSWORD)
@bp.input(SecondFactorRemovalIn)
@bp.output(None)
@bp.doc(
    summary="移除两步验证",
    description="须填写密码和动态码（或备用码）。职务要求两步验证的，移除后须重新设置才能办理；手机和备用码都丢失的，请上级重置密码。",
)
def remove_second_factor(actor: Actor, body: SecondFactorRemovalIn) -> None:
    passwords.remove_second_factor(actor, body)


@bp.post("/me/password")
@on_first_login
@at_most(CHANGING_PASSWORD)
@bp.input(PasswordChangeIn)
@bp.output(None)
@bp.doc(
    summary="修改密码",
    description="须用密码登录。密码10至128个字符，不能太常见，不能包含用户名；不要求字符种类。修改后，其他登录随即失效。",
)
def change_password(actor: Actor, body: PasswordChangeIn) -> None:
    passwords.change(actor, body)


@bp.post("/office-logins")
@creates
@told_once
@bp.input(OfficeLoginIn)
@bp.output(OfficeLoginOut, status_code=201)
@bp.doc(
    summary="为新同事开通用户名登录",
    description="同时授予一个职务；由职务范围在其上一级的工作人员办理。三员由运维人员用命令行开通。初始密码只显示这一次，本人登录后须立即修改。",
)
def open_office_login(actor: Actor, body: OfficeLoginIn) -> OfficeLogin:
    return accounts.open_office_login(
        actor, name=body.login_name, role=body.role, area_id=body.area_id, last_day=body.ends_on, now=clock.now()
    )


@bp.post("/password-resets")
@creates
@told_once
@bp.input(LoginNameIn)
@bp.output(InitialPasswordOut, status_code=201)
@bp.doc(
    summary="为同事重置密码",
    description="由职务范围在其上一级的工作人员办理；该账号的登录全部失效。初始密码只显示这一次，本人登录后须立即修改。",
)
def reset_password(actor: Actor, body: LoginNameIn) -> dict[str, str]:
    return {"initial_password": accounts.reset_password(actor, body.login_name, now=clock.now())}
