"""双报到: a member registers with a community."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.foundation.terms import Word
from backend.registration.models import RegistrationStatus
from backend.registration.queries import RegistrationSearch, RegistrationSort
from web.fields import Day, Id, Line, NoNumbers, Text
from web.inputs.common import A_CAUSE, OTHER_CAUSE, CausedIn
from web.inputs.people import NoticeVersion
from web.shapes import Body, CommunitySought, ForMe, ListQuery, PartyOrganisationSought, PersonNamed, SearchText, SpanQuery, WorkUnitSought

PartyNotice = Annotated[NoticeVersion | None, Field(description="现在同意的 party_member 告知书的版本；以前单独同意过现行版本的不填")]

PartyOrganisationName = Annotated[
    str, Text(max=100, min=2), NoNumbers, Field(description="所在党组织的全名；在 /party-organisations 里的，用其中的名称")
]


class AmendedRegistrationIn(Body):
    """A returned application as it is sent again, whole."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "work_unit_id": "01931f6e-7c1a-7d2e-8f00-0000000000d1",
                    "party_organisation_name": "测试区住房保障中心第一党支部",
                    "joined_party_on": "2011-07-01",
                    "skills": "电工",
                }
            ]
        }
    )

    work_unit_id: Id
    party_organisation_name: PartyOrganisationName
    joined_party_on: Day | None = None
    skills: Annotated[Line, NoNumbers] | None = Field(default=None, description="专业特长")
    notice_version: PartyNotice = None


class RegistrationIn(AmendedRegistrationIn):
    """An application to the community of residence."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "community_id": "01931f6e-7c1a-7d2e-8f00-00000000c001",
                    "work_unit_id": "01931f6e-7c1a-7d2e-8f00-0000000000d1",
                    "party_organisation_name": "测试区住房保障中心党支部",
                    "joined_party_on": "2011-07-01",
                    "skills": "电工",
                    "notice_version": "2026-12-01",
                }
            ]
        }
    )

    community_id: Id = Field(description="居住的社区")


class RegistrationReturnCause(Word):
    """Why a registration is returned."""

    UNIT = "unit", "单位或者党组织填写有误"
    RESIDENCE = "residence", "不住在本社区"
    MEMBERSHIP = "membership", "党员身份或者组织关系未核实"
    OTHER = OTHER_CAUSE


class RegistrationReturnIn(CausedIn[RegistrationReturnCause]):
    """What is to be amended in a registration."""


class EndingCause(Word):
    """Why a registration ends: 迁出, 退休, 其他."""

    MOVED_AWAY = "moved_away", "迁出"
    RETIRED = "retired", "退休"
    OTHER = OTHER_CAUSE


class EndingIn(CausedIn[EndingCause]):
    """Why a registration ends: a choice, and a note."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cause": "moved_away", "reason": "迁往团结社区"}]})

    cause: EndingCause = Field(default=EndingCause.OTHER, description=A_CAUSE)


class UnitIn(Body):
    """Where the member works now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "work_unit_id": "01931f6e-7c1a-7d2e-8f00-0000000000d2",
                    "party_organisation_name": "测试区园林管理所党支部",
                    "since": None,
                }
            ]
        }
    )

    work_unit_id: Id
    party_organisation_name: PartyOrganisationName
    since: Day | None = Field(default=None, description="从哪天起；不填为今天，更早的日期由社区填写")
    notice_version: PartyNotice = None


class RegistrationQuery(SpanQuery):
    """Which registrations are asked for; the days are those of application."""

    q: SearchText | None = Field(default=None, description="回执编号或其中一部分")
    status: RegistrationStatus | None = None
    community_id: CommunitySought = None
    work_unit_id: WorkUnitSought = None
    party_organisation_id: PartyOrganisationSought = None
    person: PersonNamed = None
    on: Day | None = Field(default=None, description="看过去某天结束时的情况，单位也是当天的单位；不填为现在")
    sort: RegistrationSort = Field(RegistrationSort.FIRST_COME, description=RegistrationSort.listed())
    for_me: ForMe = False

    @property
    def search(self) -> RegistrationSearch:
        """The same for a query of the domain."""
        return RegistrationSearch(
            self.q, self.status, self.community_id, self.work_unit_id, self.party_organisation_id, self.person, self.on, self.days
        )


class OwnRegistrationsQuery(ListQuery):
    """One's own registrations."""

    sort: RegistrationSort = Field(RegistrationSort.LATEST, description=RegistrationSort.listed())
