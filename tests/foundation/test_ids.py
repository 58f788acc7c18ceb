"""Identifiers of a given instant lie among those that a process makes, in the order of time."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from backend.foundation.ids import RANDOM_BITS, id_at, new_id

instants = st.integers(min_value=0, max_value=250_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
bits = st.integers(min_value=0, max_value=2**256)


@given(instants, bits)
def test_an_id_of_an_instant_is_of_version_7_and_the_same_each_time(instant: datetime, random: int) -> None:
    made = id_at(instant, random)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made == id_at(instant, random)


@given(instants, bits, bits)
def test_ids_of_instants_lie_in_the_order_of_time(instant: datetime, random: int, other: int) -> None:
    assert id_at(instant, random) < id_at(instant + timedelta(milliseconds=2), other)


@given(instants, st.integers(min_value=0, max_value=2**RANDOM_BITS - 1), st.integers(min_value=0, max_value=RANDOM_BITS - 1))
def test_each_random_bit_makes_another_id(instant: datetime, random: int, bit: int) -> None:
    assert id_at(instant, random) != id_at(instant, random ^ 1 << bit)


def test_an_id_of_now_is_as_new_as_a_fresh_one() -> None:
    now = datetime.now(UTC)
    assert id_at(now - timedelta(seconds=1), 0) < new_id() < id_at(now + timedelta(seconds=60), 0)
