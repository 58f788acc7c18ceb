"""Shapes of imports."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.foundation.jobs import State
from backend.imports.models import ImportKind, ImportStatus
from miniprogram_api.contract import Out
from web.fields import BigInt, Id, Instant, Line
from web.inputs.imports import KINDS_IN_WORDS

_WORK: JsonDict = {"state": "done", "done": 52, "total": 52, "error": None, "error_detail": None}


class WorkOut(Out):
    """How far the last work on it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WORK]})

    state: State = Field(description=State.listed())
    done: BigInt = Field(description="已完成的步数")
    total: BigInt = Field(description="总步数")
    error: Annotated[str, Field(max_length=80)] | None = Field(description="失败的原因代码")
    error_detail: Annotated[str, Field(max_length=300)] | None = Field(description="失败的原因，可直接显示")


class ImportOut(Out):
    """One workbook that was brought."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01931f6e-7c1a-7d2e-8f00-0123456789ac",
                    "kind": "volunteers",
                    "title": "志愿者",
                    "area_id": "01931f6e-7c1a-7d2e-8f00-0123456789ab",
                    "area": "和平社区",
                    "status": "checked",
                    "brought_at": "2026-03-06T09:00:00+08:00",
                    "new": 25740,
                    "known": 0,
                    "faulty": 260,
                    "job_id": "01931f6e-7c1a-7d2e-8f00-0123456789ad",
                    "work": _WORK,
                }
            ]
        }
    )

    id: Id
    kind: ImportKind = Field(description=KINDS_IN_WORDS)
    title: Line = Field(description="种类的名称")
    area_id: Id
    area: Line
    status: ImportStatus = Field(description=ImportStatus.listed())
    brought_at: Instant
    new: BigInt = Field(description="可以导入（导入后：已导入）的行数")
    known: BigInt = Field(description="已有、不再导入的行数")
    faulty: BigInt = Field(description="不能导入的行数")
    job_id: Id | None = Field(description="最近一次处理；提出的人可在 `/jobs/{job_id}` 取消")
    work: WorkOut | None


class FaultOut(Out):
    """What is wrong in one cell."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cell": "B17", "sentence": "身份证号：校验码不正确"}]})

    cell: Annotated[str, Field(max_length=20, description="工作表中的单元格")]
    sentence: Annotated[str, Field(max_length=300)]
