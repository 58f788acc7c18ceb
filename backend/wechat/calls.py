"""The calls that the product makes of WeChat, and what each errcode means for it."""

import re
from dataclasses import dataclass

from backend.wechat.errors import (
    AccountBlocked,
    BusyError,
    CallRefused,
    LoginCodeRejected,
    PhoneCodeRejected,
    RateLimited,
    TokenError,
    WeChatError,
)

STAND_IN_PREFIX = "/__stand-in__"

BUSY = -1
STALE_TOKEN = frozenset({40001, 40014, 42001})
CODE_REJECTED = frozenset({40029, 40163})
BLOCKED = 40226

# Seconds to wait per quota. WeChat names days, minutes and seconds, not when a day's quota returns: an hour is our step for it.
RATE_PAUSES = {45009: 3600, 44993: 3600, 45011: 60, 44991: 60, 61081: 60, 44990: 1, 43108: 1}

_CODE = re.compile(r"[\x21-\x7e]{1,256}")


@dataclass(frozen=True)
class Call:
    """One call of the WeChat API. `repeat_lost`: whether it may be sent again when its answer got lost."""

    name: str
    method: str
    path: str
    repeat_lost: bool
    code_rejected: type[WeChatError] = CallRefused

    def __post_init__(self) -> None:
        if self.path.startswith(STAND_IN_PREFIX):
            raise ValueError("the product never steers a stand-in server")


CODE_TO_SESSION = Call("code2Session", "GET", "/sns/jscode2session", repeat_lost=False, code_rejected=LoginCodeRejected)
STABLE_TOKEN = Call("getStableAccessToken", "POST", "/cgi-bin/stable_token", repeat_lost=True)
PHONE_NUMBER = Call("getPhoneNumber", "POST", "/wxa/business/getuserphonenumber", repeat_lost=False, code_rejected=PhoneCodeRejected)


def is_code(value: object) -> bool:
    """Whether the value may be a code of `wx.login` or of the phone-number button: printable ASCII, at most 256 characters."""
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def error_for(call: Call, errcode: int, rid: str | None) -> WeChatError:
    """The error that stands for a verdict other than success. A verdict nobody has heard of is final, like a mistake of ours."""
    if errcode == BUSY:
        return BusyError(call.name, errcode, rid)
    if errcode in STALE_TOKEN:
        return TokenError(call.name, errcode, rid)
    if errcode in RATE_PAUSES:
        return RateLimited(call.name, errcode, rid, retry_after=RATE_PAUSES[errcode])
    if errcode in CODE_REJECTED:
        return call.code_rejected(call.name, errcode, rid)
    if errcode == BLOCKED:
        return AccountBlocked(call.name, errcode, rid)
    return CallRefused(call.name, errcode, rid)
