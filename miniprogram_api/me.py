"""Who is logged in, and what concerns them."""

from dataclasses import asdict
from typing import Any

from flask import Response

from backend.closures.service import close_own_account
from backend.dossiers.roles import place_names
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.refusals import never, refuses
from backend.own_data.service import copy_own_data
from backend.people import queries
from backend.people import service as people
from backend.people.queries import OwnPerson
from backend.volunteers.queries import own_registration
from backend.wechat.errors import AccountBlocked, PhoneCodeRejected
from miniprogram_api.auth import wechat_client
from miniprogram_api.contract import Resource
from miniprogram_api.schemas.auth import RoleOut
from miniprogram_api.schemas.me import ClosedOut, MeOut
from miniprogram_api.schemas.people import OwnPersonOut
from web.downloads import downloaded
from web.edge import in_steps, reads, writes
from web.inputs.people import ClosingIn, PhoneIn
from web.routes import takes_wechat_code
from web.submissions import last_step

bp = Resource("me", tag="我的")

_ROLES = list(Role)


@bp.get("/me")
@reads
@bp.output(MeOut)
@bp.doc(summary="我的账号、身份与角色")
def read_me(actor: Actor) -> MeOut:
    names = place_names(actor, {grant.place for grant in actor.grants}, now=clock.now())
    return MeOut.model_validate(
        {
            "account_id": actor.account_id,
            "person_id": actor.person_id,
            "identity_checked": actor.is_checked,
            "roles": [
                RoleOut.model_validate(asdict(grant) | {"name": names.get(grant.place)}) for grant in sorted(actor.grants, key=_place)
            ],
            "person": actor.person_id and queries.own_card(actor.person_id),
            "volunteer": actor.person_id and own_registration(actor.person_id),
        }
    )


def _place(grant: Grant) -> tuple[int, str]:
    """Where a role stands in the list: the same place each time."""
    return _ROLES.index(grant.role), str(grant)


@bp.get("/me/export")
@reads
@bp.download("application/zip")
@bp.doc(
    summary="下载我的个人信息副本",
    description="一个压缩包：平台保存的本人全部信息，每类一个 JSON 文件，`说明.txt` 写明每个文件是什么、哪些内容没有放进来和原因。"
    "每天最多三次，留有记录，并发一条站内消息告诉本人。",
)
def download_own_data(actor: Actor) -> Response:
    copied = copy_own_data(actor, now=clock.now())
    return downloaded(copied.content, copied.name, "application/zip")


@bp.post("/me/closing")
@writes
@bp.input(ClosingIn)
@bp.output(ClosedOut)
@bp.doc(
    summary="注销我的账号",
    description="所有登录方式随即失效，同意全部撤回，不再需要的信息删除；依法保存的服务记录等保留，姓名只显示为隐去部分文字的形式。"
    "还有没办完的事（担任职务、队长、唯一的监护人或代办人、认领的服务没有结束等）时答 409，`obstacles` 列出是哪些。"
    "以后用同一个微信登录是新的账号；以往的记录须带身份证到社区找回。",
)
def close_account(actor: Actor, body: ClosingIn) -> dict[str, Any]:  # noqa: ARG001 - to have said it is all
    closed = close_own_account(actor, now=clock.now())
    return {"closed_at": closed.at, "erased": list(closed.ending.erased), "kept": list(closed.ending.kept)}


@bp.post("/me/phone")
@in_steps
@takes_wechat_code
@bp.input(PhoneIn)
@bp.output(OwnPersonOut)
@bp.doc(summary="登记手机号", description="手机号由微信提供，不能自己填写；换号后重新登记即可。须先完成实名登记。")
@never(AccountBlocked, because="WeChat says it of log-ins")
@refuses(PhoneCodeRejected)
def set_phone(actor: Actor, body: PhoneIn) -> OwnPerson:
    # Asked before WeChat is: a code works once and is paid for.
    person_id = people.phone_holder(actor)
    phone = wechat_client().phone_number(body.code)
    with last_step():
        people.set_phone(actor, phone, now=clock.now())
        return queries.own_card(person_id)
