"""Which long work."""

from pydantic import Field

from backend.foundation.jobs import State
from web.shapes import ForMe, ListQuery


class JobsQuery(ListQuery):
    """Which jobs are asked for."""

    state: State | None = Field(default=None, description="queued 排队 · running 进行中 · done 完成 · failed 失败 · cancelled 已取消")
    for_me: ForMe = False
