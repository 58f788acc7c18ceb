"""What one asks of the inbox."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.foundation.paging import TimeSort
from backend.messages.queries import MessageSearch
from web.fields import Id, Text
from web.shapes import Body, SearchText, Sorted, SpanQuery


class MessagesQuery(SpanQuery):
    """All messages, or some of them; the days are those on which it happened."""

    q: SearchText | None = Field(
        default=None, description="消息里的文字或其中一部分，如编号、社区、品牌；多个词（最多八个）用空格隔开，须同时符合"
    )
    unread: bool = Field(default=False, description="只看未读的")
    waiting: bool = Field(default=False, description="只看等待办理的")
    kind: Annotated[str, Text(max=61)] | None = Field(default=None, description="只看这一种", examples=["demand_submitted"])
    sort: Sorted = TimeSort.LATEST

    @property
    def search(self) -> MessageSearch:
        """The same for a query of the domain."""
        return MessageSearch(self.unread, self.waiting, self.kind, self.days, self.q)


class ReadingsIn(Body):
    """How far somebody has read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"up_to": "01931f6e-7c1a-7d2e-8f00-0000000000e1"}]})

    up_to: Id = Field(description="最新的一条已读消息；它和比它早的都标为已读")
