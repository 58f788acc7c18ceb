"""A list of a whole street is read in its order from an index: no page gathers and sorts all there is."""

import json

import pytest
from sqlalchemy import event, text

from backend.foundation.actor import Role
from backend.foundation.database import db

LISTS = [
    ("/account-recoveries", {}),
    ("/account-recoveries", {"status": "submitted"}),
    ("/areas", {}),
    ("/audit-entries", {}),
    ("/audit-entries", {"action": "role.grant"}),
    ("/audit-entries", {"succeeded": "false"}),
    ("/audit-entries", {"operator": "2026-017"}),
    ("/audit-entries", {"since": "2026-03-05T00:00:00+08:00"}),
    ("/beneficiaries", {}),
    ("/demands", {}),
    ("/demands/in-care", {"status": "submitted"}),
    ("/failed-deliveries", {}),
    ("/failed-deliveries", {"for_me": "true"}),
    ("/imports", {}),
    ("/jobs", {}),
    ("/lockouts", {}),
    ("/me/sessions", {}),
    ("/organisations", {}),
    ("/overdue-reports", {}),
    ("/overdue-reports", {"since": "2026-03-05"}),
    ("/party-organisations", {}),
    ("/proxies", {}),
    ("/proxies", {"status": "held"}),
    ("/registrations", {"status": "applied"}),
    ("/registrations", {}),
    ("/role-grants", {}),
    ("/role-grants", {"role": "grid_worker"}),
    ("/services", {}),
    ("/services", {"status": "confirmed"}),
    ("/shifts", {}),
    ("/shifts", {"ends_after": "2026-03-05T00:00:00+08:00"}),
    ("/teams", {}),
    ("/teams", {"status": "applied"}),
    ("/work-units", {}),
]
READERS = {
    "/audit-entries": (Role.AUDIT_ADMIN, "639999001"),
    "/beneficiaries": (Role.COMMUNITY_OFFICER, "639999001001"),
    "/failed-deliveries": (Role.SYSTEM_ADMIN, "639999001"),
    "/jobs": (Role.SYSTEM_ADMIN, "639999001"),
    "/lockouts": (Role.SECURITY_ADMIN, "639999001"),
}


@pytest.mark.usefixtures("street")
@pytest.mark.parametrize(("path", "query"), LISTS, ids=lambda value: value if isinstance(value, str) else "&".join(value))
def test_a_page_is_not_sorted(app, administrator, path, query):
    officer = administrator(*READERS.get(path, (Role.STREET_OFFICER, "639999001")))
    sent = []

    def note(_connection, _cursor, statement, parameters, *_):
        if "LIMIT" in statement and "ORDER BY" in statement:
            sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    officer.seen(path, limit=7, **query)
    event.remove(db.engine, "before_cursor_execute", note)
    pages = [(statement, values) for statement, values in sent if 8 in (values or {}).values()]
    assert len(pages) == 1, "one statement reads the page, and one row more than asked"

    with db.engine.connect() as connection:
        # Whatever sorts now can do no other: there is no index in this order.
        connection.execute(text("SET LOCAL enable_sort = off"))
        connection.execute(text("SET LOCAL enable_incremental_sort = off"))
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {pages[0][0]}", pages[0][1]).scalar_one()
    assert 'Sort"' not in json.dumps(plan), plan
