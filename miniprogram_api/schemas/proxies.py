"""Shapes of acting for somebody else."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.people.queries import ProxyStatus
from backend.people.service import NewProxy
from miniprogram_api.contract import Body, Day, Id, Instant, ListQuery, NoNumbers, Out, Text
from miniprogram_api.schemas.common import Reason
from miniprogram_api.schemas.people import CommunityOut, IdNumber, NoticeVersion, RealName

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


class IdentityIn(Body):
    """Somebody's name and number, from the identity card."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "张三", "id_number": "639999199001010014"}]})

    name: RealName
    id_number: IdNumber


class ProxyIn(Body):
    """Who acts for whom, until when and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "elder": {"name": "王桂芳", "id_number": "639999194108151236"},
                    "proxy": {"name": "张三", "id_number": "639999199001010014"},
                    "community_id": _COMMUNITY["id"],
                    "relation": "neighbour",
                    "cause": "不使用手机",
                    "ends_on": "2027-11-23",
                    "notice_version": "2026-11-01",
                }
            ]
        }
    )

    elder: IdentityIn = Field(description="被代办人，可以没有账号")
    proxy: IdentityIn = Field(description="代办人，已用自己的手机实名登记")
    community_id: Id = Field(description="被代办人居住的社区")
    relation: Annotated[str, Text(max=40)] = Field(description="代办人是被代办人的什么人，见 config/proxies.toml")
    cause: Annotated[str, Text(max=200), NoNumbers] = Field(description="为什么需要代办")
    ends_on: Day = Field(description="最后一天，最长一年")
    notice_version: NoticeVersion

    def wanted(self) -> NewProxy:
        """As the command takes it."""
        return NewProxy(
            elder_name=self.elder.name,
            elder_id_number=self.elder.id_number,
            community_id=self.community_id,
            proxy_name=self.proxy.name,
            proxy_id_number=self.proxy.id_number,
            relation=self.relation,
            cause=self.cause,
            ends_on=self.ends_on,
            notice_version=self.notice_version,
        )


class RenewalIn(Body):
    """Until when it shall hold."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ends_on": "2028-11-22"}]})

    ends_on: Day


class ProxyQuery(ListQuery):
    """Which are asked for."""

    status: ProxyStatus | None = None


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
