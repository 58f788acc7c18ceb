"""Shapes of wishes to move to another community."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.relocations.models import RelocationStatus
from miniprogram_api.contract import Out
from miniprogram_api.schemas.people import CommunityOut, Number
from web.fields import Id, Instant, Name

_RELOCATION: JsonDict = {
    "id": "01931f6e-7c1a-7d2e-8f00-0000000000f7",
    "status": "asked",
    "person_id": "01931f6e-7c1a-7d2e-8f00-0000000000a1",
    "person_name": "张*",
    "volunteer_number": "V2026000123",
    "former_community": {"id": "01931f6e-7c1a-7d2e-8f00-00000000c001", "name": "和平社区"},
    "community": {"id": "01931f6e-7c1a-7d2e-8f00-00000000c002", "name": "团结社区"},
    "asked_at": "2026-11-24T09:00:00+08:00",
    "decided_at": None,
    "reason": None,
}


class RelocationOut(Out):
    """One wish to move."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RELOCATION]})

    id: Id
    status: RelocationStatus = Field(description=RelocationStatus.listed())
    person_id: Id
    person_name: Name = Field(description="隐去部分文字")
    volunteer_number: Number | None = Field(description="是注册志愿者的，迁入后编号不变")
    former_community: CommunityOut = Field(description="申请时登记居住的社区")
    community: CommunityOut = Field(description="现在居住的社区，由它答复")
    asked_at: Instant
    decided_at: Instant | None
    reason: Annotated[str, Field(max_length=500, description="没有同意的理由")] | None
