"""That the days would find a dead end, and a word that nobody explains."""

import pytest

from backend.foundation.ids import new_id
from tests.end_to_end.days.people import Folk


def test_who_sends_an_id_that_no_answer_gave_is_stopped(folk: Folk) -> None:
    with pytest.raises(AssertionError, match="no answer gave"):
        folk.officer.get(f"/demands/{new_id()}")
    with pytest.raises(AssertionError, match="no answer gave"):
        folk.officer.post("/claims", {"role_id": str(new_id())})


def test_who_sends_a_word_that_no_answer_told_is_stopped(folk: Folk) -> None:
    with pytest.raises(AssertionError, match="no answer told"):
        folk.officer.get("/demands/in-care", status="made_up")
    with pytest.raises(AssertionError, match="no answer told"):
        folk.officer.post("/demands", {"beneficiary": {"basis": {"kind": "hearsay"}}})
