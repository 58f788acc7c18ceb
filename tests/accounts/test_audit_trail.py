"""What the edge writes into the audit log: refused attempts and long readings, bounded by the hour; from where; who ran a command."""

from uuid import UUID

import pytest
from sqlalchemy import select

from backend.accounts import limits
from backend.foundation.actor import Role
from backend.foundation.audit import AuditEntry, AuditSource, digest_of
from backend.foundation.counted import AuditCount
from backend.foundation.database import db
from tasks import housekeeping
from tests.support.environment import production_environment
from tests.support.phone import refused

HERE = "639999001001"
ROUTE = "POST /api/v1/people/<uuid:person_id>/reveals"
WISH = {"field": "phone", "purpose": "contact", "note": "联系活动安排"}


def attempts(phone) -> list[AuditEntry]:
    """What stands in the log of what the phone's account was refused, the latest last."""
    db.session.rollback()
    of_account = select(AuditEntry).where(AuditEntry.account_id == UUID(phone.account_id), ~AuditEntry.succeeded)
    return list(db.session.scalars(of_account.order_by(AuditEntry.at, AuditEntry.id)))


def told(entry: AuditEntry) -> tuple[str, object, object, object]:
    return entry.action, entry.details["route"], entry.details["code"], entry.details.get("times")


@pytest.mark.parametrize(
    ("path", "body", "action", "code"),
    [
        ("/people/{}/reveals", WISH, "person.reveal", "not_found"),
        (
            "/role-grants",
            {"role": "grid_worker", "area_id": "{area}", "volunteer_number": "V2026000001", "name": "王某"},
            "role.grant",
            "forbidden",
        ),
        ("/exports/year-end", {"area_id": "{area}", "year": 2026}, "figures.see", "not_found"),
    ],
)
def test_a_refused_attempt_at_what_is_guarded_stands_in_the_log(street, phone_of, path, body, action, code):
    stranger, subject = phone_of("stranger"), street.home.volunteer()
    form = {name: value.replace("{area}", street["和平社区"]) if isinstance(value, str) else value for name, value in body.items()}
    assert refused(stranger.post(path.format(subject.person_id), form))[1] == code

    (entry,) = attempts(stranger)
    assert (entry.action, entry.details["code"]) == (action, code)
    assert entry.subject_id == (UUID(subject.person_id) if "{}" in path else None)


def test_what_everybody_may_ask_for_and_what_is_wrong_only_in_form_is_no_attempt(street, phone_of):
    resident = phone_of("resident")
    assert resident.post("/role-grants", {"role": "grid_worker"}).status_code == 422
    assert refused(resident.get("/demands/01931f6e-7c1a-7d2e-8f00-000000000001"))[0] == 404
    assert attempts(resident) == []


def test_a_flooder_fills_one_row_an_hour_and_their_number_follows(street, phone_of, pass_time):
    flooder, subject = phone_of("flooder"), street.home.volunteer()
    for _ in range(7):
        assert flooder.post(f"/people/{subject.person_id}/reveals", WISH).status_code == 404
    housekeeping.close_counted_hours()
    assert [told(entry) for entry in attempts(flooder)] == [("person.reveal", ROUTE, "not_found", None)]

    pass_time(hours=1)
    housekeeping.close_counted_hours()
    housekeeping.close_counted_hours()

    assert [told(entry)[3] for entry in attempts(flooder)] == [None, 7]
    assert db.session.scalars(select(AuditCount).where(AuditCount.account_id == UUID(flooder.account_id))).all() == []


@pytest.fixture
def ten_rows_are_long(app):
    before = limits.current()
    limits.use(before.model_copy(update={"audit": before.audit.model_copy(update={"long_list_rows": 10})}))
    yield
    limits.use(before)


@pytest.mark.usefixtures("ten_rows_are_long")
def test_long_lists_about_people_stand_in_the_log_with_their_rows_and_short_ones_do_not(street, officer, neighbour, pass_time):
    for _ in range(4):
        street.home.volunteer()
    shown = sum(len(officer.seen("/volunteers")["items"]) for _ in range(4))
    neighbour.seen("/volunteers")
    pass_time(hours=1)
    housekeeping.close_counted_hours()

    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.details.has_key("rows")))
    assert (str(entry.account_id), entry.action, entry.succeeded) == (officer.account_id, "person.see", True)
    assert (entry.details["route"], entry.details["times"], entry.details["rows"]) == ("GET /api/v1/volunteers", 4, shown)


def test_the_address_of_an_act_is_kept_as_long_as_logs_and_the_entry_stays_as_it_was(street, app, administrator, phone_of, pass_time):
    auditor = administrator(Role.AUDIT_ADMIN, HERE)
    resident = phone_of("resident")
    resident.client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    assert resident.post(f"/people/{auditor.person_id}/reveals", WISH).status_code == 404
    (entry,) = attempts(resident)
    (source,) = db.session.scalars(select(AuditSource).where(AuditSource.entry_id == entry.id))
    assert entry.source_digest == digest_of(source.address, source.salt)
    seen = auditor.seen("/audit-entries", account_id=resident.account_id, action="person.reveal")["items"]
    assert [one["source"] for one in seen] == ["203.0.113.7"]
    digest = entry.source_digest

    pass_time(days=limits.current().audit.source_days, minutes=1)
    housekeeping.forget_old_sources()

    assert db.session.scalars(select(AuditSource).where(AuditSource.entry_id == entry.id)).all() == []
    assert [kept.source_digest for kept in attempts(resident)] == [digest]


def test_who_runs_a_command_stands_in_the_log(street, ejia):
    assert ejia("--operator", "wang.li", "areas", "add", "639999001009", "新社区", "--level", "community").exit_code == 0
    command, added = db.session.scalars(select(AuditEntry).where(AuditEntry.operator == "wang.li").order_by(AuditEntry.id)).all()
    assert (command.action, command.details) == ("command.run", {"command": "areas add"})
    assert (added.account_id, added.action) == (None, "area.add")
    ejia("areas", "list")
    assert len(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "command.run")).all()) == 1, "looking changes nothing"


@pytest.mark.parametrize("code", ["王丽", "13800001234", "x", "a b"])
def test_an_operator_has_a_staff_code(street, ejia, code):
    done = ejia("--operator", code, "areas", "rename", "639999001001", "平安社区")
    assert done.exit_code == 2
    assert "工号" in done.stderr


@pytest.mark.parametrize(
    "command", [("rebuild", "all"), ("backup", "-o", "x"), ("migrate",), ("areas", "rename", "639999001001", "平安社区")]
)
def test_production_runs_nothing_for_nobody(ejia, command):
    ejia.environment = {"PATH": ejia.environment["PATH"]} | production_environment() | {"EJIA_OPERATOR": ""}
    done = ejia(*command)
    assert done.exit_code == 1
    assert "EJIA_OPERATOR" in done.stderr
