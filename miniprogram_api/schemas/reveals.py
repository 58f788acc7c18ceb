"""Shapes of readings of personal data in clear."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.foundation.actor import Role
from backend.reveals.purposes import PersonalField
from miniprogram_api.contract import Out
from web.fields import Id, Instant

_AT = "2026-11-24T10:00:00+08:00"
_ID = "01931f6e-7c1a-7d2e-8f00-0000000000d1"
_PURPOSE: JsonDict = {"code": "contact", "name": "联系本人", "fields": ["name", "phone"], "keeps": False}

_READING: JsonDict = {
    "id": _ID,
    "revealed_at": _AT,
    "role": "community_officer",
    "area": "和平社区",
    "fields": ["phone"],
    "purpose": "联系本人",
    "note": "通知更改服务时间",
    "claim_id": None,
    "claimant": None,
}


class PurposeOut(Out):
    """Why data may be read, and which."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PURPOSE]})

    code: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(max_length=50)]
    fields: Annotated[list[PersonalField], Field(max_length=10)]
    keeps: bool = Field(description="本人撤回全部同意后，依法保存的信息仍可为此用途查看")


class PurposesOut(Out):
    """The catalogue of purposes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_PURPOSE]}]})

    items: Annotated[list[PurposeOut], Field(max_length=100)]


class RevealOut(Out):
    """One value in clear."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": _ID, "field": "phone", "value": "13800000000", "revealed_at": _AT}]})

    id: Id
    field: PersonalField
    value: Annotated[str, Field(max_length=200)] | None = Field(description="没有登记的为 null")
    revealed_at: Instant


class ReadingOut(Out):
    """One reading of somebody's data."""

    model_config = ConfigDict(json_schema_extra={"examples": [_READING]})

    id: Id
    revealed_at: Instant
    role: Role = Field(description="查看人当时的身份；不显示姓名")
    area: Annotated[str, Field(max_length=100)] | None = Field(description="查看人所属的区域；认领方没有")
    fields: Annotated[list[PersonalField], Field(max_length=10)]
    purpose: Annotated[str, Field(max_length=50)]
    note: Annotated[str, Field(max_length=200)] | None
    claim_id: Id | None = Field(description="为哪一次认领查看")
    claimant: Annotated[str, Field(max_length=100)] | None = Field(description="认领方的名称；个人的隐去姓名")


class RevealLineOut(ReadingOut):
    """One reading of one's own data."""

    model_config = ConfigDict(json_schema_extra={"examples": [_READING | {"of_beneficiary": False, "of_ward": False}]})

    of_beneficiary: bool = Field(description="查看的是本人为其申请服务的服务对象")
    of_ward: bool = Field(description="查看的是本人监护的未成年人，或者本人代办的老人")
