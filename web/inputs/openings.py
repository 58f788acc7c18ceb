"""Taking a place."""

import re
from typing import Annotated, Self, cast
from uuid import UUID

from pydantic import ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from backend.brands import ClaimantKind
from backend.demands.service import RegisteredMember, WantedArrangement
from backend.foundation.actor import Actor
from backend.openings.arrangement_queries import ArrangementSearch
from backend.openings.models import ClaimStatus
from backend.openings.queries import ClaimSearch, ClaimSort, Openings
from backend.openings.service import Claimant
from web.fields import Day, Id, NoNumbers, Text
from web.inputs.people import RealName
from web.shapes import (
    Body,
    BrandSought,
    CommunitySought,
    DaysQuery,
    DemandNumbered,
    DemandSought,
    ForMe,
    ListQuery,
    OrganisationSought,
    SpanQuery,
    TeamSought,
    TitleSought,
    WorkUnitSought,
)

_ID = "01931f6e-7c1a-7d2e-8f00-0123456789ab"
_CLAIMANT = re.compile(f"({ClaimantKind.PERSON}|{ClaimantKind.TEAM}|{ClaimantKind.ORGANISATION}):([0-9a-f]{{32}})")


class ClaimIn(Body):
    """For whom a place is claimed: exactly one of the three."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role_id": _ID, "team_id": "01931f6e-7c1a-7d2e-8f00-0123456789b1"}]})

    role_id: Id
    team_id: Id | None = Field(default=None, description="由队长代表队伍认领")
    organisation_id: Id | None = Field(default=None, description="由工作人员代表社会组织认领")
    as_person: bool = Field(default=False, description="报到的在职党员以个人身份认领")
    overlap_confirmed: bool = Field(default=False, description="个人在同一时间已认领别的服务的，核对后填 true")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.team_id is not None) + (self.organisation_id is not None) + self.as_person != 1:
            raise ValueError("请选择以队伍、社会组织还是个人名义认领（只选一项）")
        return self

    def claimant(self, actor: Actor) -> Claimant:
        """As the service takes it."""
        if self.team_id is not None:
            return Claimant.team(self.team_id)
        if self.organisation_id is not None:
            return Claimant.organisation(self.organisation_id)
        return Claimant.person(actor)


class ClaimFormIn(Body):
    """The same from a form, which says in one field for whom, as `claimant_written` writes it."""

    claimant: Annotated[str, Text(max=60)] = Field(title="由谁认领")
    overlap_confirmed: bool = Field(default=False, title="同一时间已认领别的服务的，我已核对")

    @field_validator("claimant")
    @classmethod
    def _is_one(cls, value: str) -> str:
        if _CLAIMANT.fullmatch(value) is None:
            raise PydanticCustomError("claimant_unknown", "请选择由谁认领")
        return value

    def of(self, actor: Actor) -> Claimant:
        """As the service takes it."""
        kind, _, claimant_id = self.claimant.partition(":")
        return Claimant.person(actor) if kind == ClaimantKind.PERSON else Claimant(ClaimantKind(kind), UUID(claimant_id))


def claimant_written(kind: ClaimantKind, claimant_id: UUID) -> str:
    """One for whom somebody may claim, as the form names them."""
    return f"{kind.value}:{claimant_id.hex}"


class ClaimsOfDemandQuery(ListQuery):
    """Which claims of a demand."""

    status: ClaimStatus | None = None


class ClaimsSoughtQuery(SpanQuery):
    """Which claims; the days are those on which the service begins."""

    q: TitleSought = None
    brand: BrandSought = None
    community_id: CommunitySought = None
    team_id: TeamSought = None
    organisation_id: OrganisationSought = None
    demand_number: DemandNumbered = None

    def search(self, openings: Openings | None, *, status: ClaimStatus | None = None) -> ClaimSearch:
        """The same for a query of the domain, with the openings of the number."""
        return ClaimSearch(self.q, status, self.brand, self.community_id, self.team_id, self.organisation_id, openings, self.days)


class WaitingClaimsQuery(ClaimsSoughtQuery):
    """Which claims of those that wait for an answer; the days are those on which the service begins."""

    for_me: ForMe = False


class ClaimsQuery(ClaimsSoughtQuery):
    """Which claims of one's own; the days are those on which the service begins."""

    status: ClaimStatus | None = None
    demand_id: DemandSought = None
    sort: ClaimSort = Field(ClaimSort.LATEST, description=ClaimSort.listed())


