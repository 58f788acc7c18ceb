"""Shapes of social organisations and their staff."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from backend.organisations.models import Filing, OrganisationStatus, Origin
from miniprogram_api.contract import Out
from web.fields import Day, Id, Instant, Text
from web.inputs.common import Reason
from web.inputs.organisations import EXAMPLE_PLAN

_ORGANISATION = "01931f6e-7c1a-7d2e-8f00-0123456789b0"
_COMMUNITY = "01931f6e-7c1a-7d2e-8f00-0123456789ac"
_STAFF = "01931f6e-7c1a-7d2e-8f00-0123456789b1"
_LINE: dict[str, Any] = {
    "id": _ORGANISATION,
    "name": EXAMPLE_PLAN["name"],
    "origin": "introduced",
    "filing": "registered",
    "credit_code": EXAMPLE_PLAN["credit_code"],
    "record_number": None,
    "community_id": _COMMUNITY,
    "community_name": "和平社区",
    "officer_name": "王**",
    "status": "verified",
    "applied_at": "2026-03-02T10:00:00+08:00",
    "counted_on": "2026-03-05",
}

_SHEET = _LINE | {
    "purpose": EXAMPLE_PLAN["purpose"],
    "ended_on": None,
    "proof": None,
    "registered_on": None,
    "came_back": False,
    "reason": None,
}


class OrganisationLineOut(Out):
    """One organisation in a list."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    id: Id
    name: str
    origin: Origin
    filing: Filing
    credit_code: str | None
    record_number: str | None
    community_id: Id
    community_name: str
    officer_name: str | None = Field(description="负责人姓名，已脱敏；原负责人离开、尚未指定新的，为空")
    status: OrganisationStatus
    applied_at: Instant
    counted_on: Day | None = Field(description="协议签订、备案或登记的日期，自此计入引进或培育数")


class OrganisationOut(OrganisationLineOut):
    """One organisation."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SHEET]})

    purpose: str
    ended_on: Day | None
    proof: str | None = Field(description="证明材料，只给本社区和本组织看")
    registered_on: Day | None = Field(description="备案以后登记的日期；仍按备案日计入，不重复计数")
    came_back: bool = Field(description="曾在本街道计入、终止后又回来的，不再计入新增")
    reason: str | None = Field(description="退回或终止的理由")


class DayCorrectionOut(Out):
    """How the day from which it counts was corrected."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _STAFF,
                    "at": "2026-03-09T10:00:00+08:00",
                    "reason": "录入时月份和日期写反",
                    "was": "2026-03-02",
                    "counted_on": "2026-02-03",
                    "proof": "和平社区2026年第3号协议原件",
                }
            ]
        }
    )

    id: Id
    at: Instant
    reason: Reason
    was: Day
    counted_on: Day
    proof: Annotated[str, Text(max=200)]


class StaffOut(Out):
    """One who acts for an organisation."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": _STAFF, "name": "李**", "joined_on": "2026-03-09", "is_officer": False}]}
    )

    id: Id
    name: str = Field(description="姓名，已脱敏")
    joined_on: Day
    is_officer: bool


class OrganisationStepOut(Out):
    """A step in the life of an organisation."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01931f6e-7c1a-7d2e-8f00-0123456789b7",
                    "at": "2026-03-03T15:00:00+08:00",
                    "from_status": "applied",
                    "to_status": "returned",
                    "reason": "材料不全",
                }
            ]
        }
    )

    id: Id
    at: Instant
    from_status: OrganisationStatus | None
    to_status: OrganisationStatus
    reason: str | None
