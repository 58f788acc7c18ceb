"""Judges a position. Only two things leave this module: whether it lies inside, and its distance. No coordinate is kept or logged."""

from dataclasses import dataclass
from math import asin, cos, degrees, radians, sin, sqrt
from typing import ClassVar

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func

from backend.attendance.limits import CHINA, Bounds
from backend.attendance.models import Evidence, Shift
from backend.foundation.database import Column
from backend.foundation.errors import Unprocessable

EARTH_RADIUS_M = 6_371_008.8
LEAST_ACCURATE_M = 200
MOST_ALLOWANCE_M = 100
STEP_M = 100


class PositionInaccurate(Unprocessable):
    """The phone knows its place to no better than 200 m: it should ask once more, or sign by code alone."""

    code: ClassVar[str] = "position_inaccurate"
    detail = "定位精度不足，请到开阔处重新定位，或不带定位签到"


class PositionOutOfBounds(Unprocessable):
    """Nobody serves there: 0, 0 of a phone without a signal, the two the wrong way round, a place outside of the district (`bounds` in
    config/services.toml)."""

    code: ClassVar[str] = "position_out_of_bounds"
    detail = "位置不在服务范围内，请核对经纬度"


@dataclass(frozen=True, slots=True, repr=False)
class Position:
    """What the phone says: GCJ-02 degrees, accuracy in metres. Without a repr, so that no log line can hold it."""

    latitude: float
    longitude: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Sign:
    """What a sign-in or sign-out rests on."""

    evidence: Evidence
    inside: bool | None = None
    distance_m: int | None = None


def judge(shift: Shift, position: Position | None, *, by: Evidence = Evidence.CODE) -> Sign:
    """Inside when the distance is at most the shift's radius and the accuracy, of which 100 m are allowed for.

    Outside is no refusal: a position can be wrong indoors. Inside is no better than none (`by`: what the code is worth), because it can be
    made up. A shift without a place keeps nothing. Raises PositionInaccurate, PositionOutOfBounds (outside of China).
    """
    if position is None or shift.latitude is None or shift.longitude is None or shift.radius_m is None:
        return Sign(by)
    refuse_outside(position.latitude, position.longitude, CHINA, field="position.latitude")
    if position.accuracy > LEAST_ACCURATE_M:
        raise PositionInaccurate(errors={"position.accuracy": [PositionInaccurate.detail]})
    distance = distance_m(shift.latitude, shift.longitude, position.latitude, position.longitude)
    inside = distance <= shift.radius_m + min(position.accuracy, MOST_ALLOWANCE_M)
    return Sign(by if inside else Evidence.CODE_ELSEWHERE, inside, round(distance))


def refuse_outside(latitude: float, longitude: float, bounds: Bounds, *, field: str = "latitude") -> None:
    """Let a place within the bounds pass. Raises PositionOutOfBounds, which says so where the two were swapped."""
    if bounds.hold(latitude, longitude):
        return
    sentence = "经度和纬度似乎填反了" if bounds.hold(longitude, latitude) else PositionOutOfBounds.detail
    raise PositionOutOfBounds(sentence, errors={field: [sentence]})


@dataclass(frozen=True, slots=True, repr=False)
class Around:
    """A place that somebody looks around, and how far. As a position it is kept nowhere."""

    latitude: float
    longitude: float
    within_m: int

    def holds(self, latitude: Column, longitude: Column) -> ColumnElement[bool]:
        """Condition: the place lies within that distance. First it asks for the box around it, by an index of latitudes."""
        north = degrees(self.within_m / EARTH_RADIUS_M)
        east = north / cos(radians(min(abs(self.latitude) + north, 89.0)))
        box = and_(
            latitude.between(self.latitude - north, self.latitude + north),
            longitude.between(self.longitude - east, self.longitude + east),
        )
        return and_(box, self._metres(latitude, longitude) <= self.within_m)

    def distance_m(self, latitude: Column, longitude: Column) -> ColumnElement[int]:
        """How far a place is, as `distance_m` reckons it, in hundreds of metres, rounded up: nearer than that nobody needs to know it."""
        return cast(func.ceil(self._metres(latitude, longitude) / STEP_M) * STEP_M, BigInteger)

    def _metres(self, latitude: Column, longitude: Column) -> ColumnElement[float]:
        north, east = func.radians(latitude - self.latitude) / 2, func.radians(longitude - self.longitude) / 2
        shrinks = cos(radians(self.latitude)) * func.cos(func.radians(latitude))
        part = func.power(func.sin(north), 2) + shrinks * func.power(func.sin(east), 2)
        return 2 * EARTH_RADIUS_M * func.asin(func.sqrt(func.least(part, 1.0)))


def distance_m(latitude_a: float, longitude_a: float, latitude_b: float, longitude_b: float) -> float:
    """Metres along the great circle (haversine, mean radius of the earth)."""
    north, east = radians(latitude_b - latitude_a), radians(longitude_b - longitude_a)
    part = sin(north / 2) ** 2 + cos(radians(latitude_a)) * cos(radians(latitude_b)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(part, 1.0)))
