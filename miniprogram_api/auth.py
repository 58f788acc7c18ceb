"""Logging in: by WeChat for the mini-program, by name and password for administrators."""

from backend.accounts import service as accounts
from backend.accounts.service import CredentialsWrong, LoginLocked, Tokens
from backend.accounts.tokens import TokenInvalid
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Refusal
from miniprogram_api.contract import Resource, refuses
from miniprogram_api.edge import in_steps, logged_in_family, public
from miniprogram_api.schemas.auth import PasswordLoginIn, RefreshIn, TokensOut

bp = Resource("auth", tag="登录")


@bp.post("/auth/password")
@public
@bp.input(PasswordLoginIn)
@bp.output(TokensOut)
@bp.doc(summary="管理员登录", description="连续五次输错密码后，锁定十五分钟。")
@refuses(CredentialsWrong, LoginLocked)
def log_in_by_password(body: PasswordLoginIn) -> Tokens:
    with transaction():
        outcome = accounts.log_in_by_password(body.name, body.password, now=clock.now())
    return _or_refuse(outcome)


@bp.post("/auth/refresh")
@public
@bp.input(RefreshIn)
@bp.output(TokensOut)
@bp.doc(summary="换取新的令牌", description="旧的 refresh_token 随即失效；一分钟内重发同一个请求会得到同样的新令牌。")
@refuses(TokenInvalid)
def refresh(body: RefreshIn) -> Tokens:
    with transaction():
        outcome = accounts.refresh(body.refresh_token, now=clock.now())
    return _or_refuse(outcome)


@bp.post("/auth/logout")
@in_steps
@bp.output(None)
@bp.doc(summary="退出登录")
def log_out(actor: Actor) -> None:
    with transaction():
        accounts.log_out(actor, logged_in_family(), now=clock.now())


def _or_refuse(outcome: Tokens | Refusal) -> Tokens:
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome
