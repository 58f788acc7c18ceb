"""Logging in: by WeChat for the mini-program, by name and password for administrators."""

from typing import cast

from flask import current_app

from backend.accounts import service as accounts
from backend.accounts.service import Tokens
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Refusal
from backend.foundation.refusals import never, refuses
from backend.wechat.client import WeChatClient
from backend.wechat.errors import LoginCodeRejected, PhoneNotSupported
from miniprogram_api.contract import Resource
from miniprogram_api.schemas.auth import TokensOut
from web import passwords
from web.caller import logged_in_family
from web.edge import at_login, public
from web.inputs.accounts import PasswordLoginIn, RefreshIn, SecondStepIn, WeChatLoginIn
from web.limits import LOGGING_IN, code_brought, log_in_refreshed
from web.routes import at_most, takes_wechat_code

bp = Resource("auth", tag="登录")


@bp.post("/auth/wechat")
@public
@at_most(LOGGING_IN, counted_for=code_brought)
@takes_wechat_code
@bp.input(WeChatLoginIn)
@bp.output(TokensOut)
@bp.doc(
    summary="微信登录",
    description="首次登录会自动建立账号。按 code 计数，同一地点的许多手机可以同时登录。"
    "以前登录过的手机请带上旧的令牌（过期的也可以）：微信不认的 code 太多时，不与陌生人一起计数。",
)
@never(PhoneNotSupported, because="WeChat says it of phone numbers")
@refuses(LoginCodeRejected)
def log_in_by_wechat(body: WeChatLoginIn) -> Tokens:
    wechat = wechat_client()
    session = wechat.code_to_session(body.code)
    with transaction():
        return accounts.log_in_by_wechat(
            wechat.appid, session.openid, unionid=session.unionid, session_key=session.session_key, now=clock.now()
        )


@bp.post("/auth/password")
@public
@at_most(LOGGING_IN)
@bp.input(PasswordLoginIn)
@bp.output(TokensOut)
@bp.doc(
    summary="工作人员登录",
    description="同一来源连续五次输错密码后，该来源锁定十五分钟，再错五次锁定时间加倍，最长四小时；带上以前登录的令牌（过期的也可以），则按本人的设备计数。用初始密码登录的，只能先修改密码；"
    "初始密码 72 小时内有效。90 天未使用的登录停用，重置密码后恢复。"
    "设置了两步验证的，密码正确时回答 401 second_factor_needed，附 ticket。",
)
def log_in_by_password(body: PasswordLoginIn) -> Tokens:
    attempt, right = passwords.tried(body)
    with transaction():
        outcome = accounts.finish_password_login(attempt, right=right, code=body.code, now=clock.now())
    return _or_refuse(outcome)


@bp.post("/auth/second-step")
@public
@at_most(LOGGING_IN)
@bp.input(SecondStepIn)
@bp.output(TokensOut)
@bp.doc(
    summary="登录的第二步",
    description="密码正确、又设置了两步验证的，登录回答 second_factor_needed 和 ticket；凭它和动态码（或备用码）登录。"
    "每个码只能用一次；输错的次数与密码一样计算，只有知道密码的人才会用掉。",
)
def log_in_by_second_step(body: SecondStepIn) -> Tokens:
    with transaction():
        outcome = accounts.finish_second_step(body.ticket, body.code, passwords.source(), now=clock.now())
    return _or_refuse(outcome)


@bp.post("/auth/refresh")
@public
@at_most(LOGGING_IN, counted_for=log_in_refreshed)
@bp.input(RefreshIn)
@bp.output(TokensOut)
@bp.doc(summary="换取新的令牌", description="旧的 refresh_token 随即失效；一分钟内重发同一个请求会得到同样的新令牌。")
def refresh_tokens(body: RefreshIn) -> Tokens:
    with transaction():
        outcome = accounts.refresh(body.refresh_token, now=clock.now())
    return _or_refuse(outcome)


@bp.post("/auth/logout")
@at_login
@bp.output(None)
@bp.doc(summary="退出登录")
def log_out(actor: Actor) -> None:
    with transaction():
        accounts.log_out(actor, logged_in_family(), now=clock.now())


@bp.post("/auth/logout-everywhere")
@at_login
@bp.output(None)
@bp.doc(summary="退出全部登录", description="包括本次登录；所有手机和浏览器上的令牌随即失效。")
def log_out_everywhere(actor: Actor) -> None:
    with transaction():
        accounts.log_out_everywhere(actor, now=clock.now())


def wechat_client() -> WeChatClient:
    """The process's client of the WeChat server, made by create_app."""
    return cast(WeChatClient, current_app.extensions["wechat"])


def _or_refuse(outcome: Tokens | Refusal) -> Tokens:
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome
