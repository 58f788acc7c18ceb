"""Taking a place."""

from typing import Self

from pydantic import ConfigDict, Field, model_validator

from backend.foundation.actor import Actor
from backend.openings.models import ClaimStatus
from backend.openings.service import Claimant
from web.fields import Id
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
