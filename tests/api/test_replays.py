"""What works once is refused the second time, or under its key answered as the first time, and beyond what writes the refusal down, no
row is changed. That each write of the API is done once under its key is walked in tests/policy."""

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from datetime import datetime

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.accounts.models import Login
from backend.foundation.actor import Role
from backend.foundation.database import db
from tests.support.demands import published_demand, resident, team_led_by
from tests.support.people import registered_volunteer
from tests.support.phone import Phone, refused
from tests.support.street import Street
from tests.support.tables import contents
from tests.wechat.steering import Levers
from web.routes import contract_of

READING = {"GET", "HEAD", "OPTIONS"}

# The end of a stolen login, and who tried; a wrong password counts towards the lockout.
LOGIN_ENDED = {"token_families", "audit_entries"}
GUESS_COUNTED = {"login_lockouts", "audit_entries"}


@contextmanager
def changing(tables: Set[str] = frozenset()) -> Iterator[None]:
    """Meanwhile rows of just these tables may change, and do."""
    before = contents()
    yield
    after = contents()
    assert {name for name in before if before[name] != after[name]} == tables


@pytest.fixture
def post(app: APIFlask) -> Callable[..., TestResponse]:
    """Sends a body to an address, without a token."""
    return lambda path, **body: app.test_client().post(f"/api/v1{path}", json=body)


def test_a_refresh_token_that_comes_again_after_a_minute_ends_its_login(
    post: Callable[..., TestResponse], phone_of: Callable[..., Phone], pass_time: Callable[..., datetime]
) -> None:
    thief = phone_of()
    successor = post("/auth/refresh", refresh_token=thief.refresh_token).get_json()
    pass_time(seconds=61)

    with changing(LOGIN_ENDED):
        assert refused(post("/auth/refresh", refresh_token=thief.refresh_token)) == (401, "token_invalid")

    with changing():
        for token in (thief.refresh_token, successor["refresh_token"]):
            assert refused(post("/auth/refresh", refresh_token=token)) == (401, "token_invalid")
        for token in (thief.access_token, successor["access_token"]):
            assert refused(Phone(thief.client, token, "").get("/me")) == (401, "token_invalid")


def test_a_login_code_of_wechat_logs_in_once(post: Callable[..., TestResponse], wechat: Levers) -> None:
    code = wechat.login_code("zhang")
    assert post("/auth/wechat", code=code).status_code == 200

    with changing():
        assert refused(post("/auth/wechat", code=code)) == (401, "wechat_code_rejected")
        assert refused(post("/auth/wechat", code="nobody-gave-this-code")) == (401, "wechat_code_rejected")
        assert refused(post("/auth/wechat", code=wechat.phone_code("zhang"))) == (401, "wechat_code_rejected")


def test_a_phone_code_of_wechat_gives_a_number_once(wechat: Levers, phone_of: Callable[..., Phone], street: dict[str, str]) -> None:
    phone = registered_volunteer(phone_of, street, "zhang")
    code = wechat.phone_code("zhang")
    phone.made("/me/phone", {"code": code})

    with changing():
        for wrong in (code, wechat.login_code("zhang"), "nobody-gave-this-code"):
            assert refused(phone.post("/me/phone", {"code": wrong})) == (422, "wechat_phone_code_rejected")


def test_of_a_wrong_password_stays_only_that_somebody_tried(
    post: Callable[..., TestResponse], administrator: Callable[..., Phone], street: dict[str, str]
) -> None:
    administrator(Role.COMMUNITY_OFFICER, "639999001001")
    name = db.session.scalars(select(Login.name)).one()
    db.session.rollback()

    for tried in (name, "nobody"):
        with changing(GUESS_COUNTED):
            assert refused(post("/auth/password", name=tried, password="Wrong-Horse-7")) == (401, "credentials_wrong")


def test_a_creation_sent_again_is_done_once_and_under_its_key_no_other_one(phone_of: Callable[..., Phone], street: dict[str, str]) -> None:
    leader = registered_volunteer(phone_of, street)
    plan = {"name": "互助队", "category": "public_welfare", "charter": "自愿、无偿", "community_id": street["和平社区"]}
    first = leader.post("/teams", plan, key="one-submission")
    assert first.status_code == 201

    with changing():
        again = leader.post("/teams", plan, key="one-submission")
        assert (again.status_code, again.get_data()) == (201, first.get_data())
        other = leader.post("/teams", plan | {"name": "另一队"}, key="one-submission")
        assert refused(other) == (422, "idempotency_key_reused")


def test_each_write_of_the_api_hears_a_key_but_what_makes_or_ends_log_ins(app: APIFlask) -> None:
    written = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/") and (rule.methods or set()) - READING]
    deaf = {rule.rule for rule in written if not contract_of(app.view_functions[rule.endpoint]).takes_key}
    assert len(written) > 100
    assert {rule for rule in deaf if not rule.startswith("/api/v1/auth/")} == set()


def test_a_release_sent_again_gets_the_first_answer_and_without_a_key_a_refusal(
    phone_of: Callable[..., Phone], officer: Phone, street: Street
) -> None:
    claimant = resident(phone_of, street)
    place = {"role_id": published_demand(officer, street, brand="red_ribbon")["role_id"], "team_id": team_led_by(claimant, street)}
    claim = claimant.made("/claims", place)
    release = (f"/claims/{claim['id']}/release", {"reason": "临时有事"})
    first = claimant.post(*release, key="one-submission")
    assert first.status_code == 200

    with changing():
        again = claimant.post(*release, key="one-submission")
        assert (again.status_code, again.get_data()) == (200, first.get_data())
        assert refused(claimant.post(release[0], {"reason": "另有安排"}, key="one-submission")) == (422, "idempotency_key_reused")
        bare = {"Authorization": f"Bearer {claimant.access_token}"}
        address = f"/api/v1{release[0]}"
        assert refused(claimant.client.post(address, json=release[1], headers=bare)) == (409, "claim_released")
        for key in ("", "short"):
            answer = claimant.client.post(address, json=release[1], headers=bare | {"Idempotency-Key": key})
            assert refused(answer) == (400, "idempotency_key_missing")


def test_a_number_that_wechat_gave_is_not_asked_for_again(wechat: Levers, phone_of: Callable[..., Phone], street: dict[str, str]) -> None:
    """WeChat's code works once: done in steps, the repeat must be known before it is asked."""
    phone = registered_volunteer(phone_of, street, "zhang")
    code = {"code": wechat.phone_code("zhang")}
    first = phone.post("/me/phone", code, key="one-submission")

    with changing():
        again = phone.post("/me/phone", code, key="one-submission")
    assert (first.status_code, again.status_code, again.get_data()) == (200, 200, first.get_data())


def test_what_takes_a_role_from_its_caller_gives_its_answer_again(phone_of: Callable[..., Phone], street: Street) -> None:
    phone = registered_volunteer(phone_of, street)
    withdrawal = {"notice": "volunteer"}
    first = phone.post("/me/consents/withdrawal", withdrawal, key="one-submission")

    assert first.status_code == 200
    assert phone.post("/me/consents/withdrawal", withdrawal, key="one-submission").get_data() == first.get_data()


def test_a_wrong_password_under_a_key_is_counted_and_leaves_the_key_free(street: Street) -> None:
    officer = street.home.officer
    attempt = {"old_password": "Wrong-Horse-7", "new_password": "Quiet-Harbour-31"}
    for _ in range(2):
        with changing(GUESS_COUNTED):
            assert refused(officer.post("/me/password", attempt, key="one-submission")) == (422, "old_password_wrong")
