"""By what an account opens: its holder sees it and ends it, and a password reset ends what came since the holder set the last one."""

from uuid import UUID

import pytest

from backend.accounts import service as accounts
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import transaction
from tests.support.messages import kinds
from tests.support.people import registered_volunteer
from tests.support.phone import Phone, refused

NAME, OLD, NEW = "heping.li", "Correct-Horse-7", "another-Horse-8-stands"


@pytest.fixture
def officer(app, street) -> Phone:
    """A community's officer, logged in by password, which they set themselves."""
    with transaction():
        grant = Grant(Role.COMMUNITY_OFFICER, area_path="639999001001")
        account_id = accounts.create_office_account(Actor.system(), name=NAME, password=OLD, grant=grant, now=clock.now())
    phone = logged_in(app, OLD, str(account_id))
    phone.made("/me/password", {"old_password": OLD, "new_password": NEW})
    return phone


def logged_in(app, password: str, account_id: str) -> Phone:
    given = app.test_client().post("/api/v1/auth/password", json={"name": NAME, "password": password}).get_json()
    return Phone(app.test_client(), given["access_token"], account_id)


def joined(kept: Phone, dissolved: Phone) -> None:
    with transaction():
        ids = UUID(kept.account_id), UUID(dissolved.account_id)
        accounts.merge_accounts(Actor.system(), *ids, reason="同一人", now=clock.now())


def ways(phone: Phone) -> list[tuple[str, str | None, str]]:
    return [(way["kind"], way["name"], way["added_by"]) for way in phone.seen("/me/logins")["items"]]


def test_everybody_sees_the_ways_into_their_account_and_who_added_them(officer, phone_of):
    phone = phone_of("old")
    assert ways(phone) == [("wechat", None, "holder")]
    assert ways(officer) == [("password", NAME, "operator")]

    joined(officer, phone)

    assert sorted(ways(officer)) == [("password", NAME, "operator"), ("wechat", None, "operator")]
    assert "login_added" in kinds(officer)


def test_a_way_in_is_removed_and_opens_nothing_any_more(officer, phone_of, client):
    phone = phone_of("old")
    joined(officer, phone)
    (wechat,) = (way for way in officer.seen("/me/logins")["items"] if way["kind"] == "wechat")

    officer.made(f"/me/logins/{wechat['id']}/ending", {})

    assert ways(officer) == [("password", NAME, "operator")]
    assert phone_of("old").seen("/me")["account_id"] != officer.account_id
    assert refused(officer.post(f"/me/logins/{wechat['id']}/ending", {})) == (404, "not_found")


def test_a_password_that_was_removed_logs_nobody_in(officer, phone_of, client):
    joined(officer, phone_of("old"))
    (password,) = (way for way in officer.seen("/me/logins")["items"] if way["kind"] == "password")

    officer.made(f"/me/logins/{password['id']}/ending", {})

    answer = client.post("/api/v1/auth/password", json={"name": NAME, "password": NEW})
    assert refused(answer) == (401, "credentials_wrong")
    assert officer.get("/me").status_code == 401, "what was logged in by it is out"
    assert phone_of("old").seen("/me")["account_id"] == officer.account_id


def test_the_last_way_in_goes_only_when_that_is_said(officer):
    (only,) = officer.seen("/me/logins")["items"]

    assert refused(officer.post(f"/me/logins/{only['id']}/ending", {})) == (409, "last_login")
    assert officer.post(f"/me/logins/{only['id']}/ending", {"even_last": True}).status_code == 204
    assert officer.get("/me").status_code == 401


def test_nobody_ends_the_way_into_anothers_account(officer, phone_of):
    (only,) = officer.seen("/me/logins")["items"]
    assert refused(phone_of().post(f"/me/logins/{only['id']}/ending", {"even_last": True})) == (404, "not_found")


def test_a_password_reset_ends_what_a_thief_added(officer, phone_of, street):
    """The thief knew the password, and joined a WeChat of theirs before the colleague noticed."""
    thief = phone_of("thief")
    joined(officer, thief)

    street.officer.made("/password-resets", {"login_name": NAME})

    assert officer.get("/me").status_code == 401
    assert phone_of("thief").seen("/me")["account_id"] != officer.account_id


def test_a_password_reset_leaves_what_was_there_before(officer, phone_of, street):
    """The officer's log-in joined their own account: their WeChat was there before it, and stays."""
    own = registered_volunteer(phone_of, street, "own")
    joined(own, officer)

    street.officer.made("/password-resets", {"login_name": NAME})

    assert phone_of("own").seen("/me")["account_id"] == own.account_id


def test_a_password_reset_leaves_what_the_holder_had_when_they_set_the_last_one(app, officer, phone_of, street):
    joined(officer, phone_of("own"))
    last = {"old_password": NEW, "new_password": "a-third-Horse-9-runs"}
    officer.made("/me/password", last)

    street.officer.made("/password-resets", {"login_name": NAME})

    assert phone_of("own").seen("/me")["account_id"] == officer.account_id
