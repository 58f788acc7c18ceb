# ruff: noqa: S608 - every text here is our own
"""Rows of the lists that are searched, as many as are asked for, whose names and numbers differ; made by the server, as bare rows.

Beside the demands of lists.py: each number is a person with a registration, an opening, a shift and a record of service; and an
organisation, a work unit with a Party member who registered, a late entry at which they served, and an office with a log-in.
"""

from backend.areas.models import Area
from backend.foundation import clock
from bench import lists, year

TEAMS = 100


def make_rows(count: int, communities: list[Area]) -> None:
    """So many of each, of the first community but for the demands, into tables that hold none."""
    lists.make_demands(count, communities)
    _make(count, communities[0], (_PEOPLE, _VOLUNTEERS, _SHIFTS, _RECORDS))


def make_bodies(count: int, community: Area) -> None:
    """So many of what is searched beside these: organisations, work units, registrations, late entries and offices."""
    registrations = (_WORK_UNITS, _PARTY_ORGANISATIONS, _PARTY_MEMBERS, _UNIT_MEMBERSHIPS, _REGISTRATIONS)
    _make(count, community, (_ORGANISATIONS, *registrations, _LATE_ENTRIES, _LATE_PEOPLE, _ACCOUNTS, _LOGINS, _OFFICES))


def make_desk(count: int, community: Area) -> None:
    """So many of what the desk works off, of the people and openings of `make_rows`: proxies, corrections, recoveries, relocations,
    arrangements and claims."""
    _make(count, community, (_PROXIES, _CORRECTIONS, _RECOVERIES, _RELOCATIONS, _ARRANGEMENTS, _CLAIMS))


def _make(count: int, community: Area, statements: tuple[str, ...]) -> None:
    values = {"count": count, "area": community.id, "path": community.path, "now": clock.now(), "teams": TEAMS}
    with year.connection() as server:
        # What a row refers to and no list shows is not there.
        server.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        for statement in statements:
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

_NAME = "chr(19968 + (n %% 300)::int) || chr(20000 + (n %% 997)::int) || chr(21000 + (n %% 1009)::int)"
_EACH = "FROM generate_series(1, %(count)s::bigint) n"

_ORGANISATIONS = f"""
INSERT INTO organisations (id, name, origin, filing, record_number, area_id, area_path, purpose, status, counted_on, applied_at)
SELECT {year.id_of(20, "n")}, {_NAME} || '服务中心', 'introduced', 'on_record', '备' || lpad(n::text, 6, '0'), %(area)s, %(path)s,
  '为老服务', 'verified', '2026-01-01', %(now)s {_EACH}"""

_WORK_UNITS = f"""
INSERT INTO work_units (id, name, nature, created_at)
SELECT {year.id_of(21, "n")}, {_NAME} || '管理所', 'government', %(now)s {_EACH}"""

_PARTY_ORGANISATIONS = f"""
INSERT INTO party_organisations (id, name, kind, area_path, created_at)
SELECT {year.id_of(35, "n")}, {_NAME} || '党支部', 'branch', %(path)s, %(now)s {_EACH}"""

_PARTY_MEMBERS = f"""
INSERT INTO party_members (id, person_id, party_organisation_name, work_unit_id, created_at)
SELECT {year.id_of(22, "n")}, {year.id_of(1, "n")}, '党支部', {year.id_of(21, "n")}, %(now)s {_EACH}"""

_UNIT_MEMBERSHIPS = f"""
INSERT INTO unit_memberships (id, fact_id, recorded_at, void, person_id, work_unit_id, party_organisation_name, joined_on)
SELECT {year.id_of(23, "n")}, {year.id_of(23, "n")}, %(now)s, false, {year.id_of(1, "n")}, {year.id_of(21, "n")}, '党支部', '2026-01-01'
{_EACH}"""

