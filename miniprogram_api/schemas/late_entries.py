"""Shapes of past activities that were entered afterwards."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.late_entries.models import LateEntryStatus
from miniprogram_api.contract import Out
from miniprogram_api.schemas.attendance import Minutes
from web.fields import BigInt, Id, Instant, Line, Name, Text
from web.inputs.common import Reason
from web.inputs.late_entries import ACTIVITY

_LINE: JsonDict = ACTIVITY | {
    "id": "01931f6e-7c1a-7d2e-8f00-0123456789ac",
    "area_id": "01931f6e-7c1a-7d2e-8f00-0123456789ab",
    "area": "和平社区",
    "entered_at": "2026-03-06T09:00:00+08:00",
    "status": "submitted",
    "shift_id": None,
    "refused_because": None,
    "people_served": 1,
}
_PERSON: JsonDict = {"name": "王**", "minutes": 90, "served_for": "邻里互助队"}
_PROOF: JsonDict = {
    "id": "01931f6e-7c1a-7d2e-8f00-0123456789ad",
    "media_type": "image/jpeg",
    "size_bytes": 483328,
    "added_at": "2026-03-06T09:02:00+08:00",
}


class LateEntryLineOut(Out):
    """A past activity that nobody published, as an officer entered it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    id: Id
    brand: Line
    title: Annotated[str, Text(max=100)]
    place_in_words: Annotated[str, Text(max=200)]
    area_id: Id
    area: Annotated[str, Text(max=100)]
    starts_at: Instant
    ends_at: Instant
    reason: Reason
    proven_by: Reason
    no_file_because: Reason | None = Field(description="没有上传证明材料的原因")
    entered_at: Instant
    status: LateEntryStatus
    shift_id: Id | None = Field(description="批准后，服务记录所在的场次")
    refused_because: Reason | None
    people_served: BigInt


class LatePersonOut(Out):
    """Who served there, and for whom; the name is masked."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PERSON]})

    name: Name
    minutes: Minutes
    served_for: Annotated[str, Text(max=100)] | None = Field(description="以哪支队伍或哪个社会组织的名义；个人为空")


class LateProofOut(Out):
    """A file that proves it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROOF]})

    id: Id
    media_type: Annotated[str, Field(max_length=80)]
    size_bytes: BigInt
    added_at: Instant


class LateEntryOut(LateEntryLineOut):
    """The same with who served, and the files that prove it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE | {"people": [_PERSON], "proofs": [_PROOF]}]})

    proofs: Annotated[list[LateProofOut], Field(max_length=50, description="证明材料，审批人可以下载")]
    people: Annotated[list[LatePersonOut], Field(max_length=200)]
