"""What the clock does to the inbox: the year's reminder, and what is a year old."""

from datetime import date, datetime, time, timedelta

import pytest

from backend.foundation import clock
from backend.foundation.clock import SHANGHAI
from backend.foundation.database import db, transaction
from backend.messages import kinds as catalogue
from backend.messages import service as messages
from backend.messages.models import Message
from tasks import housekeeping
from tests.support.demands import published_demand
from tests.support.humans import appointed
from tests.support.messages import inbox, kinds, tell_all


@pytest.fixture
def to_day(app):
    """Puts the clock to the morning of the next such day."""

    def advance(month: int, day: int) -> None:
        today = clock.shanghai_day(clock.now())
        year = today.year + (date(today.year, month, day) <= today)
        clock.advance(datetime.combine(date(year, month, day), time(9), SHANGHAI) - clock.now())

    return advance


def remind() -> None:
    housekeeping.remind_of_the_year()
    db.session.remove()


@pytest.fixture
def due(to_day, street):
    """The people of the street, on the day of the reminders."""
    street.home.leader, street.home.resident, street.home.party_member  # noqa: B018 - made when they are named
    reminder = catalogue.current().reminders[0]
    assert {each.month for each in catalogue.current().reminders} == {reminder.month}
    to_day(reminder.month, reminder.day)
    return street


def reminders(phone) -> list[str]:
    """What somebody is reminded of; up to a year lies between, so they log in anew."""
    codes = {reminder.code for reminder in catalogue.current().reminders}
    return [kind for kind in kinds(phone.log_in()) if kind in codes]


def test_each_is_reminded_once_a_year_whatever_is_repeated(due, pass_time):
    remind()
    remind()
    pass_time(days=1)
    remind()

    assert reminders(due.home.leader) == ["year_end_volunteer"]
    assert reminders(due.home.party_member) == ["year_end_member"]
    assert reminders(due.home.resident) == []


def test_each_step_goes_on_where_the_last_one_ended(due):
    other = due.home.volunteer("other")
    with transaction():
        while messages.remind(now=clock.now(), at_most=1):
            pass

    assert reminders(due.home.leader) == reminders(other) == ["year_end_volunteer"]


def test_the_next_year_reminds_anew(due, pass_time):
    remind()
    pass_time(days=366)
    remind()

    assert len(reminders(due.home.leader)) == 2


def test_nobody_is_reminded_before_the_day_nor_long_after_it(due, pass_time):
    pass_time(days=20)
    remind()
    assert reminders(due.home.leader) == []

    pass_time(days=320)
    remind()
    assert reminders(due.home.leader) == []


def test_who_was_reminded_reads_when_and_of_what(due):
    remind()

    message = inbox(due.home.leader.log_in())[0]

    assert message["about"] is None
    assert message["title"] == "年底前请核对"
    assert message["happened_at"].startswith(clock.shanghai_day(clock.now()).isoformat())


def test_an_office_whose_term_is_over_is_told_as_ended_once(street):
    leader, above = street.home.leader, street.officer
    today = clock.shanghai_day(clock.now())
    office = {"role": "grid_worker", "area_id": street["和平第一网格"], "ends_on": today.isoformat()}
    appointed(above, leader, office | {"volunteer_number": leader.volunteer_number, "name": leader.card["name"]})
    housekeeping.close_run_out_offices()
    assert "role_withdrawn" not in kinds(leader)

    clock.advance(timedelta(days=1))
    housekeeping.close_run_out_offices()
    housekeeping.close_run_out_offices()

    assert kinds(leader).count("role_withdrawn") == 1
    (grant,) = (grant for grant in leader.seen("/me/role-grants")["items"] if grant["role"] == "grid_worker")
    assert (grant["status"], grant["withdrawn_reason"], grant["withdrawn_at"]) == ("ended", "任期届满", grant["ends_at"])


def test_a_message_is_kept_for_a_year(street, pass_time):
    published_demand(street.home.officer, street, by=street.home.resident)
    tell_all()

    pass_time(days=365)
    housekeeping.forget_old_messages()
    assert db.session.query(Message).count() > 0
    db.session.remove()
    pass_time(days=2)
    housekeeping.forget_old_messages()

    assert db.session.query(Message).count() == 0
    assert timedelta(0) < clock.lead()
