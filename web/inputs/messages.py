"""What one asks of the inbox."""

from pydantic import ConfigDict, Field

from web.fields import Id
from web.shapes import Body, ListQuery


class MessagesQuery(ListQuery):
    """All messages, or some of them."""

    unread: bool = Field(default=False, description="只看未读的")
    waiting: bool = Field(default=False, description="只看等待办理的")


class ReadingsIn(Body):
    """How far somebody has read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"up_to": "01931f6e-7c1a-7d2e-8f00-0000000000e1"}]})

    up_to: Id = Field(description="最新的一条已读消息；它和比它早的都标为已读")
