"""The clock of a process, whatever the clock of the database is found to say."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.foundation import clock

MINUTES = st.floats(-4, 4).map(lambda minutes: timedelta(minutes=minutes))


@pytest.fixture(scope="module", autouse=True)
def put_right() -> Iterator[None]:
    """Afterwards the clock goes right again, as after a new start."""
    usual = (clock._ahead, clock._latest)
    yield
    clock._ahead, clock._latest = usual


def right() -> datetime:
    return datetime.now(UTC)


@given(found=st.lists(MINUTES, min_size=1, max_size=8))
def test_it_never_goes_back_when_the_databases_clock_does_by_minutes(found: list[timedelta]):
    start_anew()
    shown = [clock.now()]

    for wrong in found:
        clock.keep_to(lambda wrong=wrong: right() + wrong)
        shown.append(clock.now())

    assert shown == sorted(shown)


@given(wrong=st.integers(11, 10_000))
def test_it_follows_when_the_databases_clock_was_far_ahead(wrong: int):
    start_anew()
    clock.keep_to(lambda: right() + timedelta(minutes=wrong))
    clock.now()

    clock.keep_to(right)

    assert abs(clock.now() - clock.lead() - right()) < timedelta(seconds=5)


@given(hours=st.integers(-48, 48))
def test_it_goes_by_the_database_whatever_the_host_says_at_first(hours: int):
    start_anew()
    clock._latest = right() + timedelta(hours=hours)  # as the host's clock had it before anybody was asked
    clock._ahead = None

    clock.keep_to(right)

    assert abs(clock.now() - clock.lead() - right()) < timedelta(seconds=5)


def start_anew() -> None:
    clock._ahead = None
    clock.keep_to(lambda: right() - timedelta(minutes=4))
