"""The kinds of refusals. Each has words that a person can read.

A capability picks a kind, gives it a code and one Chinese sentence, and never writes a status of its own. Each refusal is a class,
so that a route can name it in its answers and the list of codes can be generated from code.
"""

from collections.abc import Mapping
from typing import ClassVar

Fact = str | int | bool | list[str] | None


class Refusal(Exception):
    """A request that the rules do not allow. `detail` is one Chinese sentence for the person; `facts` join the answer as they are."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "refused"
    detail: str = "操作无法完成"

    def __init__(self, detail: str | None = None, **facts: Fact) -> None:
        if detail is not None:
            self.detail = detail
        self.facts: Mapping[str, Fact] = facts
        super().__init__(self.code)


class Conflict(Refusal):
    """The state of things stands in the way."""

    status, code, detail = 409, "conflict", "当前状态不允许此操作"


class Forbidden(Refusal):
    """The actor may see the subject, but not do this to it."""

    status, code, detail = 403, "forbidden", "这件事不由您办理，请联系所在社区的工作人员"


class HolderUnchecked(Forbidden):
    """The office would permit it, but nobody has seen the papers of its holder: until then it only looks."""

    code: ClassVar[str] = "holder_unchecked"
    detail = "您的身份尚未核验，暂时只能查看；请带身份证到上级单位办理身份核验"


class Missing(Refusal):
    """It does not exist, or the actor may not know that it does."""

    # What it is, the edge says by the address (web/missing.py), alike for both.
    status, code, detail = 404, "not_found", "没有找到，或者不在您的管辖范围内"


class Unauthenticated(Refusal):
    """Nobody, or nobody any more, is logged in."""

    status, code, detail = 401, "unauthenticated", "请先登录"


class Malformed(Refusal):
    """The request cannot be read at all: broken JSON, a cursor that is not ours."""

    status, code, detail = 400, "malformed", "请求格式不正确"


class Unprocessable(Refusal):
    """A value is of the right shape and still wrong. `errors` names the fields: `{"id_number": ["校验码不正确"]}`."""

    status, code, detail = 422, "invalid", "填写的内容有误"

    def __init__(self, detail: str | None = None, *, errors: Mapping[str, list[str]] | None = None, **facts: Fact) -> None:
        super().__init__(detail, **facts)
        self.errors: Mapping[str, list[str]] = errors or {}


class TooMany(Refusal):
    """Too often in too short a time. `retry_after` is in seconds."""

    status, code, detail = 429, "too_many_requests", "操作太频繁，请稍后再试"

    def __init__(self, detail: str | None = None, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """Something that we need does not answer. `retry_after` is in seconds."""

    status, code, detail = 503, "unavailable", "服务暂时不可用，请稍后再试"

    def __init__(self, detail: str | None = None, *, retry_after: int = 5, **facts: Fact) -> None:
        super().__init__(detail, **facts)
        self.retry_after = retry_after
