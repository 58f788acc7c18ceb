"""Reasons, as many commands take them."""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from backend.foundation.terms import Word
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


AnyCause = TypeVar("AnyCause", bound=Word)
OTHER_CAUSE = "other", "其他"
"""The last of the causes of a list: what it is has to be told."""
A_CAUSE = "最接近的一项；选“其他”的，须写明原因"


class CausedIn(Body, Generic[AnyCause]):
    """Why: a cause from a short list, and a note, which is needed where the list has none that fits."""

    cause: AnyCause = Field(description=A_CAUSE)
    reason: WrittenReason | None = Field(default=None, description="说明；当事人看得到", validate_default=True)

    @field_validator("reason")
    @classmethod
    def _other_is_told(cls, reason: str | None, read: ValidationInfo) -> str | None:
        cause: Any = read.data.get("cause")
        if reason is None and cause == OTHER_CAUSE[0]:
            raise PydanticCustomError("cause_untold", "请选择原因；选“其他”的，请写明")
        return reason

    def in_words(self) -> str:
        """As it is kept and told: 迁出：迁往团结社区."""
        words = None if self.cause == OTHER_CAUSE[0] else self.cause.chinese
        return "：".join(said for said in (words, self.reason) if said)
