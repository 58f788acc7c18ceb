"""Shapes of claims."""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from backend.brands import ClaimantKind
from backend.foundation.actor import Actor
from backend.openings.models import ClaimStatus
from backend.openings.service import Claimant
from miniprogram_api.contract import Body, Id, Instant, ListQuery, Name, Out, Text

_ID = "01931f6e-7c1a-7d2e-8f00-0123456789ab"
_CLAIM: dict[str, Any] = {
    "id": "01931f6e-7c1a-7d2e-8f00-0123456789b0",
    "opening_id": "01931f6e-7c1a-7d2e-8f00-0123456789ad",
    "role_id": _ID,
    "status": "held",
    "claimant_kind": "team",
    "claimant_id": "01931f6e-7c1a-7d2e-8f00-0123456789b1",
    "claimed_at": "2026-03-04T12:00:00+08:00",
}


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


class ClaimMadeOut(Out):
    """A place that is now held."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CLAIM]})

    id: Id
    opening_id: Id
    role_id: Id
    status: ClaimStatus
    claimant_kind: ClaimantKind
    claimant_id: Id
    claimed_at: Instant


class ClaimOut(ClaimMadeOut):
    """A claim with what it is on and who holds it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _CLAIM
                | {
                    "demand_id": "01931f6e-7c1a-7d2e-8f00-0123456789ac",
                    "role_name": "敲门人",
                    "brand": "door_knock",
                    "title": "每周看望一次，聊聊天",
                    "community": "和平社区",
                    "starts_at": "2026-03-05T09:00:00+08:00",
                    "ends_at": "2026-03-05T11:00:00+08:00",
                    "claimant_name": "和平社区敲门队",
                    "in_service_since": None,
                    "released_at": None,
                }
            ]
        }
    )

    demand_id: Id | None
    role_name: Name
    brand: Annotated[str, Text(max=40)]
    title: Annotated[str, Text(max=80)]
    community: Annotated[str, Text(max=100)]
    starts_at: Instant
    ends_at: Instant
    claimant_name: Annotated[str, Text(max=200)]
    in_service_since: Instant | None = Field(description="首次签到的时间；此后不能取消认领")
    released_at: Instant | None


class ClaimsQuery(ListQuery):
    """Which claims of one's own."""

    status: ClaimStatus | None = None
