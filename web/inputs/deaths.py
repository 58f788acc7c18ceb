"""Deaths on record."""

from pydantic import ConfigDict, Field

from backend.deaths.models import DeathProof, DeathStatus
from backend.deaths.service import ReportedDeath
from web.fields import Day
from web.inputs.volunteers import PeopleQuery
from web.shapes import Body, ForMe


class DeathIn(Body):
    """What the papers say."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"died_on": "2026-11-20", "proof": "medical_certificate"}]})

    died_on: Day = Field(description="证明上的去世日期")
    proof: DeathProof = Field(title="看到的证明", description=DeathProof.listed())

    def reported(self) -> ReportedDeath:
        """As the service takes it."""
        return ReportedDeath(self.died_on, self.proof)


class DeathQuery(PeopleQuery):
    """Which reports are asked for; the days are those on which they were made."""

    status: DeathStatus | None = None
    for_me: ForMe = False
