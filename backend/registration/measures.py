"""What statistics may count of 双报到."""

from typing import Any

from sqlalchemy import Select

from backend.foundation.measures import AsOf, Measure, Shape, contribution, facts_of
from backend.registration.models import MemberRegistration

_MOVED = facts_of(MemberRegistration)


def _accepted(known_at: AsOf) -> Select[Any]:
    return contribution(
        source_id=MemberRegistration.fact_id,
        starts_on=MemberRegistration.accepted_on,
        ends_on=MemberRegistration.ended_on,
        area_path=MemberRegistration.area_path,
        person_id=MemberRegistration.person_id,
    ).where(MemberRegistration.known_at(known_at), MemberRegistration.accepted_on.is_not(None))


MEMBER_REGISTRATIONS = Measure(
    name="member_registrations",
    source="在职党员报到登记",
    shape=Shape.INTERVALS,
    contributions=_accepted,
    moved_by={"registration.accepted": _MOVED, "registration.ended": _MOVED},
    counts_people=True,
)
"""Registrations of serving Party members, from acceptance by the community until they end."""

MEASURES = (MEMBER_REGISTRATIONS,)
