"""People around teams: volunteers, and the officers of two communities."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select

from backend.accounts import service as accounts
from backend.foundation import clock, facts
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.people.models import Person, Volunteer
from tests.support.phone import Phone


@pytest.fixture
def volunteer(app, phone_of, street) -> Callable[..., Phone]:
    def make(name: str = "王志愿") -> Phone:
        phone = phone_of()
        now = clock.now()
        with app.app_context(), transaction():
            person_id = new_id()
            area = {"area_id": UUID(street["和平社区"]), "area_path": "639999001001"}
            db.session.add(
                Person(
                    id=person_id,
                    name=name,
                    id_number_sealed=b"",
                    id_number_index=person_id.bytes,
                    born_on=now.date(),
                    sex="male",
                    created_at=now,
                    **area,
                )
            )
            db.session.flush()
            number = f"V{db.session.scalar(select(func.count(Volunteer.id))):06d}"
            facts.state(Volunteer, Actor.system(), now=now, person_id=person_id, number=number, registered_on=now.date(), **area)
            accounts.tie_to_person(UUID(phone.account_id), person_id)
            accounts.grant_to_person(Actor.system(), person_id, Grant(Role.VOLUNTEER, area_path=area["area_path"]), now=now)
        phone.person_id, phone.volunteer_number = str(person_id), number
        return phone

    return make


@pytest.fixture
def officer(administrator, street) -> Phone:
    """The officer of 和平社区."""
    return administrator(Role.COMMUNITY_OFFICER, "639999001001")


@pytest.fixture
def neighbour(administrator, street) -> Phone:
    """The officer of 团结社区, who has no say in 和平社区."""
    return administrator(Role.COMMUNITY_OFFICER, "639999001002")


@pytest.fixture
def leader(volunteer) -> Phone:
    return volunteer("张队长")
