"""Signing in and out, late records and their correction."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from backend.attendance.models import ShiftStatus
from backend.attendance.positions import Position
from backend.attendance.queries import (
    OwnServiceSearch,
    ServiceSearch,
    ServiceSort,
    ServiceStatus,
    ShiftSearch,
    ShiftSort,
    UnrecordedSearch,
)
from backend.foundation.paging import TimeSort
from backend.openings.queries import Openings
from web.fields import Id, Instant, Limit, Line, Name, Text
from web.inputs.common import ReasonIn, WrittenReason
from web.shapes import (
    Body,
    BrandSought,
    CommunitySought,
    DemandNumbered,
    DemandSought,
    ForMe,
    ListQuery,
    OrganisationSought,
    PersonNamed,
    PersonSought,
    Query,
    Sorted,
    SpanQuery,
    TeamSought,
    TitleSought,
    WorkUnitSought,
    in_shanghai,
)

_FACT = "01931f6e-7c1a-7d2e-8f00-0123456789c4"
_CODE = "EJ1.AZMfbnwafS6PAAEjRWeJwAADm2Z4ZmRXJ2ZlcXFhZHN0"
_STRETCH: dict[str, Any] = {
    "started_at": "2026-03-05T09:00:00+08:00",
    "ended_at": "2026-03-05T10:30:00+08:00",
    "reason": "手机没电，未能签退",
}


class PositionIn(Body):
    """What `wx.getLocation({type: 'gcj02', isHighAccuracy: true})` gave."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    accuracy: float = Field(ge=0, le=100_000, description="米；大于200时请重新定位")
    type: Literal["gcj02"] = Field(description="坐标系，须为 gcj02")

    def position(self) -> Position:
        """As the service takes it."""
        return Position(self.latitude, self.longitude, self.accuracy)


class SignOutIn(Body):
    """The code that was scanned, and where, if the person lets us know."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"code": _CODE, "position": {"latitude": 30.5728, "longitude": 114.2792, "accuracy": 25, "type": "gcj02"}}]
        }
    )

    code: Annotated[str, Text(max=100)] = Field(
        description="扫描现场签到码得到的文字，出示后60秒内有效；上门时也可用老人家中的门牌码，例如 K7QF-3M2X"
    )
    position: PositionIn | None = Field(default=None, description="可不填；只保存是否在范围内和距离")
    scanned_at: Instant | None = Field(
        default=None, description="信号不好、过后才发出的，填扫码的时间（按服务器时间，见应答的 Date）：签到签退从那时算；过去太久的不收"
    )

    def where(self) -> Position | None:
        """As the service takes it."""
        return None if self.position is None else self.position.position()


class SignInIn(SignOutIn):
    """The code that was scanned, where, and on which claim, for who may serve on several."""

    claim_id: Id | None = Field(default=None, description="属于多个认领方时可指明以哪一个认领服务")
    ends_other: bool = Field(default=False, description="在别处忘了签退的，核对后填 true：那边的签到到此为止，时长由那边的社区补录")


class StretchIn(Body):
    """From when to when somebody served, on the community's word."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STRETCH]})

    started_at: Instant
    ended_at: Instant
    reason: WrittenReason

    @model_validator(mode="after")
    def _goes_forward(self) -> Self:
        if self.ended_at <= self.started_at:
            raise ValueError("结束时间须晚于开始时间")
        return self


WallInstant = Annotated[Instant, BeforeValidator(in_shanghai)]
"""As a field of a page that is in its address says it: by the clock on the wall."""


class CorrectedTimesQuery(Query):
    """To which times a record is to be corrected, before that is done."""

    started_at: WallInstant | None = None
    ended_at: WallInstant | None = None


class AddedRecordIn(StretchIn):
    """A record for who signed in."""

    ends_sign_in: bool = Field(default=False, description="仍在签到中、但确已离开的，填 true：签到到此为止，本人不能再签退")


class LateRecordIn(StretchIn):
    """A record for who served without signing in."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STRETCH | {"volunteer_number": "V00000042", "name": "王志愿"}]})

    volunteer_number: Line
    name: Name


class CorrectionIn(StretchIn):
    """A correction of the revision that the officer looked at."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STRETCH | {"revision_id": _FACT}]})

    revision_id: Id = Field(description="办理时看到的版本；此后已被他人更正的，不再接受")


