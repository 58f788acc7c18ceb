"""Shapes of shifts, sign-in and sign-out, service records and their confirmation."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.attendance.models import Capacity, Confirmer, Evidence, ShiftStatus
from backend.attendance.queries import AttendanceState, ServiceStatus
from miniprogram_api.contract import Out
from web.fields import BigInt, Day, Id, Instant, Line, Name
from web.inputs.common import Reason

_SHIFT = "01931f6e-7c1a-7d2e-8f00-0123456789c0"
_OPENING = "01931f6e-7c1a-7d2e-8f00-0123456789c1"
_PERSON = "01931f6e-7c1a-7d2e-8f00-0123456789c2"
_TEAM = "01931f6e-7c1a-7d2e-8f00-0123456789c3"
_FACT = "01931f6e-7c1a-7d2e-8f00-0123456789c4"
_CODE = "EJ1.AZMfbnwafS6PAAEjRWeJwAADm2Z4ZmRXJ2ZlcXFhZHN0"
Hours = Annotated[str, Field(pattern=r"^\d+\.\d$", max_length=10, description="小时，每条记录向下取到0.1")]
Minutes = Annotated[int, Field(ge=0, le=1440)]
ShownName = Annotated[Name, Field(description="全称给本人看；成年人的，也给确认服务的人和队长、社会组织负责人看；给其他人看的隐去部分文字")]
CommunityName = Annotated[str, Field(max_length=100, description="服务所在的社区")]
BodyName = Annotated[str, Field(max_length=200, description="以哪支队伍、哪个社会组织或单位的名义；个人为空")]
Metres = Annotated[BigInt, Field(description="与服务地点的距离，米；坐标不保存")]


class PlaceOut(Out):
    """Where a shift takes place."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    radius_m: Annotated[int, Field(ge=0, le=100_000)]


_SHIFT_EXAMPLE: dict[str, Any] = {
    "id": _SHIFT,
    "opening_id": _OPENING,
    "demand_id": "01931f6e-7c1a-7d2e-8f00-0123456789ac",
    "title": "每周看望一次",
    "brand": "door_knock",
    "area_id": _PERSON,
    "area_name": "和平社区",
    "starts_at": "2026-03-05T09:00:00+08:00",
    "ends_at": "2026-03-05T11:00:00+08:00",
    "opens_at": "2026-03-05T08:30:00+08:00",
    "closes_at": "2026-03-05T11:30:00+08:00",
    "status": "planned",
    "confirmers": ["requester", "community"],
    "place": None,
    "my_attendance_id": None,
    "signed_in_at": None,
    "signed_out_at": None,
}


class ShiftOut(Out):
    """One occurrence of an opening. Sign-in and sign-out are possible from `opens_at` to `closes_at`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SHIFT_EXAMPLE]})

    id: Id
    opening_id: Id
    demand_id: Id | None
    title: Line
    brand: Line
    area_id: Id
    area_name: Line
    starts_at: Instant
    ends_at: Instant
    opens_at: Instant
    closes_at: Instant
    status: ShiftStatus
    confirmers: Annotated[list[Confirmer], Field(max_length=2)]
    place: PlaceOut | None
    my_attendance_id: Id | None = Field(description="本人在该场次的签到")
    signed_in_at: Instant | None
    signed_out_at: Instant | None


class ServedClaimOut(Out):
    """A claim on which one may serve."""

    claim_id: Id
    capacity: Capacity
    capacity_id: Id
    claimant_name: Annotated[str, Field(max_length=200)]


class ShiftDetailsOut(ShiftOut):
    """One shift, and on what one may serve there."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _SHIFT_EXAMPLE
                | {"my_claims": [{"claim_id": _OPENING, "capacity": "team", "capacity_id": _TEAM, "claimant_name": "邻里互助队"}]}
            ]
        }
    )

    my_claims: Annotated[list[ServedClaimOut], Field(max_length=100)] = Field(
        description="我可以用来签到的认领；签到时不填 claim_id 的，用第一个"
    )


