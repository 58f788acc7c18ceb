"""Employers of serving Party members."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.party.models import UnitNature
from web.fields import NoNumbers, Text
from web.shapes import Body, ListQuery


class WorkUnitIn(Body):
    """An employer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "测试区住房保障中心", "credit_code": "116399990150001267", "nature": "public_institution"}]
        }
    )

    name: Annotated[str, Text(max=100, min=2), NoNumbers]
    credit_code: Annotated[str, Text(max=40)] | None = Field(default=None, description="统一社会信用代码，可以以后补")
    nature: UnitNature


class WorkUnitQuery(ListQuery):
    """Which units are asked for."""

    q: Annotated[str, Text(max=50)] | None = Field(default=None, description="单位名称的一部分，或完整的统一社会信用代码")
