"""A search among very many rows goes by its index, also for a word that none of them has; one that all of them have, by the order."""

from typing import Any

import pytest
from sqlalchemy import event, select

from backend.areas.models import Area, Level
from backend.foundation.database import db, transaction
from bench import searched

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
    ("/registrations", {"q": "001234"}, "ix_member_registrations_search"),
    ("/registrations", {"person": "没有"}, BY_NAME),
    ("/registrations", {"work_unit_id": _ID}, "ix_unit_memberships_work_unit_id"),
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
    ("/served/people", {"served_for": "team", "served_for_id": _ID, "year": "2026"}, "ix_service_records_people_of_capacity"),
]
EVERYWHERE = [("/demands", {"q": "看望"}, "ix_demands_published"), ("/services", {"q": "看望"}, "ix_service_records_served_on")]


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


def test_a_search_goes_by_its_index(full_street):
    officers = {"/beneficiaries": full_street.home.officer, "/late-entries": full_street.home.officer}
    missed = []
    for path, query, index in SEARCHES + OF_BODIES + OF_DESK:
        if index not in _plan_of(officers.get(path, full_street.officer), path, query):
            missed.append((path, query, index))
    assert missed == []
    for path, query, index in EVERYWHERE:
        plan = _plan_of(full_street.officer, path, query)
        assert (index in plan, "_search" in plan) == (True, False), (path, query)


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
