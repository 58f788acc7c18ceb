"""Shapes of role grants."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from backend.accounts.queries import GrantStatus
from backend.foundation.actor import Role
from miniprogram_api.contract import Out
from miniprogram_api.schemas.people import CommunityOut
from web.fields import Id, Instant

_GRANT = "01931f6e-7c1a-7d2e-8f00-0000000000d1"
_AREA: dict[str, Any] = {"id": "01931f6e-7c1a-7d2e-8f00-00000000c001", "name": "和平社区"}
_TERM: dict[str, Any] = {
    "id": _GRANT,
    "role": "grid_worker",
    "status": "held",
    "area": _AREA,
    "starts_at": "2026-03-05T00:00:00+08:00",
    "ends_at": "2027-03-05T00:00:00+08:00",
    "withdrawn_at": None,
    "withdrawn_reason": None,
}
_LINE = _TERM | {
    "account_id": "01931f6e-7c1a-7d2e-8f00-0000000000e1",
    "identity_checked": True,
    "login_name": None,
    "volunteer_number": "V2026000123",
    "name": "张*",
    "granted_at": "2026-03-04T16:20:00+08:00",
    "granted_by": "01931f6e-7c1a-7d2e-8f00-0000000000e2",
    "approved_by": None,
}


class TermOut(Out):
    """A role within its term."""

    id: Id
    role: Role
    status: GrantStatus = Field(description=GrantStatus.listed())
    area: CommunityOut | None = Field(description="任职的区域")
    starts_at: Instant
    ends_at: Instant | None
    withdrawn_at: Instant | None
    withdrawn_reason: Annotated[str, Field(max_length=500)] | None


class RoleGrantOut(TermOut):
    """An office and who holds it. Number and name, masked, only for those who may see the person."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    account_id: Id
    identity_checked: bool = Field(description="身份证件是否核验过；没有核验的，只能查看，不能办理")
    login_name: Annotated[str, Field(max_length=60)] | None
    volunteer_number: Annotated[str, Field(max_length=40)] | None
    name: Annotated[str, Field(max_length=50, description="只显示姓")] | None
    granted_at: Instant
    granted_by: Id | None = Field(description="授予者的账号；运维人员用命令行授予的为 null")
    approved_by: Id | None = Field(description="同意者的账号；由上级授予、不须同意的为 null")


class OwnRoleGrantOut(TermOut):
    """A role of one's own, and where it holds: the one of these fields that is not null."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _TERM
                | dict.fromkeys(("team_id", "organisation_id", "work_unit_id", "party_organisation_id", "for_person_id"))
                | {"name": "和平社区"}
            ]
        }
    )

    team_id: Id | None
    organisation_id: Id | None
    work_unit_id: Id | None
    party_organisation_id: Id | None
    for_person_id: Id | None = Field(description="志愿者本人，或所代办的人")
    name: Annotated[str, Field(max_length=200)] | None = Field(
        description="这个区域、服务队、社会组织、单位、党组织的名称；代办的是姓名，隐去部分文字"
    )