class InvitedMemberIn(Body):
    """A serving Party member whom another community took in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"receipt_number": "BD20260042", "name": "李党员"}]})

    receipt_number: Annotated[str, Text(max=40)] = Field(description="双报到的回执编号，由本人告知")
    name: RealName


class ArrangementIn(Body):
    """Who comes without being asked about, and for what: each exactly one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "team_id": "01931f6e-7c1a-7d2e-8f00-0123456789b1",
                    "beneficiary_id": _ID,
                    "cause": "长期结对看望",
                    "ends_on": "2027-06-30",
                }
            ]
        }
    )

    team_id: Id | None = None
    organisation_id: Id | None = None
    work_unit_id: Id | None = Field(default=None, description="邀请该单位已报到的在职党员；只能邀请认领一件需求")
    party_member: InvitedMemberIn | None = Field(default=None, description="邀请在其他社区报到的在职党员；只能邀请认领一件需求")
    demand_id: Id | None = Field(default=None, description="邀请认领这一件已发布的需求")
    beneficiary_id: Id | None = Field(default=None, description="约定长期看望这一位服务对象")
    area_id: Id | None = Field(default=None, description="约定负责这个社区或网格")
    cause: Annotated[str, Text(max=200), NoNumbers] = Field(description="为什么约定；认领方看得到，不写姓名、住址、病情")
    ends_on: Day = Field(description="最后一天，最长一年")

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        given = (self.team_id, self.organisation_id, self.work_unit_id, self.party_member)
        if sum(one is not None for one in given) != 1:
            raise ValueError("请选择一支队伍、一家社会组织、一个单位或者一名在职党员（只选一项）")
        if (self.work_unit_id or self.party_member) and self.demand_id is None:
            raise ValueError("单位和在职党员只能受邀认领一件需求，请选择是哪一件")
        if (self.demand_id is not None) + (self.beneficiary_id is not None) + (self.area_id is not None) != 1:
            raise ValueError("请选择一件需求、一位服务对象或者一个区域（只选一项）")
        return self

    def wanted(self) -> WantedArrangement:
        """As the service takes it."""
        kind, party = self._party()
        return WantedArrangement(
            kind=kind,
            party=party,
            cause=self.cause,
            ends_on=self.ends_on,
            demand_id=self.demand_id,
            beneficiary_id=self.beneficiary_id,
            area_id=self.area_id,
        )

    def _party(self) -> tuple[ClaimantKind, UUID | RegisteredMember]:
        if self.party_member is not None:
            return ClaimantKind.PERSON, RegisteredMember(self.party_member.receipt_number, self.party_member.name)
        if self.work_unit_id is not None:
            return ClaimantKind.WORK_UNIT, self.work_unit_id
        if self.organisation_id is not None:
            return ClaimantKind.ORGANISATION, self.organisation_id
        return ClaimantKind.TEAM, cast(UUID, self.team_id)


class ArrangementsQuery(DaysQuery):
    """Which arrangements; the days are the last ones of their terms."""

    holding: bool = Field(default=True, description="只看今天有效的")
    area_id: Id | None = Field(default=None, description="只看这个社区或网格的，不含下级")
    team_id: TeamSought = None
    organisation_id: OrganisationSought = None
    work_unit_id: WorkUnitSought = None
    demand_number: DemandNumbered = None
    for_me: ForMe = False

    def search(self, openings: Openings | None) -> ArrangementSearch:
        """The same for a query of the domain, with the openings of the number."""
        return ArrangementSearch(self.holding, self.area_id, self.team_id, self.organisation_id, self.work_unit_id, openings, self.days)
