"""Shapes of getting an account back and of merging two."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.recoveries.models import RecoveryKind, RecoveryProof, RecoveryStatus
from miniprogram_api.contract import Out
from miniprogram_api.schemas.people import CommunityOut
from web.fields import Id, Instant
from web.inputs.accounts import CheckCode
from web.inputs.common import Reason

_RECOVERY: JsonDict = {
    "id": "01931f6e-7c1a-7d2e-8f00-0000000000d1",
    "kind": "recovery",
    "status": "submitted",
    "applied_at": "2026-11-24T09:00:00+08:00",
    "takes_effect_at": None,
    "decided_at": None,
    "reason": None,
    "proof": None,
    "person": {
        "id": "01931f6e-7c1a-7d2e-8f00-0000000000a1",
        "name": "张*",
        "id_number": "639999********0014",
        "community": {"id": "01931f6e-7c1a-7d2e-8f00-00000000c001", "name": "和平社区"},
    },
    "check_code": None,
}


class AskedForOut(Out):
    """Whose account it is."""

    id: Id
    name: Annotated[str, Field(max_length=50, description="只显示姓")]
    id_number: Annotated[str, Field(max_length=18, description="只显示前六位和后四位")]
    community: CommunityOut


class RecoveryOut(Out):
    """One application."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RECOVERY]})

    id: Id
    kind: RecoveryKind = Field(description=RecoveryKind.listed())
    status: RecoveryStatus = Field(description=f"{RecoveryStatus.listed()}；待同意的由本人或第二人同意，期满生效")
    applied_at: Instant
    takes_effect_at: Instant | None = Field(description="无人拒绝时，何时自动生效；只在 seen 时有")
    decided_at: Instant | None
    reason: Reason | None = Field(description="退回的理由")
    proof: RecoveryProof | None
    person: AskedForOut | None = Field(description="只给社区和本人看；申请人看不到")
    check_code: CheckCode | None = Field(description="六位核对码，只在等待核实时给申请人看，到社区时出示")


class AccountMergeOut(Out):
    """What waits, among the recoveries."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"recovery_id": "01931f6e-7c1a-7d2e-8f00-0123456789ab"}]})

    recovery_id: Id
