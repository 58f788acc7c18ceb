"""Shapes of long work."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.foundation.jobs import State
from miniprogram_api.contract import Out
from web.fields import BigInt, Id, Instant


class JobOut(Out):
    """How far a job is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01931f6e-7c1a-7d2e-8f00-0123456789ab",
                    "kind": "year_end_workbook",
                    "state": "running",
                    "done": 2,
                    "total": 6,
                    "error": None,
                    "error_detail": None,
                    "file_name": None,
                    "created_at": "2026-11-23T20:15:00+08:00",
                    "started_at": "2026-11-23T20:15:01+08:00",
                    "finished_at": None,
                }
            ]
        }
    )

    id: Id
    kind: Annotated[str, Field(max_length=60, description="任务种类")]
    state: State = Field(description=f"{State.listed()}；完成的可以下载")
    done: BigInt = Field(description="已完成的步数")
    total: BigInt = Field(description="总步数")
    error: Annotated[str, Field(max_length=80)] | None = Field(description="失败的原因代码")
    error_detail: Annotated[str, Field(max_length=300)] | None = Field(description="失败的原因，可直接显示")
    file_name: Annotated[str, Field(max_length=300)] | None = Field(description="完成后的文件名")
    created_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