class CodeOut(Out):
    """The code of this moment, to be drawn as a QR code by the phone that shows it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": _CODE,
                    "refresh_in_seconds": 17,
                    "valid_seconds": 47,
                    "replaced_at": "2026-03-05T09:00:30+08:00",
                    "expires_at": "2026-03-05T09:01:00+08:00",
                }
            ]
        }
    )

    code: Annotated[str, Field(max_length=100)]
    refresh_in_seconds: Annotated[int, Field(ge=0, le=60, description="多少秒后应取新的签到码")]
    valid_seconds: Annotated[int, Field(ge=0, le=60, description="这个签到码还有多少秒可用")]
    replaced_at: Instant
    expires_at: Instant


_SIGNED: dict[str, Any] = {
    "attendance_id": _FACT,
    "shift_id": _SHIFT,
    "signed_in_at": "2026-03-05T09:00:12+08:00",
    "evidence": "code",
    "inside": True,
    "distance_m": 36,
}


class SignedInOut(Out):
    """A sign-in as it was written."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SIGNED | {"claim_id": _OPENING, "capacity": "team"}]})

    attendance_id: Id
    shift_id: Id
    claim_id: Id
    capacity: Capacity
    signed_in_at: Instant
    evidence: Evidence
    inside: bool | None
    distance_m: Metres | None


class SignedOutOut(Out):
    """A sign-out with the service record that it made; the record counts once it is confirmed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [_SIGNED | {"signed_out_at": "2026-03-05T10:30:40+08:00", "fact_id": _FACT, "minutes": 90, "hours": "1.5"}]
        }
    )

    attendance_id: Id
    shift_id: Id
    signed_in_at: Instant
    signed_out_at: Instant
    evidence: Evidence
    inside: bool | None
    distance_m: Metres | None
    fact_id: Id
    minutes: Minutes
    hours: Hours


class AttendanceOut(Out):
    """One person at one shift, and what became of it: `missing` says which rule still stands between it and hours that count."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _FACT,
                    "shift_id": _SHIFT,
                    "title": "每周看望一次",
                    "brand": "door_knock",
                    "community": "和平社区",
                    "starts_at": "2026-03-05T09:00:00+08:00",
                    "ends_at": "2026-03-05T11:00:00+08:00",
                    "person_id": _PERSON,
                    "name": "王志愿",
                    "capacity": "team",
                    "capacity_id": _TEAM,
                    "served_for": "邻里互助队",
                    "signed_in_at": "2026-03-05T09:00:12+08:00",
                    "in_evidence": "code",
                    "in_inside": None,
                    "in_distance_m": None,
                    "signed_out_at": None,
                    "out_evidence": None,
                    "out_inside": None,
                    "out_distance_m": None,
                    "closed_at": "2026-03-05T11:31:00+08:00",
                    "fact_id": None,
                    "revision_id": None,
                    "served_on": None,
                    "minutes": None,
                    "hours": None,
                    "evidence": None,
                    "late_entry": None,
                    "confirmer": None,
                    "confirmed_at": None,
                    "counted_minutes": None,
                    "state": "closed_without_sign_out",
                    "missing": "未在规定时间内签退，没有服务记录：可请社区说明原因后补录",
                }
            ]
        }
    )

    id: Id
    shift_id: Id
    title: Line
    brand: Line
    community: CommunityName
    starts_at: Instant
    ends_at: Instant
    person_id: Id
    name: ShownName
    capacity: Capacity
    capacity_id: Id
    served_for: BodyName | None
    signed_in_at: Instant
    in_evidence: Evidence
    in_inside: bool | None
    in_distance_m: Metres | None
    signed_out_at: Instant | None
    out_evidence: Evidence | None
    out_inside: bool | None
    out_distance_m: Metres | None
    closed_at: Instant | None
    fact_id: Id | None
    revision_id: Id | None
    served_on: Day | None
    minutes: Minutes | None
    hours: Hours | None
    evidence: Evidence | None
    late_entry: bool | None = Field(description="活动未事先发布，由两名工作人员事后补录")
    confirmer: Confirmer | None
    confirmed_at: Instant | None
    counted_minutes: Minutes | None = Field(description="已计入的分钟数；未确认时为空")
    state: AttendanceState
    missing: Line | None


