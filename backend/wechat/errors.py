"""The errors of a call to WeChat, as refusals. A refusal names the call, the errcode and WeChat's request id, and nothing else.

No error holds an address, a body, a code, a token or an openid: they end in logs and in problem documents.
"""

from typing import ClassVar

from backend.foundation.errors import Forbidden, Refusal, TooMany, Unauthenticated, Unavailable, Unprocessable


class WeChatError(Refusal):
    """A call that WeChat did not grant. `errcode` is None where no verdict came at all."""

    def __init__(self, call: str, errcode: int | None = None, rid: str | None = None) -> None:
        # Not super(): the kinds beside this class ask for arguments that are fixed per class here.
        Refusal.__init__(self)
        self.call = call
        self.errcode = errcode
        self.rid = rid

    def __str__(self) -> str:
        verdict = "no verdict" if self.errcode is None else f"errcode {self.errcode}"
        return f"{self.call}: {verdict}, rid {self.rid}" if self.rid else f"{self.call}: {verdict}"


class WeChatUnavailable(WeChatError, Unavailable):
    """WeChat is of no help now, through no fault of the person. `retry_after` is in seconds."""

    code, detail = "wechat_unavailable", "微信服务暂时不可用，请稍后再试"
    pause: ClassVar[int] = 5

    def __init__(self, call: str, errcode: int | None = None, rid: str | None = None) -> None:
        super().__init__(call, errcode, rid)
        self.retry_after = self.pause


class Unreachable(WeChatUnavailable):
    """No answer, or one that is not WeChat's. What was sent may have taken effect all the same."""


class BusyError(WeChatUnavailable):
    """WeChat said "system error" (-1) each time that it was asked."""


class TokenError(WeChatUnavailable):
    """A fresh access token was refused as well, or none can be had with this secret: another program may be fetching tokens."""

    pause = 60


class CallRefused(WeChatUnavailable):
    """Our settings, our rights or our code are wrong (appid, secret, allow-list …): the operator must act, a repeat changes nothing."""

    pause = 60


class RateLimited(WeChatError, TooMany):
    """A quota of WeChat is used up. `retry_after` is in seconds."""

    code, detail = "wechat_rate_limited", "操作太频繁，请稍后再试"

    def __init__(self, call: str, errcode: int | None = None, rid: str | None = None, *, retry_after: int) -> None:
        super().__init__(call, errcode, rid)
        self.retry_after = retry_after


class AccountBlocked(WeChatError, Forbidden):
    """WeChat holds this user for a risk and lets no mini-program log them in."""

    code, detail = "wechat_account_blocked", "该微信账号存在风险，微信暂不允许登录"


class CodeRejected(WeChatError):
    """The code from the phone is wrong, used, older than five minutes, or another app's."""


class LoginCodeRejected(CodeRejected, Unauthenticated):
    """The phone has to call `wx.login` again."""

    code, detail = "wechat_code_rejected", "登录凭证已失效，请重试"


class PhoneCodeRejected(CodeRejected, Unprocessable):
    """The person has to tap the phone-number button again. They stay logged in, hence no 401."""

    code, detail = "wechat_phone_code_rejected", "手机号授权已失效，请重新获取"

    def __init__(self, call: str, errcode: int | None = None, rid: str | None = None) -> None:
        super().__init__(call, errcode, rid)
        self.errors = {"code": [self.detail]}


class InvalidArgument(WeChatError, Unprocessable):
    """A value that WeChat cannot accept; found before anything was sent."""

    code, detail = "wechat_argument_invalid", "提交的微信凭证格式不正确"

    def __init__(self, call: str, field: str) -> None:
        super().__init__(call)
        self.errors = {field: [self.detail]}


class PhoneNotSupported(WeChatError, Unprocessable):
    """The person's WeChat phone is not a number of mainland China."""

    code, detail = "wechat_phone_not_supported", "目前仅支持中国大陆手机号"

    def __init__(self, call: str) -> None:
        super().__init__(call)
        self.errors = {"phone": [self.detail]}
