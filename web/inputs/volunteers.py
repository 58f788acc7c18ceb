"""Registering as a volunteer."""

from pydantic import ConfigDict, Field

from web.fields import Id
from web.inputs.people import A_PERSON, IdNumber, NoticeVersion, RealName
from web.shapes import Body, ListQuery


class VolunteerIn(Body):
    """A registration as volunteer. Name and number may be left out by who is registered as a person already."""

    model_config = ConfigDict(json_schema_extra={"examples": [A_PERSON]})

    name: RealName | None = None
    id_number: IdNumber | None = None
    community_id: Id = Field(description="居住的社区")
    notice_version: NoticeVersion


class VolunteerQuery(ListQuery):
    """Which volunteers are asked for."""

    community_id: Id | None = None
