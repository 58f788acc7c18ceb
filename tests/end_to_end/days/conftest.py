"""The running town, in which each day begins at nine. A month goes by in it, so they come last there (tests/conftest.py)."""

import json
from collections.abc import Iterator

import pytest

from tests.end_to_end.days.hands import Hand, codes_in, ids_in
from tests.end_to_end.days.people import Folk
from tests.end_to_end.town import Town


@pytest.fixture(scope="package")
def _town_of_hands(town: Town) -> Iterator[Town]:
    Hand.public |= ids_in([json.dumps(town.communities), town.street_id])
    there = town.for_phones(Hand)
    anybody = there.phone("anybody")
    Hand.words |= codes_in(*(anybody.seen(path) for path in ("/words", "/notices", "/brands", "/reveal-purposes")))
    yield there
    there.close()


@pytest.fixture
def folk(_town_of_hands: Town) -> Folk:
    """Who lives and works in 和平社区, on the morning of a day."""
    _town_of_hands.wait_for_morning()
    return Folk(_town_of_hands)
