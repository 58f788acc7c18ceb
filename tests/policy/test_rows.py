"""The table of the walk, held against the routes before anybody walks: seconds, where the walk takes minutes."""

from tests.policy.table import TABLE
from tests.policy.walking import Walk


def test_no_route_is_missing_and_no_row_speaks_of_one_that_is_gone(walk: Walk) -> None:
    assert {row.operation for row in TABLE} == walk.operations.keys()


def test_each_row_has_a_name_of_its_own() -> None:
    assert len({row.name for row in TABLE}) == len(TABLE)


def test_somebody_succeeds_at_every_route(walk: Walk) -> None:
    """A route at which nobody does was walked with a request that proves nothing."""
    assert {row.operation for row in TABLE if row.yes} == walk.operations.keys()
