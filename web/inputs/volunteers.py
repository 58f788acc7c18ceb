"""Registering as a volunteer."""

from pydantic import ConfigDict, Field

from web.fields import Id
from web.inputs.people import IdNumber, NoticeVersion, RealName
from web.shapes import Body, ListQuery

_COMMUNITY = "01931f6e-7c1a-7d2e-8f00-00000000c001"


class VolunteerIn(Body):
    """A registration as volunteer. Name and number may be left out by who is registered as a person already."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "张三",
                    "id_number": "639999199001010014",
                    "community_id": _COMMUNITY,
                    "notice_version": "2026-11-01",
                }
            ]
        }
    )

    name: RealName | None = None
    id_number: IdNumber | None = None
    community_id: Id = Field(description="居住的社区")
    notice_version: NoticeVersion


class VolunteerQuery(ListQuery):
    """Which volunteers are asked for."""

    community_id: Id | None = None
