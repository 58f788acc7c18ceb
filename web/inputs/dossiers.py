"""Whom an officer looks for by a whole number."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.dossiers.lookups import NumberKind
from web.fields import Text
from web.shapes import Body


class LookupIn(Body):
    """A whole number, and which kind it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "phone", "number": "13800000000"}]})

    kind: NumberKind
    number: Annotated[str, Text(max=40)] = Field(description="完整的号码；空格、全角数字和小写 x 按同一写法读取")
