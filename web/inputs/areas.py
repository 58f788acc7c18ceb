"""Which areas."""

from pydantic import Field

from backend.areas.models import Level
from backend.areas.queries import AreaSearch
from web.fields import Id
from web.shapes import Query, SearchQuery, SearchText


class AreaQuery(SearchQuery):
    """Which areas are asked for."""

    q: SearchText | None = Field(default=None, description="区域名称、代码或其中一部分", examples=["和平"])
    parent_id: Id | None = Field(default=None, description="上级区域；什么都不填则从最上一级开始")
    level: Level | None = Field(default=None, description=Level.listed())

    @property
    def search(self) -> AreaSearch:
        """The same for a query of the domain."""
        return AreaSearch(self.q, self.parent_id, self.level)


class AreaTreeQuery(Query):
    """Which part of the tree is asked for."""

    parent_id: Id | None = Field(default=None, description="只要这个区域和它以下的；不填则为全部")
    grids: bool = Field(default=False, description="true：也包括网格")
