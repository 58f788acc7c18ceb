"""Workbooks that an officer brings."""

from typing import Annotated

from pydantic import ConfigDict, Field, Strict

from backend.imports.models import ImportKind, ImportStatus
from backend.imports.queries import ImportSearch
from web.fields import Id
from web.shapes import Body, DaysQuery, ListQuery, Query

KINDS_IN_WORDS = f"{ImportKind.listed()}；区域只能由运维人员用 ejia 导入"


class ImportQuery(Query):
    """What the workbook holds, and for which area it is."""

    kind: ImportKind = Field(description=KINDS_IN_WORDS)
    area_id: Id = Field(description="街道或社区；表中的社区都须在其中")


class ImportsQuery(DaysQuery):
    """Which imports are asked for; the days are those on which they were brought."""

    kind: ImportKind | None = None
    status: ImportStatus | None = None
    area_id: Id | None = Field(default=None, description="只看为这个街道或社区导入的，不含下级")

    @property
    def search(self) -> ImportSearch:
        """The same for a query of the domain."""
        return ImportSearch(self.kind, self.status, self.area_id, self.days)


class FaultsQuery(ListQuery):
    """Which faulty cells are asked for."""


class WorkbookIn(Body):
    """One workbook."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"file": "PK"}]})

    file: Annotated[bytes, Strict()] = Field(description="按模板填写的 .xlsx 文件，最大 10 MB、50000 行；不能含有宏、外部链接和公式")


class ImportEntryIn(Body):
    """Whether faulty lines stop all of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"all_or_nothing": False}]})

    all_or_nothing: bool = Field(default=False, description="true：有一行不能导入，就都不导入")