class WithdrawalIn(ReasonIn):
    """A withdrawal of the revision that the officer looked at."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revision_id": _FACT, "reason": "本人未到场"}]})

    revision_id: Id


class MyShiftsQuery(SpanQuery):
    """Which shifts; the days are those on which they begin."""

    q: TitleSought = None
    brand: BrandSought = None
    demand_number: DemandNumbered = None
    demand_id: DemandSought = None

    def search(self, openings: Openings | None) -> ShiftSearch:
        """The same for a query of the domain, with the openings of the number."""
        return ShiftSearch(q=self.q, brand=self.brand, openings=openings, days=self.days)


class ShiftsQuery(MyShiftsQuery):
    """Which shifts; the days are those on which they begin."""

    status: ShiftStatus | None = None
    community_id: CommunitySought = None
    opening_id: Id | None = None
    ends_after: Instant | None = None
    starts_before: Instant | None = None
    sort: ShiftSort = Field(ShiftSort.START, description=ShiftSort.listed())

    def search(self, openings: Openings | None) -> ShiftSearch:
        """The same for a query of the domain, with the openings of the number."""
        return ShiftSearch(
            q=self.q,
            status=self.status,
            brand=self.brand,
            community_id=self.community_id,
            opening_id=self.opening_id,
            openings=openings,
            days=self.days,
            ends_after=self.ends_after,
            starts_before=self.starts_before,
        )


class ShiftsInCareQuery(ShiftsQuery):
    """Which shifts, of one status at a time."""

    status: ShiftStatus = ShiftStatus.PLANNED


class ShiftPageQuery(ListQuery):
    """Of one shift with who was there; `live`: as it goes on."""

    limit: Limit = 50
    live: bool = False


class MyServicesQuery(SpanQuery):
    """Which of one's own services; the days are those on which one signed in."""

    q: TitleSought = None
    brand: BrandSought = None
    demand_number: DemandNumbered = None
    sort: Sorted = TimeSort.LATEST

    def search(self, openings: Openings | None) -> OwnServiceSearch:
        """The same for a query of the domain, with the openings of the number."""
        return OwnServiceSearch(self.q, self.brand, openings, self.days)


class UnrecordedQuery(SpanQuery):
    """Which attendances without a record; the days are those of signing in."""

    q: TitleSought = None
    brand: BrandSought = None
    community_id: CommunitySought = None
    team_id: TeamSought = None
    organisation_id: OrganisationSought = None
    work_unit_id: WorkUnitSought = None
    person: PersonNamed = None
    demand_number: DemandNumbered = None
    for_me: ForMe = False

    def search(self, openings: Openings | None) -> UnrecordedSearch:
        """The same for a query of the domain, with the openings of the number."""
        return UnrecordedSearch(
            q=self.q,
            brand=self.brand,
            openings=openings,
            days=self.days,
            community_id=self.community_id,
            team_id=self.team_id,
            organisation_id=self.organisation_id,
            work_unit_id=self.work_unit_id,
            person=self.person,
        )


class ServicesQuery(SpanQuery):
    """Which records; the days are those of service."""

    q: TitleSought = None
    brand: BrandSought = None
    community_id: CommunitySought = None
    team_id: TeamSought = None
    organisation_id: OrganisationSought = None
    work_unit_id: WorkUnitSought = None
    person_id: PersonSought = None
    for_me: ForMe = False
    person: PersonNamed = None
    demand_number: DemandNumbered = None
    status: ServiceStatus | None = Field(default=None, description="不填：未撤销的全部")
    shift_id: Id | None = None
    overlapping: bool = Field(default=False, description="true：只列出与同一人其他记录时间重叠的（此前的旧记录，请更正或撤销其一）")
    sort: ServiceSort = Field(ServiceSort.LATEST, description=ServiceSort.listed())

    def search(self, openings: Openings | None) -> ServiceSearch:
        """The same for a query of the domain, with the openings of the number."""
        return ServiceSearch(
            q=self.q,
            status=self.status,
            shift_id=self.shift_id,
            overlapping=self.overlapping,
            brand=self.brand,
            community_id=self.community_id,
            team_id=self.team_id,
            organisation_id=self.organisation_id,
            work_unit_id=self.work_unit_id,
            person_id=self.person_id,
            person=self.person,
            openings=openings,
            days=self.days,
        )
