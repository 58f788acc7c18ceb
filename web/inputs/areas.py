"""Which areas."""

from pydantic import Field

from web.fields import Id
from web.shapes import ListQuery


class AreaQuery(ListQuery):
    """Which areas are asked for."""

    parent_id: Id | None = Field(default=None, description="上级区域；不填则从最上一级开始")
