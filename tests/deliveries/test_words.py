"""What failed is told in words: whoever may fail at it, and whatever it happened to, has one."""

from backend.consumers import CONSUMERS
from backend.deliveries import words


def test_each_hearer_and_each_thing_that_they_hear_of_has_a_word():
    assert {*words.HEARERS} == {*CONSUMERS}
    heard = {event.partition(".")[0] for reactions in CONSUMERS.values() for event in reactions}
    assert heard <= {*words.SUBJECTS}
