"""Employers of serving Party members."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.party.models import PartyOrganisationKind, UnitNature
from backend.party.service import UnitPlan
from web.fields import Id, NoNumbers, Text
from web.shapes import Body, ListQuery, SearchText

UnitName = Annotated[str, Text(max=100, min=2), NoNumbers]
CreditCode = Annotated[str, Text(max=40)]
DifferentFrom = Annotated[tuple[Id, ...], Field(max_length=20, description="已核对不是同一单位的单位（409 work_unit_similar 的 similar）")]


class WorkUnitIn(Body):
    """An employer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "测试区住房保障中心", "credit_code": "116399990150001267", "nature": "public_institution"}]
        }
    )

    name: UnitName
    credit_code: CreditCode | None = Field(default=None, description="统一社会信用代码，可以以后补")
    nature: UnitNature
    different_from: DifferentFrom = ()


class WorkUnitChangeIn(Body):
    """What is to be otherwise of an employer; what is not given stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"credit_code": "116399990150001267"}, {"name": "测试区住房保障中心"}]})

    name: UnitName | None = None
    credit_code: CreditCode | None = None
    nature: UnitNature | None = None
    different_from: DifferentFrom = ()

    def plan(self) -> UnitPlan:
        """As the service takes it."""
        return UnitPlan(self.name, self.credit_code, self.nature, self.different_from)


class WorkUnitMergeIn(Body):
    """The row that stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"into_id": "01931f6e-7c1a-7d2e-8f00-0000000000d1"}]})

    into_id: Id = Field(description="保留的单位")


class WorkUnitQuery(ListQuery):
    """Which units are asked for."""

    q: SearchText | None = Field(default=None, description="单位名称、统一社会信用代码或其中一部分")
    nature: UnitNature | None = None


class PartyOrganisationQuery(ListQuery):
    """Which Party organisations are asked for."""

    q: SearchText | None = Field(default=None, description="党组织名称或其中一部分")
    kind: PartyOrganisationKind | None = None
    area_id: Id | None = Field(default=None, description="只看这个区域的，不含下级")
