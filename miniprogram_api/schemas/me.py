"""Shapes of what concerns who is logged in."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.people.service import Datum
from miniprogram_api.contract import Out
from miniprogram_api.schemas.auth import RoleOut
from miniprogram_api.schemas.people import OwnPersonOut, OwnVolunteerOut
from web.fields import Id, Instant

_ROLE: JsonDict = {
    "role": "volunteer",
    "area_path": "639999001001",
    "team_id": None,
    "organisation_id": None,
    "work_unit_id": None,
    "party_organisation_id": None,
    "person_id": None,
    "name": "和平社区",
}
_COMMUNITY: JsonDict = {"id": "01931f6e-7c1a-7d2e-8f00-00000000c001", "name": "和平社区"}


class MeOut(Out):
    """Who is logged in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": "01931f6e-7c1a-7d2e-8f00-0123456789ab",
                    "person_id": "01931f6e-7c1a-7d2e-8f00-0000000000a1",
                    "identity_checked": False,
                    "roles": [_ROLE],
                    "person": {
                        "id": "01931f6e-7c1a-7d2e-8f00-0000000000a1",
                        "name": "张三",
                        "id_number": "639999********0014",
                        "phone": "138****0000",
                        "community": _COMMUNITY,
                    },
                    "volunteer": {
                        "id": "01931f6e-7c1a-7d2e-8f00-0000000000b1",
                        "number": "V2026000123",
                        "registered_on": "2026-11-23",
                        "community": _COMMUNITY,
                    },
                }
            ]
        }
    )

    account_id: Id
    person_id: Id | None = Field(description="实名登记之后才有")
    identity_checked: bool = Field(description="担任职务的，身份证件是否核验过；没有核验的，只能查看，不能办理")
    roles: Annotated[list[RoleOut], Field(max_length=500)]
    person: OwnPersonOut | None = Field(description="实名登记之后才有")
    volunteer: OwnVolunteerOut | None = Field(description="注册志愿者才有")


class ClosedOut(Out):
    """An account that was closed just now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"closed_at": "2026-11-24T10:00:00+08:00", "erased": ["phone"], "kept": ["name", "id_number"]}]}
    )

    closed_at: Instant
    erased: Annotated[list[Datum], Field(max_length=3)] = Field(description="已经删除的信息")
    kept: Annotated[list[Datum], Field(max_length=3)] = Field(description="因有依法保存的记录而保留的信息：不再使用，显示时隐去部分文字")
