"""The table of the walk, put together."""

from tests.policy import (
    rows_console,
    rows_demands,
    rows_groups,
    rows_identity,
    rows_messages,
    rows_offices,
    rows_people,
    rows_privacy,
    rows_services,
)
from tests.policy.walking import Row

TABLE: tuple[Row, ...] = (
    *rows_people.ROWS,
    *rows_groups.ROWS,
    *rows_identity.ROWS,
    *rows_demands.ROWS,
    *rows_services.ROWS,
    *rows_offices.ROWS,
    *rows_privacy.ROWS,
    *rows_messages.ROWS,
    *rows_console.ROWS,
)
