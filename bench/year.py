# ruff: noqa: S608 - every text here is our own
"""A year of services as bare facts, as many as are asked for: persons of twelve communities, records of three brands, each confirmed.

Made by the server from a series of numbers, so that ten million take minutes. Only what figures and points are counted from is made:
a record names an attendance, a shift and an opening that are not there, so the keys that ask for them rest meanwhile. Identifiers grow
with time, as the product's do; days go from January to December. Nobody serves twice on a day.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import psycopg

from backend.areas import service as areas
from backend.areas.models import Area, Level
from backend.foundation import clock
from backend.foundation.database import db, transaction

YEAR = 2025
COMMUNITIES = 12
RECORDS_OF_A_PERSON = 7
"""In the mean; as in the year that the demonstration is made of."""

_AT_A_TIME = 500_000
_EXCLUSION = "ex_service_records_person"
_FACTS = ("service_records", "service_confirmations")


def make_street() -> list[Area]:
    """A district, a street and its communities: these."""
    levels = [("639999000000", Level.DISTRICT), ("639999001000", Level.STREET)]
    levels += [(f"639999001{number:03d}", Level.COMMUNITY) for number in range(1, COMMUNITIES + 1)]
    with transaction():
        made = [areas.add_area(code=code, level=level, name=f"测试{code[6:]}", now=clock.now()) for code, level in levels]
        db.session.flush()
        db.session.expunge_all()
    return made[2:]


def make_services(records: int, communities: list[Area], *, say: Callable[[str], None]) -> None:
    """So many confirmed service records, with the persons who served, into tables that hold none."""
    people = max(COMMUNITIES, records // RECORDS_OF_A_PERSON)
    values = {
        "people": people,
        "records": records,
        "communities": len(communities),
        "ids": [area.id for area in communities],
        "paths": [area.path for area in communities],
        "began": datetime(YEAR, 1, 1, 9, tzinfo=clock.SHANGHAI),
    }
    with connection() as server:
        server.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        server.execute(_PEOPLE, values)
        server.execute(_VOLUNTEERS, values)
        exclusion = _drop_exclusion(server)
        indexes = _drop_indexes(server)
        for first in range(1, records + 1, _AT_A_TIME):
            last = min(first + _AT_A_TIME - 1, records)
            for statement in (_RECORDS, _CONFIRMATIONS):
                server.execute(statement, values | {"first": first, "last": last})
            say(f"{last:,} of {records:,} records")
        for definition in indexes:
            server.execute(definition)
        server.execute(exclusion)
        server.execute("ANALYZE")


def connection() -> psycopg.Connection:
    """A connection of our own to the database under test, each statement by itself."""
    return psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)


def person_id(number: int) -> UUID:
    """The person of this number, from 1."""
    return UUID(f"00000000-0000-7000-8001-{number:012x}")


def _drop_exclusion(server: psycopg.Connection) -> bytes:
    """Take away that nobody serves at two places at once, for the same reason: what puts it back, which looks at all rows."""
    [(definition,)] = server.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [_EXCLUSION]).fetchall()
    server.execute(f"ALTER TABLE service_records DROP CONSTRAINT {_EXCLUSION}")
    return f"ALTER TABLE service_records ADD CONSTRAINT {_EXCLUSION} {definition}".encode()


def _drop_indexes(server: psycopg.Connection) -> list[bytes]:
    """Take the tables' indexes away, but their primary keys: filling first and sorting then is several times as quick."""
    found = server.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY (%s) AND indexname NOT LIKE 'pk%%'", [list(_FACTS)]
    ).fetchall()
    for name, _ in found:
        server.execute(psycopg.sql.SQL("DROP INDEX {}").format(psycopg.sql.Identifier(name)))
    return [definition.encode() for _, definition in found]


def id_of(kind: int, number: str) -> str:
    """SQL for the identifier of the row of this number, within its kind."""
    return f"('00000000-0000-7000-{0x8000 + kind:04x}-' || lpad(to_hex({number}), 12, '0'))::uuid"


_PEOPLE = f"""
INSERT INTO people (id, name, id_number_sealed, id_number_index, born_on, sex, area_id, area_path, created_at)
SELECT {id_of(1, "n")}, '测试', '-', decode(lpad(to_hex(n), 16, '0'), 'hex'), '1970-01-01', 'female',
  (%(ids)s::uuid[])[n %% %(communities)s + 1], (%(paths)s::text[])[n %% %(communities)s + 1], %(began)s
FROM generate_series(1, %(people)s::bigint) n"""

# Everybody is a registered volunteer, as most who serve are.
_VOLUNTEERS = f"""
INSERT INTO volunteers (id, fact_id, recorded_at, void, person_id, number, area_id, area_path, registered_on)
SELECT {id_of(5, "n")}, {id_of(5, "n")}, %(began)s, false, {id_of(1, "n")}, 'V' || n,
  (%(ids)s::uuid[])[n %% %(communities)s + 1], (%(paths)s::text[])[n %% %(communities)s + 1],
  (%(began)s::timestamptz AT TIME ZONE 'Asia/Shanghai')::date
FROM generate_series(1, %(people)s::bigint) n"""

# Who serves lives where the service is; chance comes from a hash of the number, so that every run has the same year. Those of a day are
# other people each, because there are more people than records of a day, and the stride is prime and divides no number of people.
_STRIDE = 1_000_003
_RECORDS = f"""
INSERT INTO service_records (id, fact_id, recorded_at, void, attendance_id, shift_id, opening_id, person_id, brand, area_id, area_path,
  capacity, capacity_id, served_on, started_at, ended_at, minutes, evidence)
SELECT r.id, r.id, r.starts + r.minutes * interval '1 minute', false, r.id, r.opening, r.opening, {id_of(1, "r.person")},
  CASE WHEN r.chance < 55 THEN 'door_knock' WHEN r.chance < 90 THEN 'red_ribbon' ELSE 'sunset_wish' END,
  (%(ids)s::uuid[])[r.person %% %(communities)s + 1], (%(paths)s::text[])[r.person %% %(communities)s + 1],
  'team', r.opening, (r.starts AT TIME ZONE 'Asia/Shanghai')::date, r.starts, r.starts + r.minutes * interval '1 minute', r.minutes, 'code'
FROM (
  SELECT {id_of(2, "n")} AS id, {id_of(3, "n / 8")} AS opening,
    (n * {_STRIDE} + abs(hashint8(day)::bigint)) %% %(people)s + 1 AS person,
    abs(hashint8(n / 8)::bigint) %% 100 AS chance, 30 + abs(hashint8(-n)::bigint) %% 150 AS minutes,
    %(began)s + day * interval '1 day' + n %% 600 * interval '1 minute' AS starts
  FROM (SELECT n, n * 365 / (%(records)s + 1) AS day FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) numbered
) r"""

_CONFIRMATIONS = f"""
INSERT INTO service_confirmations (id, fact_id, recorded_at, void, record_fact_id, confirmer, confirmed_at)
SELECT {id_of(4, "n")}, {id_of(4, "n")}, c.at, false, {id_of(2, "n")}, 'community', c.at
FROM (
  SELECT n, %(began)s + (n * 365 / (%(records)s + 1) + 1) * interval '1 day' AS at
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
) c"""
