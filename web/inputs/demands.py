"""What is needed, for whom, and when."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from backend.attendance.positions import Around
from backend.demands.models import BasisKind, DemandStatus, EndCause
from backend.demands.queries import BeneficiarySearch, DemandSearch, DemandSort
from backend.demands.service import Amendment, Announcement, BeneficiaryDetails, Change, NewDemand, NewHome, Publication, StatedBasis
from backend.foundation.paging import TimeSort
from web.fields import Between, CursorText, Id, Instant, InWords, Limit, Name, NoNumbers, Public, Text
from web.inputs.common import WrittenReason
from web.inputs.people import NamingBody
from web.shapes import Body, BrandSought, CommunitySought, ForMe, SearchText, Sorted, SpanQuery

_COMMUNITY = "01931f6e-7c1a-7d2e-8f00-0123456789ab"
MOST_WITHIN_M = 50_000
BrandCode = Annotated[str, Text(max=40)]
Called = Annotated[str, Text(max=20)]


Announced = Annotated[str, Text(max=500, multiline=True)]
ANNOUNCED: JsonDict = {
    "content": "陪老人聊天，帮忙检查水电",
    "place_in_words": "和平社区东侧",
    "conditions": "两人以上同行",
    "risks": "老人听力不好，敲门要等一等",
}


_BASIS: JsonDict = {"kind": "own_consent", "notice_version": "2026-11-01"}
_ELDER: JsonDict = {"name": "王秀英", "called": "王奶奶", "address": "和平路8号院3号楼2单元201", "born_in": 1942, "basis": _BASIS}


CareCause = Annotated[str, Text(max=200), NoNumbers]


class BasisIn(Body):
    """On what it rests that somebody is kept on record."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BASIS]})

    kind: BasisKind = Field(description="本人、代办人、监护人（未成年人）同意，或者 duty_of_care：社区履行职责确需上门")
    notice_version: Annotated[str, Text(max=20)] | None = Field(
        default=None, description="读过并同意的告知书版本，见 GET /beneficiary-notice；duty_of_care 不填"
    )
    cause: CareCause | None = Field(default=None, description="duty_of_care 的理由；不写病情")

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        of_care = self.kind is BasisKind.DUTY_OF_CARE
        if of_care != (self.notice_version is None) or of_care != (self.cause is not None):
            raise ValueError("同意须填写告知书版本；履行职责须填写理由，不填版本")
        return self

    def basis(self) -> StatedBasis:
        """As the service takes it."""
        return StatedBasis(self.kind, self.notice_version, self.cause)


class ConsentedIn(Body):
    """Who agreed, to which notice: as a page asks it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BASIS]})

    kind: Annotated[Literal[BasisKind.OWN_CONSENT, BasisKind.PROXY_CONSENT, BasisKind.GUARDIAN_CONSENT], InWords] = Field(title="谁同意")
    notice_version: Annotated[str, Text(max=20)]

    def basis(self) -> StatedBasis:
        """As the service takes it."""
        return StatedBasis(self.kind, self.notice_version)


class CareIn(Body):
    """Why care cannot wait for a word of theirs: as a page asks it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cause": "独居高龄，社区定期看望"}]})

    cause: CareCause = Field(title="理由", description="为什么确需上门；不写病情")

    def basis(self) -> StatedBasis:
        """As the service takes it."""
        return StatedBasis(BasisKind.DUTY_OF_CARE, cause=self.cause)


class BeneficiaryIn(NamingBody):
    """Who is visited, and where."""

    name: Annotated[Name, NoNumbers] = Field(title="姓名")
    called: Annotated[Called, NoNumbers] = Field(description="名单上的称呼，例如：王奶奶；不写全名")
    address: Annotated[str, Text(max=200)]
    born_in: Annotated[int, Between(1900, 2199)] | None = Field(default=None, description="出生年份")
    adult: bool | None = Field(default=None, description="不知道出生年份的，注明是否已满十八周岁")
    phone: Annotated[str, Text(max=20)] | None = Field(default=None, description="手机号，或者带区号的座机号")
    contact_note: Annotated[str, Text(max=500, multiline=True), NoNumbers] | None = Field(
        default=None, description="上门注意事项；加密保存"
    )
    basis: BasisIn | None = Field(default=None, description="个人信息处理依据；发布之前须登记")
    different_from: Annotated[list[Id], Field(max_length=20)] = Field(
        default=[], description="已核对不是同一人的：因为与其相似，上次没有登记成的那几位"
    )

    def details(self) -> BeneficiaryDetails:
        """As the service takes it."""
        return BeneficiaryDetails(
            name=self.name,
            called=self.called,
            address=self.address,
            born_in=self.born_in,
            adult=self.adult,
            phone=self.phone,
            contact_note=self.contact_note,
            basis=self.basis.basis() if self.basis else None,
            different_from=frozenset(self.different_from),
        )


