"""Shifts to serve at: openings with their claims and shifts, made through the service door of attendance."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from backend.areas.models import Area
from backend.attendance import service as attendance
from backend.attendance.models import Confirmer
from backend.attendance.service import Place
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.openings.models import Opening, OpeningRole, OpeningStatus

BOTH = (Confirmer.REQUESTER, Confirmer.COMMUNITY)


def open_shift(
    area_id: str,
    *,
    opening_id: UUID | None = None,
    requester_person_id: UUID | None = None,
    confirmers: Collection[Confirmer] = BOTH,
    starts_in: timedelta = timedelta(0),
    lasts: timedelta = timedelta(hours=2),
    grace_minutes: int = 30,
    place: Place | None = None,
    brand: str = "door_knock",
) -> tuple[UUID, UUID]:
    """An opening (a new one unless given) with one shift: their ids."""
    with transaction():
        area = db.session.get_one(Area, UUID(area_id))
        starts_at = clock.now() + starts_in
        if opening_id is None:
            opening_id = _opening(area, brand, starts_at, starts_at + lasts)
        shift = attendance.plan_shift(
            Actor.system(),
            opening_id=opening_id,
            brand=brand,
            area_id=area.id,
            area_path=area.path,
            requester_person_id=requester_person_id,
            confirmers=confirmers,
            starts_at=starts_at,
            ends_at=starts_at + lasts,
            grace_minutes=grace_minutes,
            place=place,
            now=clock.now(),
        )
        return opening_id, shift.id


def _opening(area: Area, brand: str, starts_at: datetime, ends_at: datetime) -> UUID:
    opening = Opening(
        id=new_id(),
        brand=brand,
        title="看望独居老人",
        area_id=area.id,
        area_path=area.path,
        status=OpeningStatus.OPEN,
        claimant_kinds=["team", "organisation", "work_unit", "person"],
        starts_at=starts_at,
        ends_at=ends_at,
        made_at=clock.now(),
    )
    db.session.add(opening)
    db.session.flush()
    role = OpeningRole(id=new_id(), opening_id=opening.id, name="志愿者", slots=100, taken=0, is_open=True, closes_at=ends_at)
    db.session.add(role)
    db.session.flush()
    return opening.id
