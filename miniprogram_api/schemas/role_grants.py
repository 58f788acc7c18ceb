"""Shapes of role grants."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from backend.accounts.queries import GrantStatus
from backend.foundation.actor import Role
from miniprogram_api.contract import Body, Day, Id, Instant, ListQuery, Out, Text
from miniprogram_api.schemas.people import CommunityOut

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
    "login_name": None,
    "volunteer_number": "V2026000123",
    "name": "张*",
    "granted_at": "2026-03-04T16:20:00+08:00",
    "granted_by": "01931f6e-7c1a-7d2e-8f00-0000000000e2",
}

STATUS = "held 任期内 · awaited 任期未开始 · ended 已收回或任期已满"


class RoleGrantIn(Body):
    """Who is appointed to what, where and for how long. Whom: a login name, or the number and name of a registered volunteer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"role": "grid_worker", "area_id": _AREA["id"], "volunteer_number": "V2026000123", "name": "张三", "ends_on": "2027-03-04"},
                {"role": "community_officer", "area_id": _AREA["id"], "login_name": "heping.wang"},
            ]
        }
    )

    role: Role = Field(description="网格员、社区、街道、区的工作人员；三员由运维人员用命令行授予，其他角色随入队、报到等自动取得")
    area_id: Id = Field(description="任职的区域，级别须与角色相符")
    login_name: Annotated[str, Text(max=60)] | None = Field(default=None, description="用户名；或填写志愿者编号和姓名")
    volunteer_number: Annotated[str, Text(max=40)] | None = Field(default=None, description="志愿者编号")
    name: Annotated[str, Text(max=50)] | None = Field(default=None, description="姓名，须与志愿者编号相符")
    starts_on: Day | None = Field(default=None, description="任期第一天；不填则即刻生效")
    ends_on: Day | None = Field(default=None, description="任期最后一天；不填则长期有效")

    @model_validator(mode="after")
    def _one_way_of_naming(self) -> "RoleGrantIn":
        by_number = self.volunteer_number is not None and self.name is not None
        named = (self.login_name is not None) + (self.volunteer_number is not None or self.name is not None)
        if named != 1 or (self.login_name is None and not by_number):
            raise ValueError("请填写用户名，或志愿者编号和姓名")
        return self


class TermIn(Body):
    """Until when."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ends_on": "2028-03-04"}]})

    ends_on: Day | None = Field(description="任期最后一天；null 为长期有效")


class RoleGrantsQuery(ListQuery):
    """Which offices are asked for."""

    role: Role | None = None
    area_id: Id | None = Field(default=None, description="只看这个区域的，不含下级")
    status: GrantStatus | None = Field(default=None, description=f"{STATUS}；不填则为前两种")


class TermOut(Out):
    """A role within its term."""

    id: Id
    role: Role
    status: GrantStatus = Field(description=STATUS)
    area: CommunityOut | None = Field(description="任职的区域")
    starts_at: Instant
    ends_at: Instant | None
    withdrawn_at: Instant | None
    withdrawn_reason: Annotated[str, Field(max_length=500)] | None


class RoleGrantOut(TermOut):
    """An office and who holds it. Number and name, masked, only for those who may see the person."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    account_id: Id
    login_name: Annotated[str, Field(max_length=60)] | None
    volunteer_number: Annotated[str, Field(max_length=40)] | None
    name: Annotated[str, Field(max_length=50, description="只显示姓")] | None
    granted_at: Instant
    granted_by: Id | None = Field(description="授予者的账号；运维人员用命令行授予的为 null")


class OwnRoleGrantOut(TermOut):
    """A role of one's own, and where it holds: the one of these fields that is not null."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [_TERM | dict.fromkeys(("team_id", "organisation_id", "work_unit_id", "party_organisation_id", "for_person_id"))]
        }
    )

    team_id: Id | None
    organisation_id: Id | None
    work_unit_id: Id | None
    party_organisation_id: Id | None
    for_person_id: Id | None = Field(description="志愿者本人，或所代理的人")
