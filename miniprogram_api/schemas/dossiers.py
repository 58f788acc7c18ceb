"""Shapes of a person's record."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from backend.corrections.models import CorrectionStatus
from backend.dossiers.lookups import MOST as MOST_FOUND
from backend.dossiers.queries import MOST, Dossier, Open
from backend.foundation.actor import Role
from backend.recognition.years import MOST_YEARS
from backend.registration.models import RegistrationStatus
from backend.relocations.models import RelocationStatus
from backend.reveals.purposes import PersonalField
from miniprogram_api.contract import Out
from miniprogram_api.schemas.beneficiaries import BeneficiaryLineOut
from miniprogram_api.schemas.consents import ConsentOut
from miniprogram_api.schemas.people import CommunityOut, Number, OwnVolunteerOut
from miniprogram_api.schemas.years import YearOut, years_out
from web.fields import Day, Id, Instant

_ID = "01931f6e-7c1a-7d2e-8f00-0000000000a1"
_AREA: dict[str, Any] = {"id": "01931f6e-7c1a-7d2e-8f00-00000000c001", "name": "和平社区"}
_ROLE: dict[str, Any] = {"id": _ID, "role": "volunteer", "area": "和平社区", "starts_at": "2026-11-23T09:00:00+08:00", "ends_at": None}
AreaName = Annotated[str, Field(max_length=100)]


class RecordedPersonOut(Out):
    """Who it is, masked."""

    id: Id
    name: Annotated[str, Field(max_length=50, description="隐去部分文字")]
    id_number: Annotated[str, Field(max_length=18, description="只显示前六位和后四位")]
    phone: Annotated[str, Field(max_length=11)] | None
    community: CommunityOut


class HeldRoleOut(Out):
    """A role that they hold now."""

    id: Id
    role: Role
    area: AreaName | None
    starts_at: Instant
    ends_at: Instant | None


class BelongingOut(Out):
    """A team or an organisation to which they belong or belonged."""

    id: Id
    name: Annotated[str, Field(max_length=100)]
    joined_on: Day
    left_on: Day | None
    leads: bool = Field(description="是队长或者负责人")


class RecordedRegistrationOut(Out):
    """A 双报到."""

    id: Id
    status: RegistrationStatus
    community: AreaName
    applied_at: Instant
    accepted_on: Day | None
    ended_on: Day | None


class OpenThingOut(Out):
    """Something that waits for a word."""

    kind: Open = Field(description="; ".join(f"{kind.value} {kind.chinese}" for kind in Open))
    id: Id
    since: Instant


class RecordedRevealOut(Out):
    """That somebody read their data in clear."""

    id: Id
    revealed_at: Instant
    role: Role
    area: AreaName | None
    fields: Annotated[list[PersonalField], Field(max_length=10)]
    purpose: Annotated[str, Field(max_length=200)]


class RecordedCorrectionOut(Out):
    """A correction of name or number."""

    id: Id
    status: CorrectionStatus
    of_name: bool
    of_id_number: bool
    proposed_at: Instant


class RecordedRelocationOut(Out):
    """A wish to move."""

    id: Id
    status: RelocationStatus
    from_community: AreaName
    to_community: AreaName
    asked_at: Instant


class DossierOut(Out):
    """A person's record. Each list has the latest first, but `open` what waits longest."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "person": {"id": _ID, "name": "张*", "id_number": "639999********0014", "phone": "138****0000", "community": _AREA},
                    "known_since": "2026-11-23T09:00:00+08:00",
                    "withdrawn_at": None,
                    "died_on": None,
                    "volunteer": {"id": _ID, "number": "V2026000123", "registered_on": "2026-11-23", "community": _AREA},
                    "roles": [
                        {"id": _ID, "role": "volunteer", "area": "和平社区", "starts_at": "2026-11-23T09:00:00+08:00", "ends_at": None}
                    ],
                    "teams": [{"id": _ID, "name": "邻里互助队", "joined_on": "2026-11-24", "left_on": None, "leads": False}],
                    "organisations": [],
                    "registrations": [],
                    "years": [{"year": 2026, "services": 12, "hours": "18.5", "waiting": 1, "points": 37}],
                    "star_of_hours": 0,
                    "open": [{"kind": "service", "id": _ID, "since": "2026-11-24T10:30:00+08:00"}],
                    "consents": [],
                    "reveals": [],
                    "corrections": [],
                    "relocations": [],
                }
            ]
        }
    )

    person: RecordedPersonOut
    known_since: Instant = Field(description="何时登记")
    withdrawn_at: Instant | None = Field(description="何时撤回了最后一项同意")
    died_on: Day | None = Field(description="已登记去世的，去世日期")
    volunteer: OwnVolunteerOut | None
    roles: Annotated[list[HeldRoleOut], Field(max_length=MOST)]
    teams: Annotated[list[BelongingOut], Field(max_length=MOST)]
    organisations: Annotated[list[BelongingOut], Field(max_length=MOST)]
    registrations: Annotated[list[RecordedRegistrationOut], Field(max_length=MOST, description="双报到；只列出办理人可以查看的")]
    years: Annotated[list[YearOut], Field(max_length=2 * MOST_YEARS)]
    star_of_hours: Annotated[int, Field(ge=0, le=10, description="时长达到几星的标准；0 为未达到一星")]
    open: Annotated[list[OpenThingOut], Field(max_length=MOST)]
    consents: Annotated[list[ConsentOut], Field(max_length=200)]
    reveals: Annotated[list[RecordedRevealOut], Field(max_length=MOST)]
    corrections: Annotated[list[RecordedCorrectionOut], Field(max_length=MOST)]
    relocations: Annotated[list[RecordedRelocationOut], Field(max_length=MOST)]


def dossier_out(found: Dossier) -> DossierOut:
    """A record as it is told."""
    told = {name: getattr(found, name) for name in Dossier.__slots__}
    return DossierOut.model_validate(told | {"years": years_out(found.years).items})


_FOUND: dict[str, Any] = {"id": _ID, "name": "张*", "community": _AREA, "volunteer_number": "V2026000123"}


class PersonFoundOut(Out):
    """Somebody who has the number, masked."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FOUND]})

    id: Id = Field(description="个人档案见 GET /people/{id}/record")
    name: Annotated[str, Field(max_length=50, description="隐去部分文字")]
    community: CommunityOut
    volunteer_number: Number | None = Field(description="现在不是志愿者的为 null")


class FoundOut(Out):
    """Who has a number, of those whom one may find."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"people": [_FOUND], "beneficiaries": []}]})

    people: Annotated[list[PersonFoundOut], Field(max_length=MOST_FOUND)]
    beneficiaries: Annotated[list[BeneficiaryLineOut], Field(max_length=MOST_FOUND)]
