"""Shifts to serve at, and the people who serve at them."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import event, select

from backend.areas.models import Area
from backend.attendance import service as attendance
from backend.attendance.models import Attendance, Capacity, Confirmer, Evidence, Shift
from backend.attendance.queries import counting_records
from backend.attendance.service import Place
from backend.foundation import clock, facts
from backend.foundation.actor import Actor
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.openings.models import Claim, ClaimStatus, OpeningRole
from backend.organisations.models import Staff
from backend.teams.models import Membership
from tests.support.demands import claimed, published_demand
from tests.support.phone import Phone
from tests.support.served import make_opening
from tests.support.street import Community, Street

BOTH = (Confirmer.REQUESTER, Confirmer.COMMUNITY)
HOME = Place(30.5728, 114.2792, 300)


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
            opening_id = make_opening(area, brand, starts_at=starts_at)[0].id
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


def claim_for(opening_id: UUID, **claimant: UUID) -> UUID:
    """A claim as a bare row: `claim_for(opening_id, team_id=…)`."""
    with transaction():
        role_id = db.session.scalars(select(OpeningRole.id).where(OpeningRole.opening_id == opening_id)).one()
        claim_id = new_id()
        db.session.add(
            Claim(id=claim_id, opening_id=opening_id, role_id=role_id, status=ClaimStatus.HELD, claimed_at=clock.now(), **claimant)
        )
        return claim_id


def signed_out_by_nobody(phone: Phone, area_id: str, team_id: str) -> None:
    """The phone's holder was at a shift for the team, and never signed out: as bare rows."""
    opening_id, shift_id = open_shift(area_id, starts_in=timedelta(hours=-3))
    claim_id = claim_for(opening_id, team_id=UUID(team_id))
    with transaction():
        db.session.add(
            Attendance(
                id=new_id(),
                shift_id=shift_id,
                claim_id=claim_id,
                person_id=UUID(phone.person_id),
                capacity=Capacity.TEAM,
                capacity_id=UUID(team_id),
                signed_in_at=clock.now() - timedelta(hours=3),
                in_evidence=Evidence.CODE,
                closed_at=clock.now(),
            )
        )


def joins(phone: Phone, team_id: str, *, joined_on: date | None = None, left_on: date | None = None) -> None:
    """The phone's holder becomes a member of the team."""
    with transaction():
        facts.state(
            Membership,
            Actor.system(),
            now=clock.now(),
            team_id=UUID(team_id),
            person_id=UUID(phone.person_id),
            area_path="639999001001",
            joined_on=joined_on or clock.shanghai_day(clock.now()),
            left_on=left_on,
        )


def works_for(phone: Phone, organisation_id: str) -> None:
    """The phone's holder becomes staff of the organisation."""
    with transaction():
        facts.state(
            Staff,
            Actor.system(),
            now=clock.now(),
            organisation_id=UUID(organisation_id),
            person_id=UUID(phone.person_id),
            is_officer=False,
            joined_on=clock.shanghai_day(clock.now()),
        )


class Visit:
    """A visit in 和平社区 that a team claimed, beginning now: the team's leader, one member, and the shift. The community publishes it."""

    def __init__(self, street: Street, *, requester: Phone | None = None, **fields: Any) -> None:
        self.officer = street.home.officer
        self.leader, self.member, self.team_id = street.home.visitors
        self.demand = published_demand(self.officer, street, by=requester, **fields)
        self.claim_id = claimed(self.leader, self.demand, self.team_id)["id"]
        self.shift_id = str(db.session.scalars(select(Shift.id).where(Shift.opening_id == UUID(self.demand["opening_id"]))).one())
        db.session.rollback()

    def code(self) -> str:
        """What the community's phone shows."""
        return self.shown_by(self.officer)

    def shown_by(self, phone: Phone) -> str:
        """The code on somebody's phone."""
        shown: str = phone.seen(f"/shifts/{self.shift_id}/code")["code"]
        return shown

    def sign_in(self, phone: Phone | None = None, **more: Any) -> dict[str, Any]:
        return (phone or self.member).made(f"/shifts/{self.shift_id}/sign-in", {"code": self.code()} | more)

    def sign_out(self, phone: Phone | None = None, **more: Any) -> dict[str, Any]:
        return (phone or self.member).made(f"/shifts/{self.shift_id}/sign-out", {"code": self.code()} | more)

    def served(self, pass_time: Callable[..., datetime], phone: Phone | None = None, *, minutes: int = 47) -> str:
        """Somebody signs in, and out after so many minutes: the record's fact id."""
        self.sign_in(phone)
        pass_time(minutes=minutes)
        fact_id: str = self.sign_out(phone)["fact_id"]
        return fact_id

    def served_by_own_code(self, pass_time: Callable[..., datetime], *phones: Phone, minutes: int = 47) -> list[str]:
        """They sign in and out together, by what their leader shows, without anybody else: the records' fact ids."""
        for phone in phones:
            self.sign_in(phone, code=self.shown_by(self.leader))
        pass_time(minutes=minutes)
        return [self.sign_out(phone, code=self.shown_by(self.leader))["fact_id"] for phone in phones]


def at_shift(community: Community, demand: Mapping[str, Any], phone: Phone, step: str) -> dict[str, Any]:
    """Somebody takes a step (`sign-in`, `sign-out`) at the shift of a demand, by the code that the community shows."""
    shift_id = db.session.scalars(select(Shift.id).where(Shift.opening_id == UUID(demand["opening_id"]))).one()
    db.session.rollback()
    answer: dict[str, Any] = phone.made(f"/shifts/{shift_id}/{step}", {"code": community.officer.seen(f"/shifts/{shift_id}/code")["code"]})
    return answer


def counting() -> dict[str, int]:
    """What counts now, as committed: fact id → minutes."""
    db.session.rollback()
    return {str(row.fact_id): row.minutes for row in db.session.execute(counting_records())}


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def attendance_rows() -> list[tuple[Any, ...]]:
    """All attendances, as committed: person, in, out, closed."""
    db.session.rollback()
    rows = db.session.execute(
        select(Attendance.person_id, Attendance.signed_in_at, Attendance.signed_out_at, Attendance.closed_at).order_by(Attendance.id)
    )
    return [tuple(row) for row in rows]
