"""Shapes of persons, volunteers and notices."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.people.notices import NoticeName
from miniprogram_api.contract import Body, Day, Id, ListQuery, Out, Text

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

RealName = Annotated[str, Text(max=50, min=2), Field(description="身份证上的姓名：汉字、字母，可用“·”")]
IdNumber = Annotated[str, Text(max=18, min=18), Field(description="18 位公民身份号码")]
NoticeVersion = Annotated[str, Text(max=20), Field(description="使用者读过并同意的告知书版本，见 GET /notices")]
Number = Annotated[str, Field(max_length=40, description="志愿者编号")]


class PersonIn(Body):
    """Who somebody is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "张三",
                    "id_number": "639999199001010014",
                    "community_id": _COMMUNITY["id"],
                    "notice_version": "2026-11-01",
                }
            ]
        }
    )

    name: RealName
    id_number: IdNumber
    community_id: Id = Field(description="居住的社区")
    notice_version: NoticeVersion


class VolunteerIn(Body):
    """A registration as volunteer. Name and number may be left out by who is registered as a person already."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "张三",
                    "id_number": "639999199001010014",
                    "community_id": _COMMUNITY["id"],
                    "notice_version": "2026-11-01",
                }
            ]
        }
    )

    name: RealName | None = None
    id_number: IdNumber | None = None
    community_id: Id = Field(description="居住的社区")
    notice_version: NoticeVersion


class PhoneIn(Body):
    """What the phone-number button gave."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "5f2c0b6de1a94c7f8c1d2e3f40516273"}]})

    code: Annotated[str, Text(max=512)] = Field(description="手机号按钮返回的 code，五分钟内有效，只能用一次；不是 wx.login 的 code")


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


class VolunteerQuery(ListQuery):
    """Which volunteers are asked for."""

    community_id: Id | None = None


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
    "version": "2026-11-01",
    "title": "告知书",
    "text": "一、处理者…",
    "stops": "志愿者注册终止",
    "stays": "服务记录依法保存",
}


class NoticeOut(Out):
    """A notice as it stands now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "volunteer",
                    "version": "2026-11-01",
                    "title": "告知书",
                    "text": "一、处理者…",
                    "stops": "志愿者注册终止",
                    "stays": "服务记录依法保存",
                }
            ]
        }
    )

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
                            "version": "2026-11-01",
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
