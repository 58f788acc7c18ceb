"""Shapes of the inbox."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.messages.occasions.occasion import About
from miniprogram_api.contract import Out
from web.fields import Day, Id, Instant

_ABOUT: JsonDict = {"kind": "demand", "id": "01931f6e-7c1a-7d2e-8f00-0000000000a1"}


class ThingOut(Out):
    """What a message is about."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ABOUT]})

    kind: About
    id: Id


class MessageOut(Out):
    """One message. Its words name nobody."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01931f6e-7c1a-7d2e-8f00-0000000000e1",
                    "kind": "demand_submitted",
                    "title": "有需求等待审核",
                    "text": "和平社区收到一件“爱心敲门”需求，编号需2026-000123。请审核，发布或者退回。",
                    "about": _ABOUT,
                    "happened_at": "2026-11-24T10:00:00+08:00",
                    "read_at": None,
                    "due_on": "2026-11-27",
                    "waits": True,
                }
            ]
        }
    )

    id: Id
    kind: Annotated[str, Field(max_length=61)]
    title: Annotated[str, Field(max_length=20)]
    text: Annotated[str, Field(max_length=600)]
    about: ThingOut | None = Field(description="消息说的是什么；打开时以当时的权限为准")
    happened_at: Instant
    read_at: Instant | None
    due_on: Day | None = Field(description="请在这一天以前办理；不需要办理的为 null")
    waits: bool = Field(description="是否还等待办理：以事情现在的状态为准，和已读无关")


class WaitingOut(Out):
    """How many messages of a kind wait."""

    kind: Annotated[str, Field(max_length=61)]
    title: Annotated[str, Field(max_length=20)]
    number: Annotated[int, Field(ge=1, le=1000)]
    first_due_on: Day


class InboxCountOut(Out):
    """How much is unread and what waits; beyond a thousand it says a thousand."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "unread": 3,
                    "waiting": [{"kind": "demand_submitted", "title": "有需求等待审核", "number": 2, "first_due_on": "2026-11-27"}],
                }
            ]
        }
    )

    unread: Annotated[int, Field(ge=0, le=1000)]
    waiting: Annotated[list[WaitingOut], Field(max_length=100)] = Field(description="最急的在前")
