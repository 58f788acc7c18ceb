"""Who acts for whom."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict
from sqlalchemy import Select

from backend.proxies.queries import ProxySearch, ProxyStatus
from backend.proxies.service import NewProxy
from web.fields import Day, Id, NoNumbers, Text
from web.inputs.people import IdNumber, NamingBody, NoticeVersion, RealName
from web.inputs.volunteers import PeopleQuery
from web.shapes import Body, ForMe

_COMMUNITY: JsonDict = {"id": "01931f6e-7c1a-7d2e-8f00-00000000c001", "name": "和平社区"}


class IdentityIn(NamingBody):
    """Somebody's name and number, from the identity card."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "张三", "id_number": "639999199001010014"}]})

    name: RealName = Field(title="姓名")
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
                    "notice_version": "2026-12-01",
                }
            ]
        }
    )

    elder: IdentityIn = Field(description="被代办人，可以没有账号")
    proxy: IdentityIn = Field(description="代办人，已用自己的手机实名登记")
    community_id: Id = Field(title="被代办人居住的社区", description="被代办人居住的社区")
    relation: Annotated[str, Text(max=40)] = Field(
        title="代办人是被代办人的",
        description="代办人是被代办人的什么人；可选的见 /words 的 ProxyRelation，例如 child 子女、spouse 配偶、neighbour 邻居",
    )
    cause: Annotated[str, Text(max=200), NoNumbers] = Field(title="为什么需要代办", description="例如：不使用手机")
    ends_on: Day = Field(title="代办到哪天为止", description="含当天，最长一年")
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


class ProxyQuery(PeopleQuery):
    """Which are asked for, by either of the two; the days are the last ones of the terms."""

    status: ProxyStatus | None = None
    for_me: ForMe = False

    def among(self, people: Select[UUID] | None) -> ProxySearch:
        """The same for a query of the domain, with those who are sought."""
        return ProxySearch(self.status, self.community_id, people, self.days)
