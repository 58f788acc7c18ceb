"""What somebody wrote stands on each page of the console as text: every column that holds people's words is written over with markup, and
every page of the table is asked for by somebody who may read it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import Any

import pytest
from psycopg import sql
from sqlalchemy import Connection, Enum, String

from backend.tables import METADATA
from tests.policy.table import TABLE
from tests.policy.walking import Row, Walk

WRITTEN_BY_PEOPLE = frozenset(
    {
        *("name", "title", "content", "place_in_words", "conditions", "risks", "safeguards", "called", "charter", "message"),
        *("reason", "withdrawn_reason", "end_reason", "proven_by", "no_file_because", "skills", "party_organisation_name"),
    }
)
"""The columns that hold words of people, by their names in whatever table."""
NO_WORDS_OF_PEOPLE = {"outbox_events", "areas", "files", "alembic_version", "limits"}
"""Tables in which a column of such a name holds words of ours."""
MARKUP = """<script>ejia</script>"'&\u202e"""
NO_WORDS_ON_IT = frozenset(
    {
        *(
            "appointment_page",
            "audit_page",
            "death_page",
            "death_step_page",
            "deaths_page",
            "deliveries_page",
            "exports_page",
            "figure_page",
            "figure_rows_page",
            "figures_page",
            "figures_side_page",
            "identity_correction_page",
            "identity_correction_step_page",
            "identity_corrections_page",
            "import_page",
            "import_step_page",
            "imports_page",
            "jobs_page",
            "lists_page",
            "login_page",
            "lookup_page",
            "messages_page",
            "new_beneficiary_page",
            "new_demand_page",
            "new_import_page",
            "new_late_entry_page",
            "new_login_page",
            "new_proxy_page",
            "office_page",
            "office_step_page",
            "password_page",
            "person_reveal_page",
            "person_step_page",
            "proxies_page",
            "proxy_page",
            "proxy_step_page",
            "recoveries_page",
            "recovery_page",
            "recovery_step_page",
            "relocation_page",
            "relocation_step_page",
            "relocations_page",
            "rules_page",
            "scan_page",
            "second_factor_page",
            "today_page",
            "volunteers_page",
        ),
    }
)
"""Pages that tell no more of a word than its first character, as names are masked, or nothing that people wrote."""
PAGES = [row for row in TABLE if row.operation.endswith("_page") and row.yes]


def columns() -> Iterator[tuple[str, str]]:
    for table in METADATA.sorted_tables:
        if table.name in NO_WORDS_OF_PEOPLE:
            continue
        for column in table.columns:
            if column.name in WRITTEN_BY_PEOPLE and isinstance(column.type, String) and not isinstance(column.type, Enum):
                yield table.name, column.name


def write_over(connection: Connection) -> None:
    """All in one trip, as a replica: facts are not changed otherwise, and each table whose triggers went would be planned for anew."""
    driver: Any = connection.connection.driver_connection
    driver.execute(_WRITTEN_OVER)


def _written_over(table: str, names: Iterable[str]) -> sql.Composed:
    columns = [sql.Identifier(name) for name in names]
    return sql.SQL("UPDATE {table} SET {anew} WHERE {written}").format(
        table=sql.Identifier(table),
        anew=sql.SQL(", ").join(
            sql.SQL("{0} = {1} || md5({2} || {3}::text) || left({0}, 0)").format(
                column, sql.Literal(MARKUP), sql.Literal(name), sql.Identifier(table)
            )
            for column, name in zip(columns, names, strict=True)
        ),
        written=sql.SQL(" OR ").join(sql.SQL("{} IS NOT NULL").format(column) for column in columns),
    )


_WRITTEN_OVER = sql.SQL("; ").join(
    [
        sql.SQL("SET LOCAL session_replication_role = replica"),
        *(_written_over(table, [name for _, name in of_table]) for table, of_table in groupby(columns(), itemgetter(0))),
        sql.SQL("SET LOCAL session_replication_role = origin"),
    ]
)
"""NULL stays NULL: what is added to it in the end is nothing of itself."""


def test_each_word_that_is_looked_for_stands_somewhere() -> None:
    assert {column for _, column in columns()} == WRITTEN_BY_PEOPLE


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_stored_text_is_text(row: Row, walk: Walk) -> None:
    with walk.undone():
        about = row.about(walk.world)
        write_over(walk.connection)
        if row.operation == "search_page":
            about = replace(about, query={"q": "script"})  # what it looked for is written over as well
        answer = walk.send(row, about, min(row.yes))
        page = answer.get_data(as_text=True)
    assert answer.status_code in (200, 303), page[:300]
    assert "<script>ejia" not in page
    # Above stands on each page by which name one is logged in.
    assert "&lt;script&gt;ejia" in page.partition("<main")[2] or row.operation in NO_WORDS_ON_IT