class NewBeneficiaryIn(BeneficiaryIn):
    """Somebody to be put on record."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ELDER | {"area_id": _COMMUNITY}]})

    area_id: Id = Field(description="所在社区或网格")


class NewHomeIn(Body):
    """Where somebody lives now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"area_id": _COMMUNITY, "address": "团结路6号院1号楼101"}]})

    area_id: Id = Field(description="现在的社区或网格")
    address: Annotated[str, Text(max=200)]
    phone: Annotated[str, Text(max=20)] | None = Field(default=None, description="不填则电话不变")

    def home(self) -> NewHome:
        """As the service takes it."""
        return NewHome(self.area_id, self.address, self.phone)


class TieIn(Body):
    """Which person it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"person_id": _COMMUNITY}]})

    person_id: Id = Field(description="本社区的居民，例如代办名单中的被代办人")


class EndIn(Body):
    """Why nobody visits them any more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cause": "moved_away"}]})

    cause: Annotated[Literal[EndCause.MOVED_AWAY, EndCause.DIED, EndCause.NO_LONGER_WISHES], InWords] = Field(
        description="迁出、去世，或者不再需要上门"
    )


class MergeIn(Body):
    """The row that stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"into_id": _COMMUNITY}]})

    into_id: Id = Field(description="保留的服务对象")


class DemandIn(Body):
    """What is needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "brand": "door_knock",
                    "title": "每周看望一次，聊聊天",
                    "details": "老人听力不好，请多敲几声",
                    "community_id": _COMMUNITY,
                    "places": 2,
                    "beneficiary": _ELDER,
                }
            ]
        }
    )

    brand: BrandCode
    title: Annotated[str, Text(max=80), Public] = Field(description="一句话；不写姓名、住址、病情")
    details: Annotated[str, Text(max=2000, multiline=True), NoNumbers] = Field(description="只给社区、申请人和认领已获同意的一方看")
    community_id: Id
    places: Annotated[int, Between(1, 10000)] = 1
    requester_person_id: Id | None = Field(default=None, description="工作人员代居民提交时填写；不填则没有指定的申请人")
    beneficiary_id: Id | None = Field(default=None, description="已登记的服务对象；由社区工作人员或网格员选用")
    beneficiary: BeneficiaryIn | None = Field(
        default=None, description="新填一位服务对象；本人或者被代办人已登记为服务对象的，两项都可不填"
    )

    def demand(self) -> NewDemand:
        """As the service takes it."""
        return NewDemand(
            brand=self.brand,
            title=self.title,
            details=self.details,
            community_id=self.community_id,
            places=self.places,
            requester_person_id=self.requester_person_id,
            beneficiary_id=self.beneficiary_id,
            beneficiary=self.beneficiary.details() if self.beneficiary else None,
        )


