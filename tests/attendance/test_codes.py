"""The rotating code itself."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.attendance.codes import CodeExpired, CodeForged, CodeMaker, CodeNotYetValid, CodeOfAnotherShift

MAKER, OTHER_KEY = CodeMaker(b"k" * 32), CodeMaker(b"o" * 32)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
SHIFTS = st.uuids()


@given(shift_id=SHIFTS, shown_at=INSTANTS, later=st.floats(0, 200).map(lambda seconds: timedelta(seconds=seconds)))
def test_a_code_holds_until_it_expires_and_never_longer_than_a_minute(shift_id: UUID, shown_at: datetime, later: timedelta):
    shown = MAKER.code(shift_id, now=shown_at)

    assert timedelta(seconds=30) < shown.expires_at - shown_at <= timedelta(seconds=60)
    assert shown.expires_at - shown.replaced_at == timedelta(seconds=30)
    if shown_at + later < shown.expires_at:
        MAKER.check(shown.text, shift_id, now=shown_at + later)
    else:
        with pytest.raises(CodeExpired):
            MAKER.check(shown.text, shift_id, now=shown_at + later)


@given(shift_id=SHIFTS, shown_at=INSTANTS, earlier=st.integers(0, 30))
def test_a_code_of_a_host_that_is_a_moment_ahead_holds(shift_id: UUID, shown_at: datetime, earlier: int):
    MAKER.check(MAKER.code(shift_id, now=shown_at).text, shift_id, now=shown_at - timedelta(seconds=earlier))


@given(shift_id=SHIFTS, shown_at=INSTANTS, earlier=st.integers(60, 10_000))
def test_a_code_does_not_hold_before_it_is_shown(shift_id: UUID, shown_at: datetime, earlier: int):
    with pytest.raises(CodeNotYetValid):
        MAKER.check(MAKER.code(shift_id, now=shown_at).text, shift_id, now=shown_at - timedelta(seconds=earlier))


@given(shift_id=SHIFTS, other=SHIFTS, now=INSTANTS)
def test_a_code_holds_at_its_own_shift_only(shift_id: UUID, other: UUID, now: datetime):
    if shift_id != other:
        with pytest.raises(CodeOfAnotherShift):
            MAKER.check(MAKER.code(shift_id, now=now).text, other, now=now)


@given(shift_id=SHIFTS, now=INSTANTS, place=st.integers(0, 47), char=st.characters())
def test_a_code_with_one_character_changed_is_forged(shift_id: UUID, now: datetime, place: int, char: str):
    text = MAKER.code(shift_id, now=now).text
    changed = text[:place] + char + text[place + 1 :]

    if changed != text:
        with pytest.raises(CodeForged):
            MAKER.check(changed, shift_id, now=now)


@given(shift_id=SHIFTS, now=INSTANTS)
def test_a_code_is_taken_in_its_own_spelling_only(shift_id: UUID, now: datetime):
    text = MAKER.code(shift_id, now=now).text
    otherwise = text.replace("-", "+").replace("_", "/")
    if otherwise != text:
        with pytest.raises(CodeForged):
            MAKER.check(otherwise, shift_id, now=now)


@given(shift_id=SHIFTS, now=INSTANTS)
def test_a_code_of_another_key_is_forged(shift_id: UUID, now: datetime):
    with pytest.raises(CodeForged):
        MAKER.check(OTHER_KEY.code(shift_id, now=now).text, shift_id, now=now)


@given(text=st.text(max_size=100))
def test_no_text_is_taken_for_a_code(text: str):
    with pytest.raises(CodeForged):
        MAKER.check(text, UUID(int=1), now=datetime(2026, 3, 5, tzinfo=UTC))
