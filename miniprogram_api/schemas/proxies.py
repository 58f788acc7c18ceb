"""Shapes of acting for somebody else."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.proxies.queries import ProxyStatus
from miniprogram_api.contract import Out
from miniprogram_api.schemas.people import CommunityOut
from web.fields import Day, Id, Instant
from web.inputs.common import Reason

_COMMUNITY: JsonDict = {"id": "01931f6e-7c1a-7d2e-8f00-00000000c001", "name": "和平社区"}
_PROXY: JsonDict = {
    "id": "01931f6e-7c1a-7d2e-8f00-0000000000e1",
    "elder": {"id": "01931f6e-7c1a-7d2e-8f00-0000000000a2", "name": "王**"},
    "proxy": {"id": "01931f6e-7c1a-7d2e-8f00-0000000000a1", "name": "张*"},
    "relation": "neighbour",
    "relation_name": "邻居",
    "cause": "不使用手机",
    "community": _COMMUNITY,
    "began_on": "2026-11-24",
    "ends_on": "2027-11-23",
    "status": "held",
    "ended_at": None,
    "end_reason": None,
    "consent_seen_by": "01931f6e-7c1a-7d2e-8f00-0123456789ab",
}


class PartyOut(Out):
    """One of the two."""

    id: Id
    name: Annotated[str, Field(max_length=50, description="只显示姓")]


class ProxyOut(Out):
    """That one person acts for another. Its `elder.id` is the requester of what is submitted for them."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROXY]})

    id: Id
    elder: PartyOut
    proxy: PartyOut
    relation: Annotated[str, Field(max_length=40)]
    relation_name: Annotated[str, Field(max_length=40)]
    cause: Annotated[str, Field(max_length=200)]
    community: CommunityOut
    began_on: Day
    ends_on: Day
    status: ProxyStatus
    ended_at: Instant | None
    end_reason: Reason | None
    consent_seen_by: Id | None = Field(description="当面看过授权书的工作人员的账号")
