"""Taking a place."""

from typing import Annotated, Self, cast
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from backend.demands.service import WantedArrangement
from backend.foundation.actor import Actor
from backend.openings.models import ClaimStatus
from backend.openings.service import Claimant
from web.fields import Day, Id, NoNumbers, Text
from web.shapes import Body, ListQuery

_ID = "01931f6e-7c1a-7d2e-8f00-0123456789ab"


class ClaimIn(Body):
    """For whom a place is claimed: exactly one of the three."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role_id": _ID, "team_id": "01931f6e-7c1a-7d2e-8f00-0123456789b1"}]})

    role_id: Id
    team_id: Id | None = Field(default=None, description="由队长代表队伍认领")
    organisation_id: Id | None = Field(default=None, description="由工作人员代表社会组织认领")
    as_person: bool = Field(default=False, description="报到的在职党员以个人身份认领")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.team_id is not None) + (self.organisation_id is not None) + self.as_person != 1:
            raise ValueError("team_id、organisation_id、as_person 须填且只填一项")
        return self

    def claimant(self, actor: Actor) -> Claimant:
        """As the service takes it."""
        if self.team_id is not None:
            return Claimant.team(self.team_id)
        if self.organisation_id is not None:
            return Claimant.organisation(self.organisation_id)
        return Claimant.person(actor)


class ClaimsQuery(ListQuery):
    """Which claims of one's own."""

    status: ClaimStatus | None = None


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
    demand_id: Id | None = Field(default=None, description="邀请认领这一件已发布的需求")
    beneficiary_id: Id | None = Field(default=None, description="约定长期看望这一位服务对象")
    area_id: Id | None = Field(default=None, description="约定负责这个社区或网格")
    cause: Annotated[str, Text(max=200), NoNumbers] = Field(description="为什么约定；认领方看得到，不写姓名、住址、病情")
    ends_on: Day = Field(description="最后一天，最长一年")

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.team_id is None) == (self.organisation_id is None):
            raise ValueError("team_id、organisation_id 须填且只填一项")
        if (self.demand_id is not None) + (self.beneficiary_id is not None) + (self.area_id is not None) != 1:
            raise ValueError("demand_id、beneficiary_id、area_id 须填且只填一项")
        return self

    def wanted(self) -> WantedArrangement:
        """As the service takes it."""
        party = Claimant.organisation(self.organisation_id) if self.organisation_id else Claimant.team(cast(UUID, self.team_id))
        return WantedArrangement(
            kind=party.kind,
            party_id=party.id,
            cause=self.cause,
            ends_on=self.ends_on,
            demand_id=self.demand_id,
            beneficiary_id=self.beneficiary_id,
            area_id=self.area_id,
        )


class ArrangementsQuery(ListQuery):
    """Which arrangements."""

    holding: bool = Field(default=True, description="只看今天有效的")
