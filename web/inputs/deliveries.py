"""Which failed deliveries, and which of them are to be tried again."""

from typing import Annotated

from pydantic import ConfigDict, Field

from web.fields import Id, NoNumbers, Text
from web.shapes import Body, ForMe, ListQuery

_Consumer = Annotated[str, Text(max=60), NoNumbers] | None


class FailedDeliveriesQuery(ListQuery):
    """Which are asked for."""

    consumer: _Consumer = Field(default=None, description="只看这一项处理的", examples=["points"])
    for_me: ForMe = False


class DeliveryRetryIn(Body):
    """What is to be tried again: one event, what one consumer failed at, or all."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"event_id": "01931f6e-7c1a-7d2e-8f00-0000000000d1", "consumer": "points"}]})

    event_id: Id | None = Field(default=None, description="只重试这一个事件的")
    consumer: _Consumer = Field(default=None, description="只重试这一项处理的")
