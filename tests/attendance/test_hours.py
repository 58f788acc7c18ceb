"""Minutes within the window, hours rounded down, metres between two places."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.attendance.hours import Span, hours, tenths
from backend.attendance.positions import distance_m

DAY = datetime(2026, 3, 5, tzinfo=UTC)
SECONDS = st.integers(0, 24 * 3600)


@given(signed_in=SECONDS, stayed=SECONDS, starts=SECONDS, lasts=SECONDS)
def test_minutes_are_those_of_the_stay_within_the_window(signed_in: int, stayed: int, starts: int, lasts: int):
    stay = Span(DAY + timedelta(seconds=signed_in), DAY + timedelta(seconds=signed_in + stayed))
    window = Span(DAY + timedelta(seconds=starts), DAY + timedelta(seconds=starts + lasts))

    counted = stay.clipped_to(window)

    earliest, latest = max(signed_in, starts), min(signed_in + stayed, starts + lasts)
    assert counted.minutes == max(latest - earliest, 0) // 60
    assert 0 <= counted.minutes <= lasts // 60
    assert counted.lies_within(window)


@given(minutes=st.lists(st.integers(0, 1440), max_size=20))
def test_hours_are_rounded_down_once_for_each_record(minutes: list[int]):
    assert all(0 <= record - tenths(record) * 6 < 6 for record in minutes)
    assert [hours(record) for record in minutes] == [f"{record // 6 // 10}.{record // 6 % 10}" for record in minutes]


def test_hours_of_a_visit_of_47_minutes_are_0_7():
    assert [hours(minutes) for minutes in (0, 5, 6, 47, 60, 119, 1440)] == ["0.0", "0.0", "0.1", "0.7", "1.0", "1.9", "24.0"]


@pytest.mark.parametrize(
    ("from_place", "to_place", "metres"),
    [
        ((0, 0), (0, 0), 0),
        ((0, 0), (0, 1), 111_195),  # one degree of the equator
        ((30.0, 114.0), (30.0, 115.0), 96_297),  # the same degree at 30° north is shorter
        ((0, 0), (0, 180), 20_015_115),  # half way round
        ((90, 0), (-90, 0), 20_015_115),
    ],
)
def test_metres_between_two_places(from_place, to_place, metres):
    assert distance_m(*from_place, *to_place) == pytest.approx(metres, abs=2)
