"""A search among very many rows goes by its index, also for a word that none of them has; one that all of them have, by the order."""

from typing import Any

import pytest
from sqlalchemy import event, select

from backend.areas.models import Area, Level
from backend.foundation.database import db, transaction
from bench import lists, year

ROWS = 25_000
INDEX = {"/demands": "ix_demands_search", "/demands/in-care": "ix_demands_search"}
SEARCHES = [
    ("/demands", {"q": "23456"}),
    ("/demands", {"q": "没有"}),
    ("/demands", {"q": "没有", "sort": "start"}),
    ("/demands/in-care", {"q": "23456", "status": "published"}),
    ("/demands/in-care", {"q": "没有", "status": "published"}),
    ("/volunteers", {"q": "23456"}),
    ("/volunteers", {"q": "丁両"}),
    ("/volunteers", {"q": "没有"}),
]
BY_NAME, BY_NUMBER = "ix_people_search", "ix_volunteers_search"


@pytest.fixture
def full_street(street):
    """So many demands, and as many volunteers, whose titles, names and numbers differ."""
    with transaction():
        communities = list(db.session.scalars(select(Area).where(Area.level == Level.COMMUNITY)))
        db.session.expunge_all()
    lists.make_demands(ROWS, communities)
    with year.connection() as server:
        server.execute("SET synchronous_commit = off")
        values = {"count": ROWS, "area": communities[0].id, "path": communities[0].path}
        for statement in (_PEOPLE, _VOLUNTEERS):
            server.execute(statement, values)
        server.execute("ANALYZE")
    return street


def test_a_search_goes_by_its_index(full_street):
    for path, query in SEARCHES:
        index = INDEX.get(path) or (BY_NUMBER if query["q"].isdigit() else BY_NAME)
        assert index in _plan_of(full_street.officer, path, query), (path, query)
    common = _plan_of(full_street.officer, "/demands", {"q": "看望"})
    assert ("ix_demands_published" in common, "ix_demands_search" in common) == (True, False)


def _plan_of(officer: Any, path: str, query: dict[str, str]) -> str:
    """As the planner chooses it, for the statement that reads the page."""
    pages = []

    def note(_connection, _cursor, statement, parameters, *_):
        if "ORDER BY" in statement and 8 in (parameters or {}).values():
            pages.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    officer.seen(path, limit=7, **query)
    event.remove(db.engine, "before_cursor_execute", note)
    ((statement, parameters),) = pages
    with db.engine.connect() as connection:
        return "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())


_PEOPLE = f"""
INSERT INTO people (id, name, id_number_sealed, id_number_index, born_on, sex, area_id, area_path, created_at)
SELECT {year.id_of(1, "n")}, chr(19968 + (n %% 300)::int) || chr(20000 + (n %% 997)::int) || chr(21000 + (n %% 1009)::int), '-',
  decode(lpad(to_hex(n), 16, '0'), 'hex'), '1970-01-01', 'female', %(area)s, %(path)s, now()
FROM generate_series(1, %(count)s::bigint) n"""  # noqa: S608 - every text here is our own

_VOLUNTEERS = f"""
INSERT INTO volunteers (id, fact_id, recorded_at, void, person_id, number, area_id, area_path, registered_on)
SELECT {year.id_of(5, "n")}, {year.id_of(5, "n")}, now(), false, {year.id_of(1, "n")}, 'V2026' || lpad(n::text, 6, '0'),
  %(area)s, %(path)s, '2026-01-01'
FROM generate_series(1, %(count)s::bigint) n"""  # noqa: S608
