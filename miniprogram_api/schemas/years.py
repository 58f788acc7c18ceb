"""Shapes of what was served in a year."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.recognition.years import MOST_YEARS, PersonLine, Sums, Year
from miniprogram_api.contract import Out
from miniprogram_api.schemas.attendance import SERVICE_EXAMPLE, ServiceOut, ShownName
from web.fields import BigInt, Id

_SUMS: JsonDict = {"services": 12, "hours": "18.5", "waiting": 1, "points": 37}
_YEAR: JsonDict = {"year": 2026, **_SUMS}
_SERVED: JsonDict = {**SERVICE_EXAMPLE, "points": 3}


class SumsOut(Out):
    """What counts, and what waits for its word."""

    services: BigInt = Field(description="计入的服务次数")
    hours: Annotated[str, Field(pattern=r"^\d+\.\d$", max_length=20, description="计入的时长（小时）；每条记录向下取到0.1小时后相加")]
    waiting: BigInt = Field(description="待确认或者待核实的次数，尚未计入")
    points: BigInt = Field(description="积分；队伍、组织和单位的，是这些服务本身所得的积分，不含首次参加等个人的奖励")


class YearOut(SumsOut):
    """One year."""

    year: Annotated[int, Field(ge=1900, le=2999)]


class YearsOut(Out):
    """The years in which something was served, the latest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_YEAR]}]})

    items: Annotated[list[YearOut], Field(max_length=2 * MOST_YEARS)]


class PersonYearOut(SumsOut):
    """What one person served in a year for a team, an organisation or a unit."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"person_id": "01931f6e-7c1a-7d2e-8f00-0000000000a1", "name": "王志愿", **_SUMS}]}
    )

    person_id: Id
    name: ShownName


class ServedOut(ServiceOut):
    """A service record, and the points that it has earned."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SERVED]})

    points: BigInt = Field(description="这次服务本身所得的积分")


def years_out(years: list[Year]) -> YearsOut:
    """Years as they are told."""
    return YearsOut(items=[YearOut.model_validate({"year": year.year} | _told(year.sums)) for year in years])


def person_out(line: PersonLine) -> PersonYearOut:
    """One person's year as it is told."""
    return PersonYearOut.model_validate({"person_id": line.person_id, "name": line.name} | _told(line.sums))


def _told(sums: Sums) -> dict[str, int | str]:
    return {"services": sums.services, "hours": sums.hours, "waiting": sums.waiting, "points": sums.points}
