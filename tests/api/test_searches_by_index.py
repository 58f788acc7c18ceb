"""A search among very many rows goes by its index, also for a word that none of them has; one that all of them have, by the order. What
waits is found among very many that do not."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import event, select

from backend.areas.models import Area, Level
from backend.foundation.database import db, transaction
from backend.waiting.kinds import KINDS
from bench import searched, year
from miniprogram_api.waiting import LISTS

ROWS = 10_000
_ID = "00000000-0000-7000-800e-000000000001"
BY_TITLE, BY_NAME, BY_NUMBER = "ix_openings_search", "ix_people_search", "ix_volunteers_search"
SEARCHES = [
    ("/demands", {"q": "23456"}, "ix_demands_search"),
    ("/demands", {"q": "没有"}, "ix_demands_search"),
    ("/demands", {"q": "没有", "sort": "start"}, "ix_demands_search"),
    ("/demands/in-care", {"q": "23456", "status": "published"}, "ix_demands_search"),
    ("/demands/in-care", {"q": "没有", "status": "published"}, "ix_demands_search"),
    ("/volunteers", {"q": "23456"}, BY_NUMBER),
    ("/volunteers", {"q": "丁両"}, BY_NAME),
    ("/volunteers", {"q": "没有"}, BY_NAME),
    ("/shifts", {"q": "没有"}, BY_TITLE),
    ("/shifts", {"demand_number": "23456"}, "ix_demands_search"),
    ("/services", {"q": "没有"}, BY_TITLE),
    ("/services", {"demand_number": "23456"}, "ix_demands_search"),
    ("/services", {"person": "23456"}, BY_NUMBER),
    ("/services", {"person": "没有"}, BY_NAME),
    ("/services", {"person": "丁両", "sort": "earliest"}, BY_NAME),
    ("/services", {"team_id": _ID}, "ix_service_records_capacity_id"),
]
OF_BODIES = [
    ("/organisations", {"q": "没有"}, "ix_organisations_search"),
    ("/organisations", {"q": "001234", "sort": "name"}, "ix_organisations_search"),
    ("/work-units", {"q": "没有"}, "ix_work_units_search"),
    ("/party-organisations", {"q": "没有"}, "ix_party_organisations_search"),
    ("/registrations", {"q": "001234"}, "ix_member_registrations_search"),
    ("/registrations", {"person": "没有"}, BY_NAME),
    ("/registrations", {"work_unit_id": _ID}, "ix_unit_memberships_work_unit_id"),
    ("/registrations", {"party_organisation_id": _ID}, "ix_party_members_party_organisation_id"),
    ("/beneficiaries", {"q": "没有"}, "ix_beneficiaries_search"),
    ("/late-entries", {"q": "没有"}, "ix_late_entries_search"),
    ("/late-entries", {"person": "没有"}, BY_NAME),
    ("/role-grants", {"login_name": "nobody"}, "ix_logins_search"),
    ("/role-grants", {"q": "没有"}, BY_NAME),
]
OF_DESK = [
    ("/proxies", {"q": "没有"}, BY_NAME),
    ("/proxies", {"q": "23456"}, BY_NUMBER),
    ("/identity-corrections", {"q": "没有"}, BY_NAME),
    ("/identity-corrections", {"q": "23456"}, BY_NUMBER),
    ("/account-recoveries", {"q": "没有"}, BY_NAME),
    ("/relocations", {"q": "没有"}, BY_NAME),
    ("/relocations", {"q": "23456"}, BY_NUMBER),
    ("/arrangements", {"demand_number": "23456"}, "ix_demands_search"),
    ("/arrangements", {"team_id": _ID}, "ix_arrangements_team_id"),
    ("/claims/waiting", {"q": "没有"}, BY_TITLE),
    ("/claims/waiting", {"demand_number": "23456"}, "ix_demands_search"),
    ("/claims/waiting", {"team_id": _ID}, "ix_claims_team_id"),
    ("/served", {"served_for": "team", "served_for_id": _ID, "q": "没有"}, "ix_service_records_"),
    ("/served/people", {"served_for": "team", "served_for_id": _ID, "year": "2026"}, "ix_service_records_people_of_capacity"),
]
EVERYWHERE = [("/demands", {"q": "看望"}, "ix_demands_published"), ("/services", {"q": "看望"}, "ix_service_records_served_on")]
# Not the register of a community, its organisations and offices, which are few and of which here all wait; nor who leads a team: none is.
OF_VERY_MANY = (
    *("people", "openings", "demands", "member_registrations"),
    *("shifts", "attendances", "service_records", "service_confirmations", "late_entries"),
)
ALL_BUT_A_FEW_ARE_SETTLED = (
    "SET session_replication_role = replica",
    (
        "INSERT INTO service_confirmations (id, fact_id, recorded_at, void, record_fact_id, confirmer, confirmed_at)"
        " SELECT gen_random_uuid(), gen_random_uuid(), now(), false, fact_id, 'community', now() FROM service_records OFFSET 20"
    ),
    (
        "UPDATE shifts SET settled_at = now() WHERE id IN (SELECT shift_id FROM service_records r JOIN service_confirmations c"
        " ON c.record_fact_id = r.fact_id)"
    ),
    (
        "INSERT INTO beneficiary_bases (id, fact_id, recorded_at, void, beneficiary_id, basis, notice_version)"
        " SELECT gen_random_uuid(), gen_random_uuid(), now(), false, id, 'own_consent', '2026-11-01' FROM beneficiaries OFFSET 20"
    ),
    "UPDATE demands SET status = 'completed' WHERE id NOT IN (SELECT id FROM demands WHERE status = 'published' LIMIT 20)",
    (
        "INSERT INTO attendances (id, shift_id, claim_id, person_id, capacity, capacity_id, signed_in_at, in_evidence, signed_out_at)"
        " SELECT attendance_id, shift_id, gen_random_uuid(), person_id, 'team', capacity_id, started_at, 'code', ended_at"
        " FROM service_records"
    ),
    (
        "UPDATE attendances SET settled_at = now() WHERE id IN (SELECT attendance_id FROM service_records r JOIN service_confirmations c"
        " ON c.record_fact_id = r.fact_id)"
    ),
    "UPDATE late_entries SET status = 'refused' WHERE id NOT IN (SELECT id FROM late_entries LIMIT 20)",
    "VACUUM ANALYZE",
)


@pytest.fixture
def full_street(street):
    """So many rows of each list that is searched."""
    with transaction():
        communities = list(db.session.scalars(select(Area).where(Area.level == Level.COMMUNITY)))
        db.session.expunge_all()
    searched.make_rows(ROWS, communities)
    searched.make_bodies(ROWS // 5, communities[0])
    searched.make_desk(ROWS // 5, communities[0])
    return street


def test_a_search_goes_by_its_index_and_what_waits_too(full_street):
    officers = {"/beneficiaries": full_street.home.officer, "/late-entries": full_street.home.officer}
    missed = []
    for path, query, index in SEARCHES + OF_BODIES + OF_DESK:
        if index not in _plan_of(officers.get(path, full_street.officer), path, query):
            missed.append((path, query, index))
    assert missed == []
    for path, query, index in EVERYWHERE:
        plan = _plan_of(full_street.officer, path, query)
        assert (index in plan, "_search" in plan) == (True, False), (path, query)

    with year.connection() as server:
        for statement in ALL_BUT_A_FEW_ARE_SETTLED:
            server.execute(statement)
    home = full_street.home.officer
    whole = {}
    for who, officer in (("street", full_street.officer), ("community", home)):
        for path, query in (LISTS[kind.code].split("?") for kind in KINDS if "for_me" in LISTS[kind.code]):
            asked = dict(parse_qsl(query))
            if officer.get(path, **asked).status_code == 200:
                whole[who, path, query] = _read_whole(_plan_of(officer, path, asked))
        counting = _sent_by(officer, "/me/waiting", {}, lambda statement, _: "UNION ALL" in statement and "overdue" in statement)
        whole[who, "/me/waiting", ""] = _read_whole(_explained(*counting))
    assert len(whole) > 2 * len(KINDS) * 0.8
    assert {asked: tables for asked, tables in whole.items() if tables} == {}


def _read_whole(plan: str) -> set[str]:
    """The tables of very many rows that are read from end to end."""
    return {table for table in OF_VERY_MANY if f"Seq Scan on {table}" in plan}


def _plan_of(officer: Any, path: str, query: dict[str, str]) -> str:
    """As the planner chooses it, for the statement that reads the page."""
    of_page = _sent_by(officer, path, query | {"limit": 7}, lambda text, values: "ORDER BY" in text and 8 in values.values())
    return _explained(*of_page)


def _sent_by(officer: Any, path: str, query: dict[str, Any], wanted: Callable[[str, Any], bool]) -> tuple[str, Any]:
    found = []

    def note(_connection, _cursor, statement, parameters, *_):
        if wanted(statement, parameters or {}):
            found.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    officer.seen(path, **query)
    event.remove(db.engine, "before_cursor_execute", note)
    (sent,) = found
    return sent


def _explained(statement: str, parameters: Any) -> str:
    with db.engine.connect() as connection:
        return "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
