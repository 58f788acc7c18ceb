"""Whose year."""

from pydantic import Field

from backend.attendance.models import Capacity
from backend.foundation.terms import Word
from backend.recognition.years import Body, ServedSearch
from web.fields import Id
from web.shapes import BrandSought, CommunitySought, ListQuery, PersonSought, Query, SpanQuery, TitleSought


class BodyKind(Word):
    """What somebody serves for, beside themselves."""

    TEAM = "team", "服务队"
    ORGANISATION = "organisation", "社会组织"
    WORK_UNIT = "work_unit", "单位"


class BodyQuery(Query):
    """Of which team, organisation or unit."""

    served_for: BodyKind
    served_for_id: Id = Field(description="队伍、社会组织或者单位的 id")

    @property
    def body(self) -> Body:
        """The same for a query of the domain."""
        return Body(Capacity(self.served_for), self.served_for_id)


class PeopleQuery(BodyQuery, ListQuery):
    """In which year, by person."""

    year: int = Field(ge=2000, le=2199, description="服务的年份")


class YearOfBodyQuery(Query):
    """Which year, as the address of a page says it."""

    year: int | None = Field(default=None, ge=2000, le=2199, description="服务的年份；不填为今年")


class PeopleOfYearQuery(ListQuery, YearOfBodyQuery):
    """The same, and which part of the list."""


class OwnServedQuery(SpanQuery):
    """Which services of a team, an organisation or a unit; the days are those of service."""

    q: TitleSought = None
    year: int | None = Field(default=None, ge=2000, le=2199, description="服务的年份；不填为全部")
    person_id: Id | None = Field(default=None, description="只看某一个人的")
    brand: BrandSought = None
    community_id: CommunitySought = None

    @property
    def search(self) -> ServedSearch:
        """The same for a query of the domain."""
        return ServedSearch(self.q, self.year, self.person_id, self.brand, self.community_id, self.days)


class ServedQuery(BodyQuery, OwnServedQuery):
    """The same, and whose."""


class YearFileQuery(BodyQuery):
    """Which year, and whose part of it."""

    year: int = Field(ge=2000, le=2199, description="服务的年份")
    person_id: PersonSought = None
