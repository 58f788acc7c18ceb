"""Registering as a volunteer."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.volunteers.queries import PeopleSearch
from web.fields import Id, Text
from web.inputs.people import A_PERSON, IdNumber, NamingBody, NoticeVersion, PapersIn, RealName
from web.shapes import Body, CommunitySought, PersonNamed, SpanQuery


class VolunteerIn(NamingBody):
    """A registration as volunteer. Name and number may be left out by who is registered as a person already."""

    model_config = ConfigDict(json_schema_extra={"examples": [A_PERSON]})

    id_number: IdNumber | None = None
    community_id: Id = Field(description="居住的社区")
    notice_version: NoticeVersion


class VolunteerAtDeskIn(PapersIn):
    """Who registers on paper: what their identity card says, where they live, and the notice that they signed."""

    community_id: Id = Field(description="居住的社区")
    notice_version: NoticeVersion = Field(description="本人签字的纸质告知书版本，见 GET /notices")


class VolunteerMoveIn(Body):
    """Who moved, by number and name, and where to."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"volunteer_number": "V2026000123", "name": "张三", "community_id": "01931f6e-7c1a-7d2e-8f00-00000000c001"}]
        }
    )

    volunteer_number: Annotated[str, Text(max=40)] = Field(description="志愿者编号，迁入后不变")
    name: RealName
    community_id: Id = Field(description="迁入的社区")


class PeopleQuery(SpanQuery):
    """Whose rows of a list about people are asked for."""

    q: PersonNamed = None
    community_id: CommunitySought = None

    @property
    def search(self) -> PeopleSearch:
        """The same for a query of the domain."""
        return PeopleSearch(self.q, self.community_id, self.days)


class VolunteerQuery(PeopleQuery):
    """Which volunteers are asked for; the days are those of registration."""
