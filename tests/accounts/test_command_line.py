"""How an operator makes and helps administrators and officers, by `ejia`."""

import re

import pytest
from sqlalchemy import func, select

from backend.accounts.models import Login, RoleGrant
from backend.foundation import clock
from backend.foundation.database import db
from tests.support.people import registered_volunteer
from tests.support.phone import Phone, refused

PASSWORD, CHOSEN = "Correct-Horse-7", "Battery-Staple-9"


@pytest.fixture
def log_in(app):
    def make(name: str, initial: str = PASSWORD) -> Phone:
        """Logs in by the initial password and chooses another one."""
        answer = app.test_client().post("/api/v1/auth/password", json={"name": name, "password": initial})
        assert answer.status_code == 200
        phone = Phone(app.test_client(), answer.get_json()["access_token"], "")
        assert refused(phone.get("/me")) == (403, "password_change_needed")
        assert phone.post("/me/password", {"old_password": initial, "new_password": CHOSEN}).status_code == 204
        return phone

    return make


def roles(phone) -> list[tuple[str, str]]:
    return sorted((role["role"], role["area_path"]) for role in phone.seen("/me")["roles"])


def test_the_administrator_that_is_made_logs_in(ejia, street, log_in):
    made = ejia(
        "create-account", "peace", "--role", "community_officer", "--area", "639999001001", "--password-stdin", stdin=f"{PASSWORD}\n"
    )

    assert made.exit_code == 0, made.output
    assert PASSWORD not in made.output
    assert roles(log_in("peace")) == [("community_officer", "639999001001")]


def test_the_password_is_asked_for_twice_and_not_shown(ejia, street, log_in):
    asked = ("create-account", "peace", "--role", "street_officer", "--area", "639999001000")

    assert ejia(*asked, stdin=f"{PASSWORD}\nanother\n").exit_code == 1
    made = ejia(*asked, stdin=f"{PASSWORD}\n{PASSWORD}\n")

    assert made.exit_code == 0, made.output
    assert PASSWORD not in made.output
    assert roles(log_in("peace")) == [("street_officer", "639999001")]


def test_what_is_wrong_is_said_in_one_line_and_nothing_is_made(ejia, street):
    def attempt(name="peace", role="community_officer", area="639999001001", password=PASSWORD, *more):
        return ejia("create-account", name, "--role", role, "--area", area, "--password-stdin", *more, stdin=f"{password}\n")

    for result, code in (
        (attempt(password="weak"), "password_too_weak"),
        (attempt(password=""), "password_too_weak"),
        (attempt(name="有 空格"), "login_name_invalid"),
        (attempt(area="639999001000"), "level_mismatch"),
        (attempt(role="district_officer"), "level_mismatch"),
        (attempt(area="639999009001"), "area_unknown"),
        (attempt("peace", "community_officer", "639999001001", PASSWORD, "--until", "2020-01-01"), "term_over"),
    ):
        assert (result.exit_code, result.output.count("\n")) == (1, 1), result.output
        assert code in result.output
    assert attempt(role="volunteer").exit_code == 2
    assert db.session.scalar(select(func.count()).select_from(Login)) == 0
    assert attempt().exit_code == 0
    assert "login_name_taken" in attempt().output


def test_who_forgot_the_password_gets_an_initial_one_and_all_logins_end(ejia, street, log_in):
    ejia("create-account", "peace", "--role", "community_officer", "--area", "639999001001", "--password-stdin", stdin=f"{PASSWORD}\n")
    before = log_in("peace")

    reset = ejia("reset-password", "peace")

    assert reset.exit_code == 0, reset.output
    assert refused(before.get("/me")) == (401, "token_invalid")
    initial = re.search(r"初始密码：([a-z0-9-]+)", reset.output)[1]
    assert roles(log_in("peace", initial)) == [("community_officer", "639999001001")]
    assert ejia("reset-password", "nobody").exit_code == 1


def test_a_locked_login_is_unlocked(ejia, street, app):
    ejia("create-account", "peace", "--role", "community_officer", "--area", "639999001001", "--password-stdin", stdin=f"{PASSWORD}\n")

    def attempt(password):
        return app.test_client().post("/api/v1/auth/password", json={"name": "peace", "password": password}).status_code

    assert [attempt("Wrong-Horse-7") for _ in range(5)] == [401] * 5
    assert attempt(PASSWORD) == 429

    assert ejia("unlock-login", "peace").exit_code == 0

    assert attempt(PASSWORD) == 200
    assert "not_locked" in ejia("unlock-login", "peace").output
    assert ejia("unlock-login", "nobody").exit_code == 1


def test_a_grid_worker_is_appointed_by_volunteer_number_and_dismissed_at_once(ejia, phone_of, street):
    phone = registered_volunteer(phone_of, street)
    whom = ("--volunteer", phone.volunteer_number, "--role", "grid_worker", "--area", "639999001001001")

    assert ejia("grant-role", *whom).exit_code == 0
    assert roles(phone) == [("grid_worker", "639999001001001"), ("volunteer", "639999001001")]

    assert ejia("withdraw-role", *whom, "--reason", "调离").exit_code == 0
    assert roles(phone) == [("volunteer", "639999001001")]
    assert ejia("withdraw-role", *whom, "--reason", "调离").exit_code == 1


def test_a_term_ends_with_its_last_day_in_shanghai(ejia, phone_of, street):
    phone = registered_volunteer(phone_of, street)
    today = clock.shanghai_day(clock.now())

    ejia(
        "grant-role", "--volunteer", phone.volunteer_number, "--role", "grid_worker", "--area", "639999001001", "--until", today.isoformat()
    )

    ends_at = db.session.scalars(select(RoleGrant.ends_at).where(RoleGrant.role == "grid_worker")).one()
    assert ends_at.astimezone(clock.SHANGHAI).isoformat()[10:19] == "T00:00:00"
    assert 0 < (ends_at - clock.now()).total_seconds() <= 86_400


def test_an_administrator_gets_a_second_office_but_no_excluding_one(ejia, street, log_in):
    ejia("create-account", "root", "--role", "district_officer", "--area", "639999000000", "--password-stdin", stdin=f"{PASSWORD}\n")

    assert ejia("grant-role", "--login", "root", "--role", "street_officer", "--area", "639999001000").exit_code == 0
    refused = ejia("grant-role", "--login", "root", "--role", "audit_admin", "--area", "639999000000")

    assert refused.exit_code == 1
    assert "roles_exclude" in refused.output
    assert roles(log_in("root")) == [("district_officer", "639999"), ("street_officer", "639999001")]


def test_an_account_is_named_in_one_way_and_must_be_there(ejia, street):
    office = ("--role", "street_officer", "--area", "639999001000")

    assert ejia("grant-role", *office).exit_code == 2
    assert ejia("grant-role", "--login", "x", "--volunteer", "y", *office).exit_code == 2
    assert ejia("grant-role", "--login", "nobody", *office).exit_code == 1
    assert ejia("grant-role", "--volunteer", "V2026999999", *office).exit_code == 1
