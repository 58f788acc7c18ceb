"""A volunteer is somebody registered: figures of volunteers count who was registered on the day that they served, others stand apart."""

from datetime import date

import pytest

from backend.attendance.models import Capacity
from backend.foundation import clock, facts
from backend.foundation.database import db, transaction
from backend.foundation.measures import NOW
from backend.statistics.measures import MEASURES
from backend.volunteers.models import Volunteer
from tests.statistics.changes import hear_everything
from tests.support.demands import area
from tests.support.served import NOON, SYSTEM, confirm, happened, make_person, make_record

DAY = date(2026, 3, 5)


@pytest.fixture
def shown(street):
    """The year's figures of who served: volunteers, and who is not registered, by how they came."""

    def figures():
        hear_everything()
        table = {figure["code"]: figure for figure in street.officer.seen("/figures/2026")["figures"]}
        codes = ("active_volunteers", "unregistered_party_members_who_served", "other_unregistered_people_who_served")
        return tuple(table[code]["value"] for code in codes)

    return figures


def serves(street, capacity=Capacity.TEAM, *, by=None, day=DAY):
    """Somebody serves on a day, and it is confirmed: the person."""
    with transaction():
        home = area(street)
        person = by or make_person(home)
        confirm(make_record(person, home, "door_knock", minutes=47, day=day, capacity=capacity))
        return person


def registers(street, person, registered_on, left_on=None):
    with transaction():
        home, values = area(street), {"registered_on": registered_on, "left_on": left_on, "number": f"V{person.id}"}
        volunteer = facts.state(Volunteer, SYSTEM, now=NOON, person_id=person.id, area_id=home.id, area_path=home.path, **values)
        happened("volunteer.registered", volunteer.id)
        return volunteer


def test_who_is_not_registered_is_counted_under_a_name_of_its_own(street, shown):
    registers(street, serves(street), date(2025, 1, 1))
    serves(street, Capacity.REGISTRATION)
    serves(street)

    assert shown() == (1, 1, 1)


def test_the_day_of_the_service_decides(street, shown):
    registers(street, serves(street), DAY)
    registers(street, serves(street), date(2026, 3, 6))
    registers(street, serves(street), date(2025, 1, 1), left_on=DAY)
    registers(street, serves(street), date(2025, 1, 1), left_on=date(2026, 3, 6))

    assert shown() == (2, 0, 2)


def test_who_registers_later_counts_as_both_and_once_in_each(street, shown):
    person = serves(street, Capacity.REGISTRATION)
    for month in (4, 5):
        serves(street, Capacity.REGISTRATION, by=person, day=date(2026, month, 5))
    assert shown() == (0, 1, 0)

    registers(street, person, date(2026, 4, 1))

    assert shown() == (1, 1, 0)


def test_a_registration_that_is_taken_back_moves_what_was_served_and_what_was_known_stays(street, shown):
    volunteer = registers(street, serves(street), date(2025, 1, 1))
    assert shown() == (1, 0, 0)
    before = clock.now()
    with transaction():
        seen = db.session.get_one(Volunteer, volunteer.id)
        happened("volunteer.left", facts.revise(seen, SYSTEM, now=clock.now(), reason=None, left_on=date(2026, 1, 1)).id)

    assert shown() == (0, 0, 1)
    known = {name: list(db.session.execute(MEASURES[name].contributions(before))) for name in ("services", "services_of_others")}
    assert ([row.person_id is None for row in known["services"]], known["services_of_others"]) == ([False], [])
    assert [row.person_id for row in db.session.execute(MEASURES["services"].contributions(NOW))] == [None]
