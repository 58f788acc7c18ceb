"""Shapes of corrections of who somebody is."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.corrections.models import CorrectionProof, CorrectionStatus
from miniprogram_api.contract import Out
from web.fields import Id, Instant, Name

_CORRECTION: JsonDict = {
    "id": "01931f6e-7c1a-7d2e-8f00-0000000000f1",
    "status": "proposed",
    "proof": "id_card",
    "proposed_at": "2026-11-24T09:00:00+08:00",
    "person_id": "01931f6e-7c1a-7d2e-8f00-0000000000a1",
    "person_name": "张*",
    "of_name": True,
    "of_id_number": False,
    "new_name": "章三",
    "new_id_number": "639999********0014",
}


class IdentityCorrectionOut(Out):
    """One correction."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CORRECTION]})

    id: Id
    status: CorrectionStatus = Field(description=CorrectionStatus.listed())
    proof: CorrectionProof
    proposed_at: Instant
    person_id: Id
    person_name: Name = Field(description="现在登记的姓名，隐去部分文字")
    of_name: bool = Field(description="是否更正姓名")
    of_id_number: bool = Field(description="是否更正身份证号")
    new_name: Name | None = Field(description="证件上的姓名；处理完即删除")
    new_id_number: Annotated[str, Field(max_length=18, description="证件上的号码，只显示前六位和后四位；处理完即删除")] | None
