"""Which unit a registration is of: the unit of its day, whatever the member's unit is by now.

While it waits or stands, that is where the member works; once it is over, where they worked on the day that ended it. So a registration
goes with the member to a new unit, and what was over before stays with the former one.
"""

from datetime import date

from sqlalchemy import ColumnElement, Date, and_, cast, func, or_

from backend.party.models import UnitMembership
from backend.registration.models import ACTIVE, MemberRegistration


def is_unit_of(on: date | None = None) -> ColumnElement[bool]:
    """Condition on `UnitMembership`: it says where the member of the registration worked on its day; `on` looks back to a day on which
    the registration stood as it is read."""
    active = MemberRegistration.status.in_(ACTIVE)
    recorded_on = cast(func.timezone("Asia/Shanghai", MemberRegistration.recorded_at), Date)
    ended_on = func.coalesce(MemberRegistration.ended_on, recorded_on)
    now = UnitMembership.is_live() if on is None else UnitMembership.holds_on(on)
    return and_(
        UnitMembership.person_id == MemberRegistration.person_id,
        UnitMembership.is_current(),
        or_(and_(active, now), and_(~active, UnitMembership.holds_on(ended_on))),
    )
