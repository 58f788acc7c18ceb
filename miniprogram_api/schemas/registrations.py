"""Shapes of registrations (双报到) and of the work units named in them."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.party.models import UnitNature
from backend.registration.models import RegistrationStatus
from miniprogram_api.contract import Out
from miniprogram_api.schemas.people import CommunityOut
from web.fields import Day, Id, Instant

_UNIT: JsonDict = {
    "id": "01931f6e-7c1a-7d2e-8f00-0000000000d1",
    "name": "测试区住房保障中心",
    "credit_code": "116399990150001267",
    "nature": "public_institution",
}
_REGISTRATION: JsonDict = {
    "id": "01931f6e-7c1a-7d2e-8f00-0000000000e1",
    "status": "accepted",
    "person_id": "01931f6e-7c1a-7d2e-8f00-0000000000a1",
    "name": "张*",
    "community": {"id": "01931f6e-7c1a-7d2e-8f00-00000000c001", "name": "和平社区"},
    "work_unit": {"id": "01931f6e-7c1a-7d2e-8f00-0000000000d1", "name": "测试区住房保障中心"},
    "party_organisation_name": "测试区住房保障中心党支部",
    "joined_party_on": "2011-07-01",
    "skills": "电工",
    "receipt_number": "R2026000012",
    "applied_at": "2026-11-20T09:00:00+08:00",
    "accepted_on": "2026-11-23",
    "ended_on": None,
    "reason": None,
}


class WorkUnitOut(Out):
    """An employer, to choose from."""

    model_config = ConfigDict(json_schema_extra={"examples": [_UNIT]})

    id: Id
    name: Annotated[str, Field(max_length=100)]
    credit_code: Annotated[str, Field(max_length=18)] | None
    nature: UnitNature


class NamedUnitOut(Out):
    """A unit by its name."""

    id: Id
    name: Annotated[str, Field(max_length=100)]


class RegistrationOut(Out):
    """A registration as it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REGISTRATION]})

    id: Id
    status: RegistrationStatus
    person_id: Id
    name: Annotated[str, Field(max_length=50, description="本人看到全名，其他人只看到姓")]
    community: CommunityOut
    work_unit: NamedUnitOut
    party_organisation_name: Annotated[str, Field(max_length=100)]
    joined_party_on: Day | None
    skills: Annotated[str, Field(max_length=200)] | None
    receipt_number: Annotated[str, Field(max_length=40, description="回执编号")] | None
    applied_at: Instant
    accepted_on: Day | None
    ended_on: Day | None
    reason: str | None = Field(description="退回、撤回或结束的原因")
