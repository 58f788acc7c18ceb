"""What one asks of the inbox."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.messages.queries import MessageSearch
from web.fields import Id, Text
from web.shapes import Body, DaysQuery


class MessagesQuery(DaysQuery):
    """All messages, or some of them; the days are those on which it happened."""

    unread: bool = Field(default=False, description="只看未读的")
    waiting: bool = Field(default=False, description="只看等待办理的")
    kind: Annotated[str, Text(max=61)] | None = Field(default=None, description="只看这一种", examples=["demand_submitted"])

    @property
    def search(self) -> MessageSearch:
        """The same for a query of the domain."""
        return MessageSearch(self.unread, self.waiting, self.kind, self.days)


class ReadingsIn(Body):
    """How far somebody has read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"up_to": "01931f6e-7c1a-7d2e-8f00-0000000000e1"}]})

    up_to: Id = Field(description="最新的一条已读消息；它和比它早的都标为已读")
