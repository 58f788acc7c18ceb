"""What the three administrators look after: the audit log and locked logins. Each sees their own part, and nobody's data."""

from uuid import UUID

import pytest
from sqlalchemy import select

from backend.accounts.models import Login
from backend.accounts.policy import Permission
from backend.foundation import audit, clock
from backend.foundation.actor import Actor, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.tracing import bind_operator
from tests.support.attendance import counted_statements
from tests.support.people import registered_volunteer
from tests.support.phone import refused

HERE, STREET, DISTRICT, ELSEWHERE = "639999001001", "639999001", "639999", "639999002"
THREE = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


@pytest.fixture
def auditor(administrator):
    return administrator(Role.AUDIT_ADMIN, STREET)


def locked_login(client, phone) -> str:
    """Five wrong passwords: the login's id."""
    db.session.rollback()
    login = db.session.scalars(select(Login).where(Login.account_id == UUID(phone.account_id))).one()
    for _ in range(5):
        client.post("/api/v1/auth/password", json={"name": login.name, "password": "Wrong-Horse-7"})
    return str(login.id)


def log_in(client, phone) -> int:
    name = db.session.scalars(select(Login.name).where(Login.account_id == UUID(phone.account_id))).one()
    status: int = client.post("/api/v1/auth/password", json={"name": name, "password": "Correct-Horse-7"}).status_code
    return status


def test_the_audit_log_is_read_by_account_subject_action_and_time(street, auditor, phone_of, administrator):
    officer = administrator(Role.COMMUNITY_OFFICER, HERE)
    volunteer = registered_volunteer(phone_of, street, name="王志愿")
    before = clock.now()
    form = {"role": "grid_worker", "area_id": street["和平社区"], "volunteer_number": volunteer.volunteer_number, "name": "王志愿"}
    officer.made("/role-grants", form)
    granted = auditor.seen("/audit-entries", account_id=officer.account_id, action="role.grant")["items"]
    assert [entry["subject_id"] for entry in granted] == [volunteer.account_id]
    assert granted[0]["details"]["role"] == "grid_worker"
    assert {entry["action"] for entry in auditor.seen("/audit-entries", subject_id=volunteer.account_id)["items"]} >= {
        "account.create",
        "role.grant",
    }
    of_before = auditor.seen("/audit-entries", action="role.grant", until=before.isoformat())["items"]
    since = auditor.seen("/audit-entries", action="role.grant", since=before.isoformat())["items"]
    assert [entry["id"] for entry in since] == [granted[0]["id"]]
    assert granted[0]["id"] not in [entry["id"] for entry in of_before]
    assert len(of_before) > 0
    assert refused(officer.get("/audit-entries")) == (403, "forbidden")
    denied, done = (auditor.seen("/audit-entries", account_id=officer.account_id, succeeded=how)["items"] for how in ("false", "true"))
    assert [(entry["action"], entry["succeeded"]) for entry in denied] == [("audit.see", False)]
    assert granted[0]["id"] in [entry["id"] for entry in done]
    assert all(entry["succeeded"] for entry in done)
    bind_operator("2026-017")
    with transaction():
        audit.record(Actor.system(), Permission.ROLE_GRANT, UUID(officer.account_id), now=clock.now())
    bind_operator(None)
    operated = auditor.seen("/audit-entries", operator="2026-017")["items"]
    assert [(entry["operator"], entry["subject_id"]) for entry in operated] == [("2026-017", officer.account_id)]
    assert auditor.seen("/audit-entries", operator="2026-018")["items"] == []


def test_the_audit_log_turns_its_pages_from_the_latest_act_on(street, auditor, phone_of):
    for _ in range(7):
        phone_of()
    whole = auditor.seen("/audit-entries", action="account.create", limit=100)["items"]
    assert [entry["at"] for entry in whole] == sorted((entry["at"] for entry in whole), reverse=True)
    turned, cursor = [], None
    while True:
        page = auditor.seen("/audit-entries", action="account.create", limit=3, **({} if cursor is None else {"cursor": cursor}))
        turned += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert turned == whole
    with counted_statements() as few:
        auditor.seen("/audit-entries", limit=1)
    with counted_statements() as many:
        auditor.seen("/audit-entries", limit=100)
    assert len(few) == len(many)


