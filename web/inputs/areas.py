"""Which areas."""

from pydantic import Field

from backend.areas.models import Level
from backend.areas.queries import AreaSearch
from web.fields import Id
from web.shapes import SearchQuery, SearchText


class AreaQuery(SearchQuery):
    """Which areas are asked for."""

    q: SearchText | None = Field(default=None, description="区域名称、代码或其中一部分", examples=["和平"])
    parent_id: Id | None = Field(default=None, description="上级区域；什么都不填则从最上一级开始")
    level: Level | None = Field(default=None, description="district 区 · street 街道 · community 社区 · grid 网格")

    @property
    def search(self) -> AreaSearch:
        """The same for a query of the domain."""
        return AreaSearch(self.q, self.parent_id, self.level)