_REGISTRATIONS = f"""
INSERT INTO member_registrations (id, fact_id, recorded_at, void, person_id, party_member_id, area_id, area_path, status, receipt_number,
  applied_at, accepted_on)
SELECT {year.id_of(24, "n")}, {year.id_of(24, "n")}, %(now)s, false, {year.id_of(1, "n")}, {year.id_of(22, "n")}, %(area)s,
  %(path)s, 'accepted', 'R2026' || lpad(n::text, 6, '0'), %(now)s, '2026-01-01' {_EACH}"""

_LATE_ENTRIES = f"""
INSERT INTO late_entries (id, brand, title, place_in_words, area_id, area_path, starts_at, ends_at, reason, proven_by, entered_at, status)
SELECT {year.id_of(25, "n")}, 'red_ribbon', '清扫' || {_NAME}, '东门', %(area)s, %(path)s, %(now)s,
  %(now)s + interval '1 hour', '大雪', '签到表', %(now)s, 'submitted' {_EACH}"""

_LATE_PEOPLE = f"""
INSERT INTO late_entry_people (entry_id, person_id, team_id, minutes)
SELECT {year.id_of(25, "n")}, {year.id_of(1, "n")}, {year.id_of(14, "n %% %(teams)s::bigint")}, 60 {_EACH}"""

_ACCOUNTS = f"""
INSERT INTO accounts (id, status, person_id, created_at)
SELECT {year.id_of(26, "n")}, 'active', {year.id_of(1, "n")}, %(now)s {_EACH}"""

_LOGINS = f"""
INSERT INTO logins (id, account_id, kind, name, password_hash, password_initial, created_at)
SELECT {year.id_of(27, "n")}, {year.id_of(26, "n")}, 'password', 'wangge-' || n, '-', false, %(now)s {_EACH}"""

_OFFICES = f"""
INSERT INTO role_grants (id, account_id, role, area_path, starts_at, granted_at)
SELECT {year.id_of(28, "n")}, {year.id_of(26, "n")}, 'grid_worker', %(path)s, %(now)s, %(now)s {_EACH}"""

_PROXIES = f"""
INSERT INTO proxies (id, fact_id, recorded_at, void, person_id, proxy_person_id, area_id, area_path, relation, cause, began_on, ends_on)
SELECT {year.id_of(29, "n")}, {year.id_of(29, "n")}, %(now)s, false, {year.id_of(1, "n")}, {year.id_of(1, "n + 1")}, %(area)s, %(path)s,
  'neighbour', '', '2026-01-01', '2199-01-01' {_EACH}"""

_CORRECTIONS = f"""
INSERT INTO identity_corrections (id, person_id, area_path, status, proof, of_name, of_id_number, proposed_at)
SELECT {year.id_of(30, "n")}, {year.id_of(1, "n")}, %(path)s, 'confirmed', 'id_card', true, false, %(now)s {_EACH}"""

_RECOVERIES = f"""
INSERT INTO account_recoveries (id, account_id, person_id, area_path, status, applied_at)
SELECT {year.id_of(31, "n")}, {year.id_of(26, "n")}, {year.id_of(1, "n")}, %(path)s, 'returned', %(now)s {_EACH}"""

_RELOCATIONS = f"""
INSERT INTO relocations (id, person_id, from_area_id, from_path, area_id, area_path, status, asked_at, decided_at)
SELECT {year.id_of(32, "n")}, {year.id_of(1, "n")}, %(area)s, '639999', %(area)s, %(path)s, 'refused', %(now)s, %(now)s {_EACH}"""

_ARRANGEMENTS = f"""
INSERT INTO arrangements (id, fact_id, recorded_at, void, person_id, opening_id, area_id, area_path, cause, begins_on, ends_on)
SELECT {year.id_of(33, "n")}, {year.id_of(33, "n")}, %(now)s, false, {year.id_of(1, "n")}, {year.id_of(9, "n")},
  %(area)s, %(path)s, '结对', '2026-01-01', '2199-01-01' {_EACH}"""

_CLAIMS = f"""
INSERT INTO claims (id, opening_id, role_id, person_id, status, claimed_at)
SELECT {year.id_of(34, "n")}, {year.id_of(9, "n")}, {year.id_of(10, "n")}, {year.id_of(1, "n")}, 'asked', %(now)s
{_EACH}"""
