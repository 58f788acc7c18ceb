"""Shapes of the year's figures."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.areas.models import Level
from backend.statistics.indicators import Kind
from miniprogram_api.contract import Out
from web.fields import Day, Id, Instant

_AREA: JsonDict = {"id": "01931f6e-7c1a-7d2e-8f00-0123456789ab", "name": "青山街道", "level": "street"}
_COMMUNITY: JsonDict = {"id": "01931f6e-7c1a-7d2e-8f00-0123456789ac", "name": "和平社区", "level": "community"}
_NUMBERS: JsonDict = {
    "value": 12.7,
    "months": [3.2, 1.5, 0, 0, 0, 0, 8, 0, 0, 0, None, None],
    "communities": [{"area_id": _COMMUNITY["id"], "value": 12.7}],
}
Value = Annotated[int | float, Field(description="以指标的单位计；时长保留一位小数")]
PartCode = Annotated[str, Field(max_length=80, description="分项代码，如类别或品牌")]


class FigureAreaOut(Out):
    """An area of the table."""

    id: Id
    name: Annotated[str, Field(max_length=200)]
    level: Level


class CommunityValueOut(Out):
    """The year's value of one community."""

    area_id: Id
    value: Value


class NumbersOut(Out):
    """One line of numbers."""

    value: Value
    months: list[Value | None] = Field(max_length=12, description="一月至十二月；增量为当月，存量为月末；尚未到来的月份为空")
    communities: list[CommunityValueOut] = Field(max_length=2000, description="各社区全年；按去重人数计的指标，合计不是各社区之和")


class FigurePartOut(NumbersOut):
    """The share of one category, brand or origin."""

    code: PartCode
    name: Annotated[str, Field(max_length=80)]


class FigureOut(NumbersOut):
    """One indicator."""

    code: Annotated[str, Field(max_length=80)]
    name: Annotated[str, Field(max_length=80)]
    unit: Annotated[str, Field(max_length=10, description="个、家、人、人次、小时、分、件")]
    kind: Kind = Field(description="flow 本年累计，stock 年末数；distinct_flow、distinct_stock 同上，按人去重")
    definition: Annotated[str, Field(max_length=500, description="口径")]
    parts: list[FigurePartOut] = Field(max_length=200)


class FiguresOut(Out):
    """The year's table."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "year": 2026,
                    "area": _AREA,
                    "communities": [_COMMUNITY],
                    "as_of": "2026-10-05T09:00:00+08:00",
                    "figures": [
                        {
                            "code": "service_hours",
                            "name": "志愿服务时长",
                            "unit": "小时",
                            "kind": "flow",
                            "definition": "经确认的服务记录的时长之和。",
                            **_NUMBERS,
                            "parts": [{"code": "door_knock", "name": "爱心敲门", **_NUMBERS}],
                        }
                    ],
                }
            ]
        }
    )

    year: Annotated[int, Field(ge=2000, le=2199)]
    area: FigureAreaOut
    communities: list[FigureAreaOut] = Field(max_length=2000)
    as_of: Instant = Field(description="截至这一时刻的事实都已计入")
    figures: list[FigureOut] = Field(max_length=200)


class FigureRowOut(Out):
    """One row that a figure counts; for distinct figures, one person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "source_id": "01931f6e-7c1a-7d2e-8f00-0123456789ab",
                    "starts_on": "2026-03-05",
                    "ends_on": None,
                    "community": "和平社区",
                    "part": "door_knock",
                    "person_id": "01931f6e-7c1a-7d2e-8f00-0123456789ad",
                    "person_name": "张*",
                    "late_entry_id": None,
                    "value": 0.7,
                }
            ]
        }
    )

    source_id: Id | None = Field(description="所依据的记录；按人去重的指标为空，服务对象为其在登记册中的编号")
    starts_on: Day = Field(description="计入的日期；按人去重的指标为期内最早的一天")
    ends_on: Day | None = Field(description="自这一天起不再计入")
    community: Annotated[str, Field(max_length=200)] | None = Field(description="计入的社区；一人涉及多个社区时为空")
    part: PartCode | None = Field(description="分项代码；一人涉及多个分项时为空")
    person_id: Id | None
    person_name: Annotated[str, Field(max_length=60, description="已脱敏")] | None
    late_entry_id: Id | None = Field(description="补录：该服务所属的补录活动；不是补录的为空")
    value: Value = Field(description="在合计中占多少；各行之和即该数字")


class IndicatorOut(Out):
    """What an indicator counts, and how."""

    code: Annotated[str, Field(max_length=61)]
    name: Annotated[str, Field(max_length=40)]
    group: Annotated[str, Field(max_length=20, description="统计表中的分组")]
    unit: Annotated[str, Field(max_length=10)]
    kind: Kind
    period: Annotated[str, Field(max_length=10, description="本年累计或者年末数")]
    counting: Annotated[str, Field(max_length=20, description="计数方式")]
    definition: Annotated[str, Field(max_length=500, description="口径")]
    source: Annotated[str, Field(max_length=200, description="数据来源")]
    split_by: Annotated[str, Field(max_length=40)] | None = Field(description="另按什么分项")


class IndicatorsOut(Out):
    """All of them, in the order of the table."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "code": "teams",
                            "name": "志愿服务队伍",
                            "group": "志愿服务队伍",
                            "unit": "个",
                            "kind": "stock",
                            "period": "年末数",
                            "counting": "按件（次）计",
                            "definition": "期末在册的志愿服务队：经社区同意成立、尚未解散，计入队伍所在社区。",
                            "source": "志愿服务队登记",
                            "split_by": "类别",
                        }
                    ]
                }
            ]
        }
    )

    items: Annotated[list[IndicatorOut], Field(max_length=1000)]
