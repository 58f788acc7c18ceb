"""Shapes of demands, and of whom they are for."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from backend.brands import ClaimantKind, Completion
from backend.demands.models import DemandStatus, NextStep
from miniprogram_api.contract import Out
from miniprogram_api.schemas.claims import OfferOut, OwnClaimOut
from web.fields import Between, Day, Id, Instant, Name, Text
from web.inputs.common import Reason
from web.inputs.demands import ANNOUNCED, MOST_WITHIN_M, Announced, BrandCode, Called

_COMMUNITY = "01931f6e-7c1a-7d2e-8f00-0123456789ab"
_LINE: dict[str, Any] = {
    "id": "01931f6e-7c1a-7d2e-8f00-0123456789ac",
    "number": "需2026-000123",
    "brand": "door_knock",
    "title": "每周看望一次，聊聊天",
    "called": "王奶奶",
    "age_band": "80至89岁",
    "community_id": _COMMUNITY,
    "community": "和平社区",
    "status": "published",
    "submitted_at": "2026-03-03T10:00:00+08:00",
    "places": 2,
    "published_at": "2026-03-04T10:00:00+08:00",
    "starts_at": "2026-03-05T09:00:00+08:00",
    "ends_at": "2026-03-05T11:00:00+08:00",
    "opening_id": "01931f6e-7c1a-7d2e-8f00-0123456789ad",
    "role_id": "01931f6e-7c1a-7d2e-8f00-0123456789ae",
    "taken": 1,
}


_UNCHANGED: dict[str, Any] = dict.fromkeys(
    ("title", "content", "place_in_words", "conditions", "risks", "safeguards", "places", "people_per_place", "starts_at", "ends_at")
)


class BrandOut(Out):
    """A brand and what its demands ask for."""

    code: BrandCode
    name: Name
    summary: Annotated[str, Text(max=200)]
    needs_beneficiary: bool
    role_name: Name
    asks_first: bool = Field(description="认领须先经社区同意")
    most_places: Annotated[int, Between(1, 10000)]
    people_per_place: Annotated[int, Between(1, 1000)] = Field(description="每个名额最多可到场几人")
    claimant_kinds: Annotated[list[ClaimantKind], Field(max_length=4)]
    longest_window_hours: Annotated[int, Between(1, 24)]
    completion: Completion
    youngest_age: Annotated[int, Between(0, 18)] = Field(description="不满这个年龄的不能参加")


class BrandsOut(Out):
    """The catalogue of brands."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "code": "door_knock",
                            "name": "爱心敲门",
                            "summary": "上门看望需要关心的居民",
                            "needs_beneficiary": True,
                            "role_name": "敲门人",
                            "asks_first": True,
                            "most_places": 10,
                            "people_per_place": 5,
                            "claimant_kinds": ["team", "organisation", "person"],
                            "longest_window_hours": 12,
                            "completion": "by_hand",
                            "youngest_age": 18,
                        }
                    ]
                }
            ]
        }
    )

    items: Annotated[list[BrandOut], Field(max_length=1000)]


class DemandLineOut(Out):
    """A demand as lists show it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    id: Id
    number: Annotated[str, Text(max=30)]
    brand: BrandCode
    title: Annotated[str, Text(max=80)]
    called: Called | None = Field(description="服务对象的称呼")
    age_band: Annotated[str, Text(max=20)] | None
    community_id: Id
    community: Annotated[str, Text(max=100)]
    status: DemandStatus
    submitted_at: Instant
    places: Annotated[int, Between(1, 10000)]
    published_at: Instant | None
    starts_at: Instant | None
    ends_at: Instant | None
    opening_id: Id | None
    role_id: Id | None = Field(description="认领时填写")
    taken: Annotated[int, Between(0, 10000)] | None = Field(description="已认领的名额")


class DemandNearOut(DemandLineOut):
    """The same, and how far."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE | {"distance_m": 1200}]})

    distance_m: Annotated[int, Between(0, MOST_WITHIN_M + 100)] = Field(description="距离（米），按百米向上取")


