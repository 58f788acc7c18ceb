"""What statistics may count of 双报到."""

from typing import Any

from sqlalchemy import Select

from backend.areas.transfers import lay_in, stated_by_area, with_transfers
from backend.foundation.measures import AsOf, Measure, Shape, contribution, facts_of
from backend.registration.models import MemberRegistration

_FACTS = facts_of(MemberRegistration)
_MOVED = with_transfers(_FACTS)


def _accepted(known_at: AsOf) -> Select[Any]:
    accepted = contribution(
        source_id=MemberRegistration.fact_id,
        starts_on=MemberRegistration.accepted_on,
        ends_on=MemberRegistration.ended_on,
        area_path=MemberRegistration.area_path,
        person_id=MemberRegistration.person_id,
    ).where(MemberRegistration.known_at(known_at), MemberRegistration.accepted_on.is_not(None))
    return stated_by_area(accepted, known_at)


MEMBER_REGISTRATIONS = Measure(
    name="member_registrations",
    source="在职党员报到登记",
    shape=Shape.INTERVALS,
    contributions=_accepted,
    moved_by={"registration.accepted": _MOVED, "registration.ended": _MOVED, "registration.transferred": _MOVED},
    counts_people=True,
)
"""Registrations of serving Party members, from acceptance by the community until they end."""


def _new(known_at: AsOf) -> Select[Any]:
    path = lay_in(MemberRegistration.fact_id, MemberRegistration.area_path, MemberRegistration.accepted_on, known_at)
    return contribution(
        source_id=MemberRegistration.fact_id,
        starts_on=MemberRegistration.accepted_on,
        area_path=path,
        person_id=MemberRegistration.person_id,
    ).where(MemberRegistration.known_at(known_at), MemberRegistration.accepted_on.is_not(None))


MEMBER_ACCEPTANCES = Measure(
    name="member_acceptances",
    source="在职党员报到登记",
    shape=Shape.EVENTS,
    contributions=_new,
    moved_by={"registration.accepted": _FACTS, "registration.transferred": _FACTS},
    counts_people=True,
)
"""Registrations on the day of their acceptance, in the community that accepted them: whose community was merged is not new again."""

MEASURES = (MEMBER_REGISTRATIONS, MEMBER_ACCEPTANCES)