class AmendmentIn(Body):
    """What is to be otherwise of a returned demand; what is not given stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"details": "每周三上午，老人听力不好，请多敲几声"}, {"places": 1}]})

    title: Annotated[str, Text(max=80), Public] | None = Field(default=None, description="一句话；不写姓名、住址、病情")
    details: Annotated[str, Text(max=2000, multiline=True), NoNumbers] | None = None
    places: Annotated[int, Between(1, 10000)] | None = None
    beneficiary_id: Id | None = Field(default=None, description="换成已登记的另一位服务对象")
    beneficiary: BeneficiaryIn | None = Field(default=None, description="换成新填的一位服务对象；不换的，两项都不填")

    def amendment(self) -> Amendment:
        """As the service takes it."""
        return Amendment(
            title=self.title,
            details=self.details,
            places=self.places,
            beneficiary_id=self.beneficiary_id,
            beneficiary=self.beneficiary.details() if self.beneficiary else None,
        )


class PublicationIn(Body):
    """When and for how many."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"places": 2, "starts_at": "2026-03-05T09:00:00+08:00", "ends_at": "2026-03-05T11:00:00+08:00", **ANNOUNCED}]
        }
    )

    starts_at: Instant
    ends_at: Instant
    places: Annotated[int, Between(1, 10000)] | None = Field(default=None, description="不填则按提交时的名额")
    people_per_place: Annotated[int, Between(1, 1000)] | None = Field(default=None, description="每个名额最多可到场几人；不填则按品牌")
    title: Annotated[str, Text(max=80), Public] | None = Field(default=None, description="对外公布的说法；不填则用提交时的标题")
    # As far as a longitude goes, so that who swaps the two is told so (attendance/positions.py).
    latitude: float | None = Field(default=None, ge=-180, le=180, description="服务地点的纬度，GCJ-02；上门服务不填")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="服务地点的经度")
    content: Annotated[Announced, Public] | None = Field(
        default=None, description="服务内容，不填则用品牌的；以下五项人人可见，不写姓名、住址、病情"
    )
    place_in_words: Annotated[Announced, Public] | None = Field(default=None, description="地点的大致说法，不写门牌")
    conditions: Annotated[Announced, Public] | None = Field(default=None, description="参加条件；不填则用品牌的")
    risks: Annotated[Announced, Public] | None = Field(default=None, description="可能的风险；不填则用品牌的")
    safeguards: Annotated[Announced, Public] | None = Field(default=None, description="保障措施；不填则用品牌的")

    @model_validator(mode="after")
    def _place_is_whole(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("经纬度应同时填写")
        return self

    def publication(self) -> Publication:
        """As the service takes it."""
        return Publication(
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            places=self.places,
            people_per_place=self.people_per_place,
            title=self.title,
            latitude=self.latitude,
            longitude=self.longitude,
            announcement=Announcement(self.content, self.place_in_words, self.conditions, self.risks, self.safeguards),
        )


class PublicationAgainIn(PublicationIn):
    """When it takes place again; what else is not given is as it was."""


class PublicationChangeIn(Body):
    """What is to be otherwise of a published demand; what is not given stays as it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"starts_at": "2026-03-06T09:00:00+08:00", "ends_at": "2026-03-06T11:00:00+08:00", "reason": "当天有雨，改到第二天"},
                {"places": 3, "reason": "多邀请一支队伍"},
            ]
        }
    )

    reason: WrittenReason = Field(description="为什么改动；人人可见，不写姓名、住址、病情")
    title: Annotated[str, Text(max=80), Public] | None = None
    places: Annotated[int, Between(1, 10000)] | None = Field(default=None, description="不能少于已认领的名额")
    people_per_place: Annotated[int, Between(1, 1000)] | None = Field(
        default=None, description="每个名额最多可到场几人；不能少于已有认领方签到的人数"
    )
    starts_at: Instant | None = Field(default=None, description="已有人签到的场次不能改时间")
    ends_at: Instant | None = None
    content: Annotated[Announced, Public] | None = None
    place_in_words: Annotated[Announced, Public] | None = None
    conditions: Annotated[Announced, Public] | None = None
    risks: Annotated[Announced, Public] | None = None
    safeguards: Annotated[Announced, Public] | None = None

    def change(self) -> Change:
        """As the service takes it."""
        return Change(**{name: getattr(self, name) for name in type(self).model_fields})


class DemandsQuery(SpanQuery):
    """Which demands."""

    brand: BrandSought = None
    community_id: CommunitySought = None
    number: Annotated[str, Text(max=30)] | None = Field(default=None, description="完整的需求编号，「需」也可写作 XQ")

    @property
    def search(self) -> DemandSearch:
        """The same for a query of the domain."""
        return DemandSearch(self.q, self.number, self.brand, self.community_id, self.days)


class OpenDemandsQuery(DemandsQuery):
    """Which published demands; the days are those on which the service begins."""

    with_room: bool = Field(default=True, description="只看还有名额的")
    sort: DemandSort = Field(DemandSort.LATEST, description=DemandSort.listed())


class DemandsAroundIn(Body):
    """A place, and which published demands around it. In a body, as where somebody is stands in no address."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"latitude": 38.4872, "longitude": 106.2309, "within_m": 3000, "brand": "red_ribbon"}]}
    )

    latitude: float = Field(ge=-180, le=180, description="GCJ-02；只用来计算距离，不保存")
    longitude: float = Field(ge=-180, le=180)
    within_m: Annotated[int, Between(100, MOST_WITHIN_M)] = Field(default=3000, description="多少米以内")
    q: SearchText | None = Field(default=None, description="编号、标题或其中一部分")
    brand: BrandSought = None
    with_room: bool = Field(default=True, description="只看还有名额的")
    limit: Limit = 20
    cursor: CursorText | None = None

    def around(self) -> Around:
        """The place as the domain takes it."""
        return Around(self.latitude, self.longitude, self.within_m)


class DemandsInCareQuery(DemandsQuery):
    """Which demands of the own communities; the days are those of submission."""

    status: DemandStatus = DemandStatus.SUBMITTED
    beneficiary_id: Id | None = Field(default=None, description="只看这位服务对象的；可以查看服务对象的人才查得到")
    for_me: ForMe = False


class MyDemandsQuery(DemandsQuery):
    """Which demands of one's own; the days are those of submission."""

    status: DemandStatus | None = None
    sort: Sorted = TimeSort.LATEST
    for_me: ForMe = False


class BeneficiariesQuery(SpanQuery):
    """Whom on the register; the days are those since when they are on record."""

    q: SearchText | None = Field(default=None, description="称呼或其中一部分；姓名由可以查看原文的人查")
    area_id: Id | None = Field(default=None, description="只看这个社区或网格的，不含下级")
    basis: BasisKind | None = None
    ended: bool | None = Field(default=None, description="true 只看不再服务的 · false 只看仍在册的")
    for_me: ForMe = False

    @property
    def search(self) -> BeneficiarySearch:
        """The same for a query of the domain."""
        return BeneficiarySearch(self.q, self.area_id, self.basis, self.ended, self.days)
