"""Shapes of persons, volunteers and notices."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.people.notices import NoticeName
from miniprogram_api.contract import Out
from web.fields import Day, Id

_COMMUNITY: JsonDict = {"id": "01931f6e-7c1a-7d2e-8f00-00000000c001", "name": "和平社区"}
_PERSON: JsonDict = {
    "id": "01931f6e-7c1a-7d2e-8f00-0000000000a1",
    "name": "张三",
    "id_number": "639999********0014",
    "phone": "138****0000",
    "community": _COMMUNITY,
}
_VOLUNTEER: JsonDict = {
    "id": "01931f6e-7c1a-7d2e-8f00-0000000000b1",
    "number": "V2026000123",
    "registered_on": "2026-11-23",
    "community": _COMMUNITY,
}
Number = Annotated[str, Field(max_length=40, description="志愿者编号")]


class CommunityOut(Out):
    """A community by its name."""

    id: Id
    name: Annotated[str, Field(max_length=100)]


class OwnPersonOut(Out):
    """Who one is: the name in clear, numbers masked."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PERSON]})

    id: Id
    name: Annotated[str, Field(max_length=50)]
    id_number: Annotated[str, Field(max_length=18, description="只显示前六位和后四位")]
    phone: Annotated[str, Field(max_length=11)] | None
    community: CommunityOut


class OwnVolunteerOut(Out):
    """One's own registration as volunteer."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VOLUNTEER]})

    id: Id
    number: Number
    registered_on: Day
    community: CommunityOut


class RegisteredVolunteerOut(OwnVolunteerOut):
    """A registration as it was just made."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VOLUNTEER | {"person": _PERSON}]})

    person: OwnPersonOut


class VolunteerOut(Out):
    """A volunteer as officers see them."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_VOLUNTEER | {"person_id": "01931f6e-7c1a-7d2e-8f00-0000000000a1", "name": "张*"}]}
    )

    id: Id
    person_id: Id
    number: Number
    name: Annotated[str, Field(max_length=50, description="只显示姓")]
    community: CommunityOut
    registered_on: Day


_NOTICE: JsonDict = {
    "name": "volunteer",
    "version": "2026-12-02",
    "title": "告知书",
    "text": "一、处理者…",
    "stops": "志愿者注册终止",
    "stays": "服务记录依法保存",
}


class NoticeOut(Out):
    """A notice as it stands now."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NOTICE]})

    name: NoticeName
    version: Annotated[str, Field(max_length=20)]
    title: Annotated[str, Field(max_length=100)]
    text: Annotated[str, Field(max_length=20_000)]
    stops: Annotated[str, Field(max_length=500)] = Field(description="撤回同意后停止的处理")
    stays: Annotated[str, Field(max_length=500)] = Field(description="撤回同意后依法保留的记录")


class NoticesOut(Out):
    """Every notice as it stands now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "name": "volunteer",
                            "version": "2026-12-02",
                            "title": "告知书",
                            "text": "一、处理者…",
                            "stops": "志愿者注册终止",
                            "stays": "服务记录依法保存",
                        }
                    ]
                }
            ]
        }
    )

    items: Annotated[list[NoticeOut], Field(max_length=20)]
