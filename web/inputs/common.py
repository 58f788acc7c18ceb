"""Reasons, as many commands take them."""

from typing import Annotated

from pydantic import ConfigDict, Field

from web.fields import NoNumbers, Text
from web.shapes import Body

Reason = Annotated[str, Text(max=500, multiline=True)]
WrittenReason = Annotated[Reason, NoNumbers]
"""As a request takes it."""


class ReasonIn(Body):
    """Why; whom it concerns can read it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "请补充希望的时间和联系方式。"}]})

    reason: WrittenReason = Field(description="理由；当事人看得到")


class MaybeReasonIn(Body):
    """Why, for who wants to say."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "搬家"}]})

    reason: WrittenReason | None = None
