"""Shapes of points, hours and stars."""

from typing import Annotated

from pydantic import ConfigDict, Field

from miniprogram_api.contract import Out
from web.fields import BigInt, Day, Id, Instant


class StandingOut(Out):
    """What the person has reached."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"points": 128, "services": 34, "hours": "61.4", "star_of_hours": 0, "hours_to_next_star": "38.6"}]}
    )

    points: BigInt = Field(description="积分余额")
    services: BigInt = Field(description="已确认的服务次数")
    hours: Annotated[str, Field(pattern=r"^\d+\.\d$", max_length=20, description="服务时长（小时）；每条记录向下取到 0.1 小时后相加")]
    star_of_hours: Annotated[int, Field(ge=0, le=10, description="时长达到几星的标准；0 为未达到一星。称号须另行申请评定")]
    hours_to_next_star: Annotated[str, Field(pattern=r"^\d+\.\d$", max_length=20)] | None = Field(
        description="距下一星级的小时数；最高星级时为空"
    )


class LedgerLineOut(Out):
    """One entry on the person's points account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01931f6e-7c1a-7d2e-8f00-0123456789ab",
                    "points": 1,
                    "reason": "爱心敲门：服务47分钟",
                    "counts_on": "2026-03-05",
                    "booked_at": "2026-03-05T11:20:00+08:00",
                    "reverses_id": None,
                }
            ]
        }
    )

    id: Id
    points: BigInt = Field(description="积分增减")
    reason: Annotated[str, Field(max_length=300)]
    counts_on: Day = Field(description="计入的日期")
    booked_at: Instant = Field(description="入账时间")
    reverses_id: Id | None = Field(description="冲销时，被冲销的那一笔")


class PointsRuleOut(Out):
    """What earns points, and how many."""

    code: Annotated[str, Field(max_length=61)]
    title: Annotated[str, Field(max_length=40)] = Field(description="做什么")
    formula: Annotated[str, Field(max_length=60)] = Field(description="得几分")
    points: Annotated[int, Field(ge=1, le=10_000)]
    per: Annotated[int, Field(ge=1, le=100_000)] | None = Field(description="每满多少得一次；空的每次都得")
    unit: Annotated[str, Field(max_length=10)] = Field(description="per 的单位")
    brands: list[Annotated[str, Field(max_length=40)]] | None = Field(max_length=1000, description="只限这些品牌；空的不限")
    starts_on: Day | None
    ends_on: Day | None = Field(description="最后一天；空的一直有效")


class PointsRulesOut(Out):
    """The rules of the street."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "code": "minutes_served",
                            "title": "已确认的服务时长",
                            "formula": "每满30分钟得1分",
                            "points": 1,
                            "per": 30,
                            "unit": "分钟",
                            "brands": None,
                            "starts_on": None,
                            "ends_on": None,
                        }
                    ]
                }
            ]
        }
    )

    items: Annotated[list[PointsRuleOut], Field(max_length=1000)]
