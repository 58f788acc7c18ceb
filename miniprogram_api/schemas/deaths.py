"""Shapes of deaths on record."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.deaths.models import DeathProof, DeathStatus
from miniprogram_api.contract import Out
from web.fields import Day, Id, Instant, Name

_DEATH: JsonDict = {
    "id": "01931f6e-7c1a-7d2e-8f00-0000000000f2",
    "status": "reported",
    "proof": "medical_certificate",
    "died_on": "2026-11-20",
    "reported_at": "2026-11-24T09:00:00+08:00",
    "confirmed_at": None,
    "person_id": "01931f6e-7c1a-7d2e-8f00-0000000000a1",
    "person_name": "张*",
}


class DeathOut(Out):
    """One report."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DEATH]})

    id: Id
    status: DeathStatus = Field(description=DeathStatus.listed())
    proof: DeathProof
    died_on: Day
    reported_at: Instant
    confirmed_at: Instant | None
    person_id: Id
    person_name: Name = Field(description="隐去部分文字")
