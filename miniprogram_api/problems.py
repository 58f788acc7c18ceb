"""A refusal as an RFC 9457 problem document."""

import json

from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from backend.foundation.errors import Refusal, Unauthenticated, Unprocessable
from backend.foundation.tracing import current_request_id

PROBLEM_JSON = "application/problem+json"


class Problem(BaseModel):
    """An answer that says no (RFC 9457). Facts of the case, such as `available_at`, may stand beside these."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="/problems/ 加 code")
    title: str = Field(description="这一类问题的名称")
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="可以直接显示给使用者的一句话")
    code: str = Field(pattern="^[a-z][a-z0-9_]*$", description="稳定的错误代码，供程序判断")
    errors: dict[str, list[str]] = Field(description="各字段的问题；$ 指整个请求体")
    request_id: str | None = Field(description="反馈问题时请提供")


def problem(refusal: Refusal) -> Response:
    """A refusal in the form of RFC 9457: its status, its code and its sentence."""
    body = {
        **refusal.facts,
        "type": f"/problems/{refusal.code}",
        "title": type(refusal).detail,
        "status": refusal.status,
        "detail": refusal.detail,
        "code": refusal.code,
        "errors": dict(refusal.errors) if isinstance(refusal, Unprocessable) else {},
        "request_id": current_request_id(),
    }
    answer = Response(json.dumps(body, ensure_ascii=False) + "\n", refusal.status, content_type=PROBLEM_JSON)
    if isinstance(refusal, Unauthenticated):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
