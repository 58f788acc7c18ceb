"""Shapes of consents and of guardians' words for minors."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.people.models import Relation
from backend.people.notices import NoticeName
from backend.people.service import Datum
from miniprogram_api.contract import Out
from web.fields import Day, Id, Instant, Name

MOST_TOLD = 200
"""Consents of one person in an answer that is no page."""
_ID = "01931f6e-7c1a-7d2e-8f00-0000000000e1"
_CONSENT: JsonDict = {
    "notice": "volunteer",
    "version": "2026-12-02",
    "given_at": "2026-11-24T10:00:00+08:00",
    "by_guardian": False,
    "withdrawn_at": None,
    "in_force": True,
    "current_version": "2026-12-02",
}
_WARD: JsonDict = {
    "id": _ID,
    "name": "张*",
    "relation": "mother",
    "since": "2026-11-24",
    "ended_on": None,
    "volunteer_number": "V2026000123",
    "in_force": True,
}


class ConsentOut(Out):
    """One consent."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CONSENT]})

    notice: NoticeName
    version: Annotated[str, Field(max_length=20)]
    given_at: Instant
    by_guardian: bool = Field(description="由监护人代为同意")
    withdrawn_at: Instant | None
    in_force: bool = Field(description="是否同意了现行版本且未撤回")
    current_version: Annotated[str, Field(max_length=20)]


class ConsentsOut(Out):
    """All consents of a person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_CONSENT]}]})

    items: Annotated[list[ConsentOut], Field(max_length=MOST_TOLD)]


class WithdrawnOut(Out):
    """What a withdrawn consent ends, and what stays."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "notice": "volunteer",
                    "stops": "志愿者注册从今天起终止",
                    "stays": "已经发生的服务记录依法保存",
                    "erased": ["phone"],
                    "kept": ["name", "id_number"],
                }
            ]
        }
    )

    notice: NoticeName
    stops: Annotated[str, Field(max_length=500)]
    stays: Annotated[str, Field(max_length=500)]
    erased: Annotated[list[Datum], Field(max_length=3)] = Field(description="已经删除的信息")
    kept: Annotated[list[Datum], Field(max_length=3)] = Field(
        description="撤回最后一项同意后，因有依法保存的记录而保留的信息：不再使用，显示时隐去部分文字"
    )


class AgreedOut(Out):
    """A guardian's word that was taken down."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": _ID, "volunteer_number": "V2026000123"}]})

    id: Id
    volunteer_number: Annotated[str, Field(max_length=40)] | None = Field(
        description="未满十四周岁的，即已注册；年满十四周岁的，由本人注册"
    )


class WardOut(Out):
    """A minor for whom one agreed."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WARD]})

    id: Id
    name: Name
    relation: Relation
    since: Day
    ended_on: Day | None
    volunteer_number: Annotated[str, Field(max_length=40)] | None
    in_force: bool
