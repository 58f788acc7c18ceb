"""Shapes of what failed of what follows by itself."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.foundation.deliveries import DeliveryState
from miniprogram_api.contract import Out
from web.fields import BigInt, Id, Instant


class FailedDeliveryOut(Out):
    """One thing that happened and of which one consumer could not make what follows: ids, codes and numbers, never personal data."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "event_id": "01931f6e-7c1a-7d2e-8f00-0000000000d1",
                    "consumer": "points",
                    "affects": "积分",
                    "state": "failing",
                    "name": "service.confirmed",
                    "about": "服务记录",
                    "subject_id": "01931f6e-7c1a-7d2e-8f00-0000000000d2",
                    "since": "2026-03-05T09:30:00+08:00",
                    "due_at": "2026-03-05T10:20:00+08:00",
                    "attempts": 7,
                    "last_error": "IntegrityError",
                    "reason": "与数据库里已有的数据冲突",
                }
            ]
        }
    )

    event_id: Id
    consumer: Annotated[str, Field(max_length=60)] = Field(description="哪一项处理没有做成")
    affects: Annotated[str, Field(max_length=60)] = Field(description="同一项处理的中文名称")
    state: DeliveryState = Field(description=f"{DeliveryState.listed()}；失败五次起为失败，计入告警")
    name: Annotated[str, Field(max_length=100)] = Field(description="发生了什么")
    about: Annotated[str, Field(max_length=60)] = Field(description="关于什么")
    subject_id: Id = Field(description="是哪一个")
    since: Instant = Field(description="何时发生的")
    due_at: Instant = Field(description="下次何时处理")
    attempts: BigInt = Field(description="失败了几次")
    last_error: Annotated[str, Field(max_length=200)] | None = Field(description="最近一次错误的种类；完整的错误在日志里")
    reason: Annotated[str, Field(max_length=100)] = Field(description="最近一次失败的原因，可直接显示")


class DeliveryRetriedOut(Out):
    """How many are tried again at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"number": 12}]})

    number: BigInt = Field(description="立即重试多少条；正在处理的不算，一次最多 5000 条")
