"""Shapes of areas."""

from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue

from backend.areas.models import Level
from miniprogram_api.contract import Out
from web.fields import Day, Id

_COMMUNITY: dict[str, JsonValue] = {
    "id": "01931f6e-7c1a-7d2e-8f00-00000000c001",
    "code": "639999001001",
    "level": "community",
    "name": "和平社区",
    "parent_id": "01931f6e-7c1a-7d2e-8f00-00000000c000",
    "pilot_since": "2023-03-01",
}


class AreaOut(Out):
    """An area to choose."""

    model_config = ConfigDict(json_schema_extra={"examples": [_COMMUNITY]})

    id: Id
    code: Annotated[str, Field(max_length=15, description="统计用区划代码；网格为社区代码加三位")]
    level: Level
    name: Annotated[str, Field(max_length=100)]
    parent_id: Id | None
    pilot_since: Day | None = Field(description="被确定为三社联动试点社区的日期")


class AreaTreeOut(Out):
    """An area and all below it, each after the one above it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_COMMUNITY]}]})

    items: list[AreaOut]
