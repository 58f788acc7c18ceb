"""扫码登录: a phone lets a browser in that shows a code."""

from backend.accounts import queries
from backend.accounts import service as accounts
from backend.accounts.queries import ConsoleLoginLine
from backend.foundation import clock
from backend.foundation.actor import Actor
from miniprogram_api.contract import Resource
from miniprogram_api.schemas.auth import ConsoleLoginOut
from web.caller import logged_in_family
from web.edge import reads, writes
from web.limits import CHANGING_PASSWORD
from web.routes import at_most

bp = Resource("console_logins", tag="登录")

_CODE = "<string(maxlength=200):login_code>"


@bp.get(f"/console-logins/{_CODE}")
@reads
@bp.output(ConsoleLoginOut)
@bp.doc(
    summary="查看要登录的电脑",
    description="扫到 EJL1. 开头的码时，先给本人看：在什么浏览器、什么网络上，要登录的是社区E家工作台。不是自己面前的电脑的，不要确认。",
)
def see_console_login(actor: Actor, login_code: str) -> ConsoleLoginLine:
    return queries.console_login(actor, login_code, now=clock.now())


@bp.post(f"/console-logins/{_CODE}/approval")
@writes
@at_most(CHANGING_PASSWORD)
@bp.output(ConsoleLoginOut)
@bp.doc(
    summary="确认扫码登录",
    description="二维码两分钟内有效，只能用一次。确认后手机显示六位数字，由本人在两分钟内输入电脑，电脑即登录，并列在“我的登录”中。"
    "数字只输入自己面前的电脑；别人发来的二维码，确认了也打不开，除非把数字告诉对方。",
)
def approve_console_login(actor: Actor, login_code: str) -> ConsoleLoginLine:
    now = clock.now()
    accounts.approve_console_login(actor, login_code, logged_in_family(), now=now)
    return queries.console_login(actor, login_code, now=now)
