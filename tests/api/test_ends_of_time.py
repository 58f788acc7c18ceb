"""What a request may say about time is within years that an answer can tell, also after the answer has turned it into Shanghai's time."""

import pytest

from tests.support.demands import demand_form
from tests.support.people import registered_volunteer


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "closes_at"),
    [
        # In Shanghai the year is over already; by the offset in which it is written, and in UTC, it is not.
        ("2199-12-31T22:00:00Z", "2199-12-31T23:59:59Z", "2200-01-01T08:29:59+08:00"),
        ("2199-12-31T22:00:00-12:00", "2199-12-31T23:59:59-12:00", "2200-01-01T20:29:59+08:00"),
        ("2199-12-31T22:00:00+08:00", "2199-12-31T23:59:59+08:00", "2200-01-01T00:29:59+08:00"),
    ],
)
def test_the_last_hours_that_a_request_may_name_can_be_listed(street, starts_at: str, ends_at: str, closes_at: str) -> None:
    officer = street.home.officer
    demand_id = officer.made("/demands", demand_form(street))["id"]
    officer.made(f"/demands/{demand_id}/publication", {"starts_at": starts_at, "ends_at": ends_at})
    assert [line["id"] for line in officer.seen("/demands")["items"]] == [demand_id]
    assert [line["closes_at"] for line in officer.seen("/shifts")["items"]] == [closes_at]


def test_a_term_until_the_last_day_that_a_request_may_name_can_be_listed(street, phone_of) -> None:
    officer = street.home.officer
    volunteer = registered_volunteer(phone_of, street, name="钱志愿")
    whom = {"role": "grid_worker", "area_id": street["和平社区"], "volunteer_number": volunteer.volunteer_number, "name": "钱志愿"}
    assert officer.made("/role-grants", whom | {"ends_on": "2199-12-31"})["ends_at"] == "2200-01-01T00:00:00+08:00"
    assert [grant["ends_at"] for grant in volunteer.seen("/me/role-grants")["items"][:1]] == ["2200-01-01T00:00:00+08:00"]


@pytest.mark.parametrize("ends_after", ["1970-01-01T00:00:00+14:00", "2199-12-31T23:59:59-12:00"])
def test_a_list_can_be_asked_from_the_first_to_the_last_moment(ends_after: str, street) -> None:
    assert street.home.officer.seen("/shifts", ends_after=ends_after)["items"] == []