class DemandOut(DemandLineOut):
    """One demand."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _LINE
                | ANNOUNCED
                | {
                    "safeguards": None,
                    "asks_first": True,
                    "people_per_place": 5,
                    "details": "老人听力不好",
                    "requester": "李*",
                    "reason": None,
                    "former_demand_id": None,
                    "next_step": "ends",
                    "next_step_on": "2026-03-12",
                    "my_claim": None,
                    "may_claim_as": [
                        {
                            "claimant_kind": "team",
                            "claimant_id": "01931f6e-7c1a-7d2e-8f00-0123456789b1",
                            "claimant_name": "和平社区敲门队",
                            "asks_first": True,
                        }
                    ],
                    "shift_ids": [],
                }
            ]
        }
    )

    content: Announced | None = Field(description="服务内容；以下五项发布后人人可见")
    place_in_words: Announced | None = Field(description="地点的大致说法")
    conditions: Announced | None = Field(description="参加条件")
    risks: Announced | None = Field(description="可能的风险")
    safeguards: Announced | None = Field(description="保障措施")
    asks_first: bool | None = Field(description="认领须先经社区同意；发布前没有")
    people_per_place: Annotated[int, Between(1, 1000)] | None = Field(description="每个名额最多可到场几人；空的不限")
    details: Annotated[str, Text(max=2000, multiline=True)] | None = Field(description="只给社区、申请人和认领已获同意的一方看")
    requester: Name | None
    reason: Reason | None = Field(description="最近一次处理的理由")
    former_demand_id: Id | None = Field(description="由哪一件以前的需求再次发布")
    next_step: NextStep | None = Field(
        description="没有人办理时，接下来会自动发生什么：提醒社区审核、告知街道；推荐给本社区、邻近社区的队伍，告知街道；"
        "无人到场、无人确认时提醒社区；到期自动办结或者登记为未开展"
    )
    next_step_on: Day | None = Field(description="在哪一天")
    my_claim: OwnClaimOut | None = Field(
        description="我本人、我带领的队伍或者我所在的社会组织占着名额的认领；有几个的给一个，其余见 /me/claims?demand_id="
    )
    may_claim_as: Annotated[list[OfferOut], Field(max_length=100)] = Field(
        description="我现在能以谁的名义认领，和认领时的规则相同；当天次数、时间冲突、须同意的告知书在认领时另行检查"
    )
    shift_ids: Annotated[list[Id], Field(max_length=100)] = Field(description="我能打开的场次，先开始的在前")


class DemandStepOut(Out):
    """A step in the life of a demand."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01931f6e-7c1a-7d2e-8f00-0123456789b1",
                    "at": "2026-03-03T15:00:00+08:00",
                    "from_status": "submitted",
                    "to_status": "returned",
                    "reason": "请补充希望的时间",
                }
            ]
        }
    )

    id: Id
    at: Instant
    from_status: DemandStatus | None
    to_status: DemandStatus
    reason: Reason | None


class ChangedOut(Out):
    """What stood before a change, or stands since; what was not changed is empty."""

    title: Annotated[str, Text(max=80)] | None = None
    content: Announced | None = None
    place_in_words: Announced | None = None
    conditions: Announced | None = None
    risks: Announced | None = None
    safeguards: Announced | None = None
    places: Annotated[int, Between(1, 10000)] | None = None
    people_per_place: Annotated[int, Between(1, 1000)] | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None


class PublicationChangeOut(Out):
    """A change of what was published."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01931f6e-7c1a-7d2e-8f00-0123456789b0",
                    "at": "2026-03-04T15:00:00+08:00",
                    "reason": "多邀请一支队伍",
                    "changed": ["places"],
                    "before": _UNCHANGED | {"places": 2},
                    "after": _UNCHANGED | {"places": 3},
                }
            ]
        }
    )

    id: Id
    at: Instant
    reason: Reason = Field(description="人人可见")
    changed: Annotated[list[Name], Field(max_length=10)] = Field(description="改动了哪几项")
    before: ChangedOut
    after: ChangedOut


class BeneficiaryOut(Out):
    """A beneficiary in clear."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01931f6e-7c1a-7d2e-8f00-0123456789af",
                    "name": "王秀英",
                    "called": "王奶奶",
                    "address": "和平路8号院3号楼2单元201",
                    "phone": "13800001234",
                    "contact_note": "听力不好，请多敲几声",
                }
            ]
        }
    )

    id: Id
    name: Name
    called: Called
    address: Annotated[str, Text(max=200)] | None = Field(description="已按期限删除的为 null")
    phone: Annotated[str, Text(max=20)] | None
    contact_note: Annotated[str, Text(max=500, multiline=True)] | None
