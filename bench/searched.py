# ruff: noqa: S608 - every text here is our own
"""Rows of the lists that are searched, as many as are asked for, whose names and numbers differ; made by the server, as bare rows.

Beside the demands of lists.py: each number is a person with a registration, an opening, a shift and a record of service.
"""

from backend.areas.models import Area
from backend.foundation import clock
from bench import lists, year

TEAMS = 100


def make_rows(count: int, communities: list[Area]) -> None:
    """So many of each, of the first community but for the demands, into tables that hold none."""
    lists.make_demands(count, communities)
    values = {"count": count, "area": communities[0].id, "path": communities[0].path, "now": clock.now(), "teams": TEAMS}
    with year.connection() as server:
        # What a record refers to and no list shows is not there.
        server.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        for statement in (_PEOPLE, _VOLUNTEERS, _SHIFTS, _RECORDS):
            server.execute(statement, values)
        server.execute("ANALYZE")


_PEOPLE = f"""
INSERT INTO people (id, name, id_number_sealed, id_number_index, born_on, sex, area_id, area_path, created_at)
SELECT {year.id_of(1, "n")}, chr(19968 + (n %% 300)::int) || chr(20000 + (n %% 997)::int) || chr(21000 + (n %% 1009)::int), '-',
  decode(lpad(to_hex(n), 16, '0'), 'hex'), '1970-01-01', 'female', %(area)s, %(path)s, %(now)s
FROM generate_series(1, %(count)s::bigint) n"""

_VOLUNTEERS = f"""
INSERT INTO volunteers (id, fact_id, recorded_at, void, person_id, number, area_id, area_path, registered_on)
SELECT {year.id_of(5, "n")}, {year.id_of(5, "n")}, %(now)s, false, {year.id_of(1, "n")}, 'V2026' || lpad(n::text, 6, '0'),
  %(area)s, %(path)s, '2026-01-01'
FROM generate_series(1, %(count)s::bigint) n"""

_SHIFTS = f"""
INSERT INTO shifts (id, opening_id, brand, area_id, area_path, confirmers, starts_at, ends_at, grace_minutes, status)
SELECT {year.id_of(12, "n")}, {year.id_of(9, "n")}, 'door_knock', %(area)s, %(path)s, '{{community}}',
  %(now)s + n * interval '1 minute', %(now)s + n * interval '1 minute' + interval '2 hours', 30, 'planned'
FROM generate_series(1, %(count)s::bigint) n"""

_RECORDS = f"""
INSERT INTO service_records (id, fact_id, recorded_at, void, attendance_id, shift_id, opening_id, person_id, brand, area_id, area_path,
  capacity, capacity_id, served_on, started_at, ended_at, minutes, evidence, exclusive)
SELECT {year.id_of(2, "n")}, {year.id_of(2, "n")}, %(now)s, false, {year.id_of(13, "n")}, {year.id_of(12, "n")}, {year.id_of(9, "n")},
  {year.id_of(1, "n")}, 'door_knock', %(area)s, %(path)s, 'team', {year.id_of(14, "n %% %(teams)s::bigint")},
  (%(now)s AT TIME ZONE 'Asia/Shanghai')::date - (n %% 300)::int, %(now)s, %(now)s + interval '1 hour', 60, 'code', NULL
FROM generate_series(1, %(count)s::bigint) n"""
