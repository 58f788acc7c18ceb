"""Stars follow from the hours of the services that count."""

from datetime import date, timedelta

import pytest

from backend.areas.models import Area
from backend.foundation.database import db, transaction
from backend.recognition.queries import standing_of
from tests.support.served import confirm, make_person, make_record


@pytest.fixture
def community(street) -> Area:
    return db.session.get_one(Area, street["和平社区"])


def test_a_star_is_reached_with_its_hours_and_not_a_tenth_before(community):
    with transaction():
        person = make_person(community)
        for number, minutes in enumerate([*[480] * 12, 234]):
            confirm(make_record(person, community, "door_knock", minutes=minutes, day=date(2026, 1, 1) + timedelta(days=number)))
        almost = standing_of(person.id)
        confirm(make_record(person, community, "door_knock", minutes=6, day=date(2026, 2, 1)))
        reached = standing_of(person.id)

    assert (almost.tenths_of_hours, almost.star_of_hours, almost.tenths_to_next_star) == (999, 0, 1)
    assert (reached.tenths_of_hours, reached.star_of_hours, reached.tenths_to_next_star) == (1000, 1, 2000)
