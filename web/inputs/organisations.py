"""Social organisations and their staff."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from backend.foundation.terms import Word
from backend.organisations.models import Filing, OrganisationStatus, Origin
from backend.organisations.queries import OrganisationSearch, OrganisationSort
from web.fields import Day, Id, Line, Name, NoNumbers, Prose, Text
from web.inputs.common import OTHER_CAUSE, CausedIn, ReasonIn, WrittenReason
from web.shapes import Body, CommunitySought, ForMe, ListQuery, PersonNamed, SearchText, SpanQuery

_COMMUNITY = "01931f6e-7c1a-7d2e-8f00-0123456789ac"
_STAFF = "01931f6e-7c1a-7d2e-8f00-0123456789b1"
EXAMPLE_PLAN: dict[str, Any] = {
    "name": "青山社会工作服务中心",
    "origin": "introduced",
    "filing": "registered",
    "credit_code": "52639999MJX00000XM",
    "purpose": "为老年人和困境儿童提供社会工作服务。",
}


class OrganisationPlanIn(Body):
    """What an application says of the organisation."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_PLAN]})

    name: Annotated[str, Text(max=100, min=2), NoNumbers]
    origin: Origin = Field(description=Origin.listed())
    filing: Filing = Field(description="registered 已登记，填统一社会信用代码；on_record 仅备案，填社区给的备案编号")
    credit_code: Annotated[str, Text(max=40)] | None = Field(None, description="统一社会信用代码，18位")
    record_number: Annotated[str, Text(max=60), NoNumbers] | None = Field(
        None, description="备案编号，本社区内不能重复；已登记的，曾经备案的也填写"
    )
    purpose: Annotated[Prose, NoNumbers] = Field(description="宗旨和服务内容")


class OrganisationApplicationIn(OrganisationPlanIn):
    """An application for an organisation in a community; who applies becomes its officer."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_PLAN | {"community_id": _COMMUNITY}]})

    community_id: Id = Field(description="开展服务的社区")


class OrganisationRenamingIn(ReasonIn):
    """Under which name the organisation goes on, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "青山社会工作发展中心", "reason": "民政部门已核准更名"}]})

    name: Annotated[str, Text(max=100, min=2), NoNumbers] = Field(title="新的名称", description="组织名称，本社区内不能重复")


class OrganisationReturnCause(Word):
    """Why an application for an organisation is returned."""

    PAPERS = "papers", "证明材料不全"
    NUMBER = "number", "统一社会信用代码或者备案编号有误"
    NAME = "name", "名称和登记证书不一致"
    ORIGIN = "origin", "引进或者培育选错"
    COMMUNITY = "community", "应向其他社区申请"
    OTHER = OTHER_CAUSE


class OrganisationReturnIn(CausedIn[OrganisationReturnCause]):
    """What is to be amended in an application for an organisation."""


class OrganisationEndingCause(Word):
    """Why an organisation works here no longer."""

    OVER = "over", "协议到期不再续签"
    DISSOLVED = "dissolved", "组织已注销"
    ASKED = "asked", "组织自己提出退出"
    IDLE = "idle", "长期没有开展服务"
    OTHER = OTHER_CAUSE


class OrganisationEndingIn(CausedIn[OrganisationEndingCause]):
    """Why an organisation ends."""


class VerificationIn(Body):
    """Since when the organisation is introduced or incubated, and how that is known."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"agreed_on": "2024-03-02", "proof": "《引进社会组织服务协议》，和平社区2024年第3号"}]}
    )

    agreed_on: Day = Field(description="引进填协议签订日，培育填备案或登记日；不晚于今天，自这天起计入引进或培育数")
    proof: Annotated[Line, NoNumbers] = Field(title="证明材料", description="协议或备案文件的名称和编号")


class DayCorrectionIn(VerificationIn):
    """Since when it is really introduced or incubated, how that is known, and why the day was wrong."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"agreed_on": "2024-02-03", "proof": "和平社区2024年第3号协议原件", "reason": "录入时月份和日期写反"}]
        }
    )

    reason: WrittenReason


class RegisteredIn(Body):
    """That one on record was registered."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"credit_code": "52639999MJX00000XM", "registered_on": "2025-06-01", "proof": "民办非企业单位登记证书，2025年第17号"}
            ]
        }
    )

    credit_code: Annotated[str, Text(max=40)] = Field(description="统一社会信用代码，18位")
    registered_on: Day = Field(description="登记证书上的日期；不早于备案日，不晚于今天")
    proof: Annotated[Line, NoNumbers] = Field(title="证明材料", description="登记证书的名称和编号")


class StaffIn(Body):
    """Who is to act for the organisation."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"volunteer_number": "V2026000123", "name": "李晓明"}]})

    volunteer_number: Annotated[str, Text(max=30)] = Field(description="志愿者编号")
    name: Name = Field(description="本人姓名，须与编号相符")


class OrganisationSuccessorIn(Body):
    """Who is to be the officer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"staff_id": _STAFF}]})

    staff_id: Id = Field(description="工作人员列表中的 id")


class OrganisationsQuery(SpanQuery):
    """Which organisations; the days are those from which they count."""

    q: SearchText | None = Field(default=None, description="名称、统一社会信用代码、备案编号或其中一部分")
    status: OrganisationStatus = Field(OrganisationStatus.VERIFIED, description="经社区核实的人人可见；其他状态只列出本人可见的")
    community_id: CommunitySought = None
    origin: Origin | None = None
    sort: OrganisationSort = Field(OrganisationSort.LATEST, description=OrganisationSort.listed())
    for_me: ForMe = False

    @property
    def search(self) -> OrganisationSearch:
        """The same for a query of the domain."""
        return OrganisationSearch(self.q, self.community_id, self.origin, self.days)


class OwnOrganisationsQuery(ListQuery):
    """One's own organisations."""

    sort: OrganisationSort = Field(OrganisationSort.LATEST, description=OrganisationSort.listed())


class StaffQuery(ListQuery):
    """Who of those who act for an organisation."""

    q: PersonNamed = None