def test_that_the_audit_log_was_read_is_an_act_of_its_own(street, auditor, phone_of):
    resident = phone_of("zhang")
    auditor.seen("/audit-entries", account_id=resident.account_id)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "audit.see")).one()
    assert str(entry.account_id) == auditor.account_id
    assert entry.details == {"of_account": resident.account_id}


@pytest.mark.parametrize("role", [role for role in Role if role.value.endswith(("_officer", "_admin")) and role is not Role.AUDIT_ADMIN])
def test_nobody_but_the_audit_administrator_reads_the_audit_log(street, administrator, role):
    other = administrator(role, DISTRICT)
    assert refused(other.get("/audit-entries")) == (403, "forbidden")
    assert [entry.succeeded for entry in db.session.scalars(select(AuditEntry).where(AuditEntry.action == "audit.see"))] == [False]


def test_the_security_administrator_sees_who_is_locked_out_and_lets_them_in_again(street, client, administrator):
    officer, security = administrator(Role.COMMUNITY_OFFICER, HERE), administrator(Role.SECURITY_ADMIN, STREET)
    assert security.seen("/lockouts")["items"] == []
    login_id = locked_login(client, officer)
    assert log_in(client, officer) == 429

    (seen,) = security.seen("/lockouts")["items"]
    assert (seen["login_id"], seen["account_id"], seen["failures"]) == (login_id, officer.account_id, 5)
    assert security.post(f"/lockouts/{login_id}/release").status_code == 204

    assert log_in(client, officer) == 200
    assert security.seen("/lockouts")["items"] == []
    assert refused(security.post(f"/lockouts/{login_id}/release")) == (409, "not_locked")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "lockout.lift")).one()
    assert (str(entry.account_id), str(entry.subject_id)) == (security.account_id, login_id)


def test_a_lockout_that_is_over_is_none(street, client, administrator, pass_time):
    officer, security = administrator(Role.COMMUNITY_OFFICER, HERE), administrator(Role.SECURITY_ADMIN, STREET)
    login_id = locked_login(client, officer)
    pass_time(minutes=15, seconds=1)

    assert security.seen("/lockouts")["items"] == []
    assert refused(security.post(f"/lockouts/{login_id}/release")) == (409, "not_locked")


@pytest.mark.parametrize(
    ("role", "path"),
    [(Role.SECURITY_ADMIN, ELSEWHERE), (Role.SYSTEM_ADMIN, STREET), (Role.AUDIT_ADMIN, STREET), (Role.STREET_OFFICER, STREET)],
)
def test_whom_a_lockout_does_not_concern_sees_and_lifts_none(street, client, administrator, role, path):
    officer, other = administrator(Role.COMMUNITY_OFFICER, HERE), administrator(role, path)
    login_id = locked_login(client, officer)

    assert other.seen("/lockouts")["items"] == []
    assert refused(other.post(f"/lockouts/{login_id}/release")) == (404, "not_found")
    assert log_in(client, officer) == 429


@pytest.mark.parametrize("role", THREE)
def test_none_of_the_three_administrators_sees_who_lives_or_serves_in_the_area(street, administrator, phone_of, role):
    registered_volunteer(phone_of, street, name="王志愿")
    holder = administrator(role, DISTRICT)
    for path in ("/volunteers", "/beneficiaries", "/registrations", "/services", "/shifts", "/demands/in-care"):
        assert holder.seen(path)["items"] == [], path
    for path in ("/figures/2026", "/figures/2026/volunteers_registered/rows"):
        assert holder.get(path, area_id=street["和平社区"]).status_code in (403, 404), path
