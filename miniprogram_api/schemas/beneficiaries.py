"""Shapes of the register of beneficiaries."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from backend.demands.models import BasisKind, EndCause
from miniprogram_api.contract import Out
from web.fields import Id, Instant, Name, Text
from web.inputs.demands import Called

_ID = "01931f6e-7c1a-7d2e-8f00-0123456789af"
_DOOR: dict[str, Any] = {"issued_at": "2026-11-30T10:00:00+08:00", "issued_by": "赵**"}
_LINE: dict[str, Any] = {
    "id": _ID,
    "name": "王**",
    "called": "王奶奶",
    "age_band": "80至89岁",
    "area_id": "01931f6e-7c1a-7d2e-8f00-0123456789ab",
    "area": "和平社区",
    "basis": "own_consent",
    "door_code": _DOOR,
    "ended_at": None,
    "end_cause": None,
}
_SIMILAR: dict[str, Any] = {"id": _ID, "name": "李**", "called": "李爷爷", "same_name": False, "same_address": True, "same_phone": False}


class BeneficiaryNoticeOut(Out):
    """What somebody is told before their data is kept."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": "2026-11-01", "title": "服务对象个人信息处理告知书", "text": "一、处理者：……"}]}
    )

    version: Annotated[str, Field(max_length=20)]
    title: Annotated[str, Field(max_length=100)]
    text: Annotated[str, Field(max_length=20_000)]


class BeneficiaryMadeOut(Out):
    """Somebody who is now on record."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": _ID}]})

    id: Id


class DoorCodeInUseOut(Out):
    """That the door has a printed code, never the code itself."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DOOR]})

    issued_at: Instant
    issued_by: Name | None = Field(description="签发人，姓名隐去")


class BeneficiaryLineOut(Out):
    """Somebody on record, without address and phone."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    id: Id
    name: Name
    called: Called
    age_band: Annotated[str, Text(max=20)] | None
    area_id: Id
    area: Annotated[str, Text(max=100)]
    basis: BasisKind | None = Field(description="个人信息处理依据；没有登记或者已撤回的为 null")
    door_code: DoorCodeInUseOut | None = Field(description="在用的门牌码何时由谁签发；没有的为 null")
    ended_at: Instant | None
    end_cause: EndCause | None = Field(description="为何不再上门；merged：与另一位是同一人")


class SimilarOut(Out):
    """Somebody of the same name, address or telephone."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SIMILAR]})

    id: Id
    name: Name
    called: Called
    same_name: bool
    same_address: bool
    same_phone: bool


class BeneficiaryViewOut(BeneficiaryLineOut):
    """One of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _LINE
                | {
                    "notice_version": "2026-11-01",
                    "cause": None,
                    "stated_at": "2026-11-30T10:00:00+08:00",
                    "has_address": True,
                    "person_id": None,
                    "merged_into_id": None,
                    "similar": [_SIMILAR],
                }
            ]
        }
    )

    notice_version: Annotated[str, Text(max=20)] | None
    cause: Annotated[str, Text(max=200)] | None = Field(description="履行职责的理由")
    stated_at: Instant | None = Field(description="登记依据的时间")
    has_address: bool = Field(description="住址是否还在；长期没有服务需求的已按期限删除")
    person_id: Id | None = Field(description="对应的居民")
    merged_into_id: Id | None
    similar: Annotated[list[SimilarOut], Field(max_length=20)] = Field(description="可能是同一人的，请核对")


class DoorCodeOut(Out):
    """A door code, shown this once: to be printed as text and as a QR code."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "K7QF-3M2X", "qr": "EJD1.K7QF3M2X"}]})

    text: Annotated[str, Text(max=20)] = Field(description="可手工输入，不分大小写")
    qr: Annotated[str, Text(max=40)] = Field(description="二维码的内容")
