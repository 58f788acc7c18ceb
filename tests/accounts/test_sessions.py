"""Where one is logged in, and ending it: one login, this one, or all."""

from uuid import UUID

import pytest
from sqlalchemy import event, select

from backend.accounts import tokens
from backend.accounts.models import TokenFamily
from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from tests.support.phone import refused


def sessions(phone, **query):
    return phone.seen("/me/sessions", **query)["items"]


def own_session(phone) -> str:
    return str(tokens.maker().read_access_token(phone.access_token, now=clock.now()).family_id)


def refreshed(phone):
    return phone.client.post("/api/v1/auth/refresh", json={"refresh_token": phone.refresh_token})


def test_one_sees_where_one_is_logged_in_and_which_login_asks(phone_of, pass_time):
    first = phone_of("zhang")
    pass_time(minutes=5)
    second = phone_of("zhang")
    phone_of("li")
    pass_time(minutes=5)
    renewed = refreshed(first).get_json()

    shown = sessions(second)

    assert [line["id"] for line in shown] == [own_session(second), own_session(first)]
    assert [line["current"] for line in shown] == [True, False]
    assert {line["login_kind"] for line in shown} == {"wechat"}
    assert shown[1]["last_used_at"] > shown[1]["logged_in_at"]
    assert renewed["access_token"]
    assert set(shown[0]) == {"id", "login_kind", "logged_in_at", "last_used_at", "ends_at", "current"}


def test_what_is_over_is_listed_no_more(phone_of, pass_time):
    phone_of("zhang")
    pass_time(days=61)
    second, third = phone_of("zhang"), phone_of("zhang")
    third.post("/auth/logout")

    assert [line["id"] for line in sessions(second)] == [own_session(second)]


def test_logins_are_listed_page_by_page_with_as_many_statements_for_many(phone_of, pass_time):
    phones = []
    for _ in range(5):
        phones.append(phone_of("zhang"))
        pass_time(seconds=1)
    page = phones[0].seen("/me/sessions", limit=2)
    found = page["items"]
    while page["next_cursor"]:
        page = phones[0].seen("/me/sessions", limit=2, cursor=page["next_cursor"])
        found += page["items"]

    assert [line["id"] for line in found] == [own_session(phone) for phone in reversed(phones)]


def test_one_ends_a_single_login_elsewhere(phone_of):
    here, there = phone_of("zhang"), phone_of("zhang")

    assert here.post(f"/me/sessions/{own_session(there)}/ending").status_code == 204

    assert refused(there.get("/me")) == (401, "token_invalid")
    assert refused(refreshed(there)) == (401, "token_invalid")
    assert here.get("/me").status_code == 200
    assert refused(here.post(f"/me/sessions/{own_session(there)}/ending")) == (404, "not_found")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "session.end")).one()
    assert (entry.account_id, entry.subject_id, entry.reason) == (UUID(here.account_id), UUID(own_session(there)), "ended_by_holder")


def test_the_login_of_somebody_else_is_not_there(phone_of):
    zhang, li = phone_of("zhang"), phone_of("li")

    assert refused(zhang.post(f"/me/sessions/{own_session(li)}/ending")) == (404, "not_found")

    assert li.get("/me").status_code == 200


def test_who_logs_out_everywhere_is_out_on_every_phone_at_once_and_others_are_not(phone_of):
    phones, other = [phone_of("zhang") for _ in range(3)], phone_of("li")

    assert phones[0].post("/auth/logout-everywhere").status_code == 204

    for phone in phones:
        assert refused(refreshed(phone)) == (401, "token_invalid")
        assert refused(phone.get("/me")) == (401, "token_invalid")
    assert other.get("/me").status_code == 200
    assert phone_of("zhang").get("/me").status_code == 200
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "session.end")).one()
    assert (entry.reason, entry.details) == ("logged_out_everywhere", {"sessions": 3})


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/logout-everywhere"])
def test_a_token_that_was_renewed_a_moment_ago_ends_with_its_login(phone_of, path):
    phone = phone_of("zhang")
    first_token = phone.access_token
    renewed = refreshed(phone).get_json()
    phone.access_token, phone.refresh_token = renewed["access_token"], renewed["refresh_token"]

    assert phone.post(path).status_code == 204

    # Also the repeat of the renewal within its minute.
    assert refused(refreshed(phone)) == (401, "token_invalid")
    for token in (first_token, renewed["access_token"]):
        phone.access_token = token
        assert refused(phone.get("/me")) == (401, "token_invalid")


def test_whether_a_login_still_holds_is_asked_in_the_statement_that_reads_the_roles(phone_of, administrator, street):
    officer = administrator(Role.COMMUNITY_OFFICER, "639999001001")
    sent = []

    def listen(connection, cursor, statement, *_):
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        officer.seen("/brands")
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)

    assert [("token_families" in statement, "role_grants" in statement) for statement in sent] == [(True, True)]


def test_an_ended_login_says_when_and_why(phone_of):
    phone = phone_of("zhang")
    phone.post("/auth/logout-everywhere")

    family = db.session.scalars(select(TokenFamily)).one()
    assert (family.end_reason, family.ended_at is not None) == ("logged_out_everywhere", True)
