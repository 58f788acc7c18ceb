"""Personal data in clear, and what for."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.reveals.purposes import PersonalField
from backend.reveals.service import Purposeful
from web.fields import Text
from web.shapes import Body


class RevealIn(Body):
    """What is to be read, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"field": "phone", "purpose": "contact", "note": "通知更改服务时间"}]})

    field: PersonalField = Field(title="查看哪一项")
    purpose: Annotated[str, Text(max=40)] = Field(title="用途", description="每种用途只能查看规定的几项")
    note: Annotated[str, Text(max=200, min=2)] = Field(description="具体事由；本人可以看到")

    def purposeful(self) -> Purposeful:
        """As the service takes it."""
        return Purposeful(self.field, self.purpose, self.note)
