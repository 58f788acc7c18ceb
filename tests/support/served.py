"""Services that were served, as bare rows: for tests of what is derived from them, which need many and care for nothing else."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, null, select

from backend.areas.models import Area
from backend.attendance.models import Attendance, Capacity, Confirmation, Confirmer, Evidence, ServiceRecord, Shift, ShiftStatus
from backend.foundation import facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.identifiers import Sex
from backend.foundation.ids import new_id
from backend.foundation.outbox import Event
from backend.openings.models import Claim, ClaimStatus, Opening, OpeningRole, OpeningStatus
from backend.people.models import Person

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)
SYSTEM = Actor.system()


def happened(name: str, subject_id: UUID, *, now: datetime = NOON) -> None:
    """Record an event by its name, as the capability that owns it would."""
    kind = type("Happened", (Event,), {"name": name})
    outbox.record(kind(subject_id), now=now)


def make_person(area: Area) -> Person:
    person = Person(
        id=new_id(),
        name="张三",
        id_number_sealed=b"-",
        id_number_index=uuid4().bytes,
        born_on=date(1990, 1, 1),
        sex=Sex.MALE,
        area_id=area.id,
        area_path=area.path,
        created_at=NOON,
    )
    db.session.add(person)
    db.session.flush()
    return person


def make_opening(area: Area, brand: str, *, starts_at: datetime = NOON) -> tuple[Opening, OpeningRole]:
    opening = Opening(
        id=new_id(),
        brand=brand,
        title="上门看望",
        area_id=area.id,
        area_path=area.path,
        status=OpeningStatus.OPEN,
        claimant_kinds=["person"],
        asks_first=False,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=8),
        made_at=starts_at,
    )
    db.session.add(opening)
    db.session.flush()
    role = OpeningRole(id=new_id(), opening_id=opening.id, name="志愿者", slots=100, taken=0, is_open=True, closes_at=opening.ends_at)
    db.session.add(role)
    db.session.flush()
    return opening, role


def make_record(
    person: Person,
    area: Area,
    brand: str,
    *,
    minutes: int,
    day: date = date(2026, 3, 5),
    opening: Opening | None = None,
    shift: Shift | None = None,
    starts_at: datetime | None = None,
    old: bool = False,
    late_entry: bool = False,
    capacity: Capacity = Capacity.SELF,
) -> ServiceRecord:
    """A service record with all that it refers to; it does not count until it is confirmed. Where it is not said when it
    begins, it does when the person's others of the day are over. An `old` one is held to no such rule."""
    starts_at = starts_at or _free_from(person, datetime(day.year, day.month, day.day, 1, tzinfo=UTC))
    if shift is not None:
        opening = db.session.get_one(Opening, shift.opening_id)
    if opening is None:
        opening, role = make_opening(area, brand, starts_at=starts_at)
    else:
        role = db.session.query(OpeningRole).filter_by(opening_id=opening.id).one()
    claim = db.session.query(Claim).filter_by(opening_id=opening.id, person_id=person.id).one_or_none()
    if claim is None:
        claim = Claim(
            id=new_id(), opening_id=opening.id, role_id=role.id, person_id=person.id, status=ClaimStatus.HELD, claimed_at=starts_at
        )
        db.session.add(claim)
        db.session.flush()
    shift = shift or _make_shift(opening, starts_at)
    ended_at = starts_at + timedelta(minutes=minutes)
    attendance = Attendance(
        id=new_id(),
        shift_id=shift.id,
        claim_id=claim.id,
        person_id=person.id,
        capacity=capacity,
        capacity_id=person.id,
        signed_in_at=starts_at,
        in_evidence=Evidence.CODE,
        signed_out_at=ended_at,
        out_evidence=Evidence.CODE,
    )
    db.session.add(attendance)
    db.session.flush()
    record = facts.state(
        ServiceRecord,
        SYSTEM,
        now=NOON,
        attendance_id=attendance.id,
        shift_id=shift.id,
        opening_id=opening.id,
        person_id=person.id,
        brand=brand,
        area_id=area.id,
        area_path=area.path,
        capacity=capacity,
        capacity_id=person.id,
        served_on=day,
        started_at=starts_at,
        ended_at=ended_at,
        minutes=minutes,
        evidence=Evidence.CODE,
        exclusive=null() if old else True,
        late_entry=late_entry,
    )
    db.session.flush()
    happened("service.recorded", record.id)
    return record


def _make_shift(opening: Opening, starts_at: datetime) -> Shift:
    shift = Shift(
        id=new_id(),
        opening_id=opening.id,
        brand=opening.brand,
        area_id=opening.area_id,
        area_path=opening.area_path,
        confirmers=["community"],
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=8),
        grace_minutes=30,
        status=ShiftStatus.PLANNED,
    )
    db.session.add(shift)
    db.session.flush()
    return shift


def _free_from(person: Person, morning: datetime) -> datetime:
    of_day = (ServiceRecord.started_at < morning + timedelta(days=1), ServiceRecord.ended_at > morning)
    busy_until = db.session.scalar(
        select(func.max(ServiceRecord.ended_at)).where(ServiceRecord.person_id == person.id, ServiceRecord.is_current(), *of_day)
    )
    return busy_until or morning


def confirm(record: ServiceRecord, *, now: datetime = NOON) -> Confirmation:
    """Make a record count."""
    confirmation = facts.state(
        Confirmation, SYSTEM, now=now, record_fact_id=record.fact_id, confirmer=Confirmer.COMMUNITY, confirmed_at=now
    )
    db.session.flush()
    happened("service.confirmed", confirmation.id, now=now)
    return confirmation