SERVICE_EXAMPLE: JsonDict = {
    "fact_id": _FACT,
    "revision_id": _FACT,
    "shift_id": _SHIFT,
    "opening_id": _OPENING,
    "title": "每周看望一次",
    "brand": "door_knock",
    "community": "和平社区",
    "person_id": _PERSON,
    "name": "王志愿",
    "capacity": "team",
    "capacity_id": _TEAM,
    "served_for": "邻里互助队",
    "served_on": "2026-03-05",
    "started_at": "2026-03-05T09:00:12+08:00",
    "ended_at": "2026-03-05T10:30:40+08:00",
    "minutes": 90,
    "hours": "1.5",
    "evidence": "code",
    "late_entry": False,
    "confirmers": ["requester", "community"],
    "confirmer": None,
    "confirmed_at": None,
    "counted_minutes": None,
    "status": "awaiting_confirmation",
}


class ServiceOut(Out):
    """A service record in its latest revision, which a correction must name."""

    model_config = ConfigDict(json_schema_extra={"examples": [SERVICE_EXAMPLE]})

    fact_id: Id
    revision_id: Id
    shift_id: Id
    opening_id: Id
    title: Line
    brand: Line
    community: CommunityName
    person_id: Id
    name: ShownName
    capacity: Capacity
    capacity_id: Id
    served_for: BodyName | None
    served_on: Day
    started_at: Instant
    ended_at: Instant
    minutes: Minutes
    hours: Hours
    evidence: Evidence
    late_entry: bool = Field(description="活动未事先发布，由两名工作人员事后补录")
    confirmers: Annotated[list[Confirmer], Field(max_length=2)]
    confirmer: Confirmer | None
    confirmed_at: Instant | None
    counted_minutes: Minutes | None = Field(description="已计入的分钟数；未确认时为空")
    status: ServiceStatus


class RevisionOut(Out):
    """What one revision said, and why it differs from the one before."""

    id: Id
    recorded_at: Instant
    superseded_at: Instant | None
    void: bool
    reason: Reason | None
    started_at: Instant
    ended_at: Instant
    minutes: Minutes
    evidence: Evidence


class ServiceDetailsOut(ServiceOut):
    """A service record with its revisions, the first one first; of more than a hundred the latest."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                SERVICE_EXAMPLE
                | {
                    "revisions": [
                        {
                            "id": _FACT,
                            "recorded_at": "2026-03-05T10:30:40+08:00",
                            "superseded_at": None,
                            "void": False,
                            "reason": None,
                            "started_at": "2026-03-05T09:00:12+08:00",
                            "ended_at": "2026-03-05T10:30:40+08:00",
                            "minutes": 90,
                            "evidence": "code",
                        }
                    ]
                }
            ]
        }
    )

    revisions: Annotated[list[RevisionOut], Field(max_length=100)]


class ConfirmationOut(Out):
    """A record that counts from now on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": _FACT, "record_fact_id": _FACT, "confirmer": "community", "confirmed_at": "2026-03-05T12:00:00+08:00"}]
        }
    )

    id: Id
    record_fact_id: Id
    confirmer: Confirmer
    confirmed_at: Instant


class ConfirmedTogetherOut(Out):
    """What became of a shift's records."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"confirmed": 12, "own": 1, "flagged": 0, "remaining": 0}]})

    confirmed: BigInt
    own: BigInt = Field(description="本人的、本人所负责队伍的和本人补录的，须由他人确认")
    flagged: BigInt = Field(description="存疑的，须先核实")
    remaining: BigInt = Field(description="大于0时请再次提交")


def code_out(text: str, replaced_at: datetime, expires_at: datetime, *, now: datetime) -> CodeOut:
    """A code with the seconds that are left, rounded down: the phone asks a little early rather than late."""
    return CodeOut(
        code=text,
        refresh_in_seconds=int((replaced_at - now).total_seconds()),
        valid_seconds=int((expires_at - now).total_seconds()),
        replaced_at=replaced_at,
        expires_at=expires_at,
    )
