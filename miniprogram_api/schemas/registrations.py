"""Shapes of registrations (双报到) and of the work units named in them."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.party.models import PartyOrganisationKind, UnitNature
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
_PARTY_ORGANISATION: JsonDict = {
    "id": "01931f6e-7c1a-7d2e-8f00-0000000000f2",
    "name": "和平社区第一党支部",
    "kind": "branch",
    "parent": {"id": "01931f6e-7c1a-7d2e-8f00-0000000000f1", "name": "和平社区党总支"},
    "area_name": "和平社区",
    "founded_on": "2019-05-01",
}
_REGISTRATION: JsonDict = {
    "id": "01931f6e-7c1a-7d2e-8f00-0000000000e1",
    "status": "accepted",
    "person_id": "01931f6e-7c1a-7d2e-8f00-0000000000a1",
    "name": "张*",
    "community": {"id": "01931f6e-7c1a-7d2e-8f00-00000000c001", "name": "和平社区"},
    "work_unit": {"id": "01931f6e-7c1a-7d2e-8f00-0000000000d1", "name": "测试区住房保障中心"},
    "party_organisation_name": "测试区住房保障中心党支部",
    "party_organisation_id": None,
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


class NamedPartyOrganisationOut(Out):
    """A Party organisation by its name."""

    id: Id
    name: Annotated[str, Field(max_length=100)]


class PartyOrganisationOut(Out):
    """A Party organisation, to choose from."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PARTY_ORGANISATION]})

    id: Id
    name: Annotated[str, Field(max_length=100)]
    kind: PartyOrganisationKind
    parent: NamedPartyOrganisationOut | None
    area_name: str | None = Field(description="所在的社区或街道；单位的可能为空")
    founded_on: Day | None


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
    party_organisation_id: Id | None = Field(description="平台上叫这个名称的党组织；没有，或者不止一个的为空")
    joined_party_on: Day | None
    skills: Annotated[str, Field(max_length=200)] | None
    receipt_number: Annotated[str, Field(max_length=40, description="回执编号")] | None
    applied_at: Instant
    accepted_on: Day | None
    ended_on: Day | None
    reason: str | None = Field(description="退回、撤回或结束的原因")


class RegistrationStepOut(Out):
    """A step in the life of a registration."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01931f6e-7c1a-7d2e-8f00-0123456789b7",
                    "at": "2026-03-03T15:00:00+08:00",
                    "from_status": "applied",
                    "to_status": "returned",
                    "reason": "资料不全",
                }
            ]
        }
    )

    id: Id
    at: Instant
    from_status: RegistrationStatus | None
    to_status: RegistrationStatus
    reason: str | None
