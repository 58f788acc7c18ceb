"""Which passwords may be set, how one is changed, and how a colleague gets a new one."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.accounts import service as accounts
from backend.accounts.models import Login, LoginLockout, RoleGrant, TokenFamily
from backend.accounts.service import PasswordTooWeak
from backend.accounts.service.passwords import initial_password
from backend.accounts.service.strength import refuse_weak
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from tests.support.phone import Phone, refused

NAME, OLD, NEW = "peace", "Correct-Horse-7", "三月的风 lantern 42"


@pytest.fixture
def make(app, street):
    """Makes an administrator with the password OLD: `make("name", Role.STREET_OFFICER, "639999001", initial=True)`; gives the account."""

    def made(name=NAME, role=Role.COMMUNITY_OFFICER, area_path="639999001001", *, initial=False) -> UUID:
        with transaction():
            grant = Grant(role, area_path=area_path)
            return accounts.create_office_account(Actor.system(), name=name, password=OLD, grant=grant, is_initial=initial, now=clock.now())

    return made


@pytest.fixture
def log_in(app):
    def phone(password=OLD, name=NAME) -> Phone:
        answer = app.test_client().post("/api/v1/auth/password", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.get_json()
        return Phone(app.test_client(), answer.get_json()["access_token"], "", refresh_token=answer.get_json()["refresh_token"])

    return phone


def change(phone, old=OLD, new=NEW):
    return phone.post("/me/password", {"old_password": old, "new_password": new})


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Xq7-brwn1", "10至128"),
        ("Xq7-brwn1" * 15, "10至128"),
        ("my-PEACE-full-mind", "用户名"),
        ("1234567890", "太常见"),
        ("password1234", "太常见"),
        ("P@ssw0rd2024", "太常见"),
        ("qwertyuiopas", "太常见"),
        ("aaaaaaaaaaaaaaaa", "太常见"),
        ("abcabcabcabc", "太常见"),
        ("19900101zhang", "太常见"),
        ("shequ123456", "太常见"),
    ],
)
def test_what_is_easily_guessed_is_no_password_and_the_answer_says_why(password, why):
    with pytest.raises(PasswordTooWeak, match="password_too_weak") as refusal:
        refuse_weak(password, name=NAME, field="new_password")

    assert why in refusal.value.detail
    assert refusal.value.errors == {"new_password": [refusal.value.detail]}


@pytest.mark.parametrize("password", [OLD, NEW, "correct horse battery staple", "zhongshan lu de wutong", "🎋竹林听雨夜读春秋左传"])
def test_what_characters_a_password_is_made_of_is_free(password):
    refuse_weak(password, name=NAME)


def test_an_initial_password_of_ours_may_be_set_and_no_two_are_alike():
    made = {initial_password() for _ in range(50)}

    assert len(made) == 50
    for password in made:
        refuse_weak(password, name=NAME)


def test_the_new_password_logs_in_and_the_old_one_no_more(make, log_in, client):
    make()

    assert change(log_in()).status_code == 204

    assert log_in(NEW).get("/me").status_code == 200
    assert refused(client.post("/api/v1/auth/password", json={"name": NAME, "password": OLD})) == (401, "credentials_wrong")


def test_a_change_ends_every_other_login_of_the_account(make, log_in):
    account_id = make()
    here, there = log_in(), log_in()

    assert change(here).status_code == 204

    assert here.get("/me").status_code == 200
    assert refused(there.get("/me")) == (401, "token_invalid")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "password.change")).one()
    assert (entry.account_id, entry.succeeded, entry.details) == (account_id, True, {"sessions": 1})


def test_a_wrong_old_password_changes_nothing_and_counts_towards_the_lock(make, log_in):
    make()
    phone = log_in()
    before = db.session.scalars(select(Login.password_hash)).one()

    answers = [change(phone, old="Wrong-Horse-7") for _ in range(5)]

    assert {refused(answer) for answer in answers} == {(422, "old_password_wrong")}
    assert answers[0].get_json()["errors"] == {"old_password": ["原密码不正确"]}
    locked = change(phone)
    assert refused(locked) == (429, "login_locked")
    assert int(locked.headers["Retry-After"]) > 800
    db.session.expire_all()
    assert db.session.scalars(select(Login.password_hash)).one() == before
    failures = select(AuditEntry.succeeded).where(AuditEntry.action == "password.change")
    assert db.session.scalars(failures).all() == [False] * 5


def test_what_cannot_be_set_counts_no_try(make, log_in):
    make()
    phone = log_in()

    assert refused(change(phone, new=OLD)) == (422, "password_unchanged")
    assert refused(change(phone, new="1234567890")) == (422, "password_too_weak")
    assert refused(change(phone, new="too-short")) == (422, "password_too_weak")

    assert set(db.session.scalars(select(LoginLockout.failures))) == {0}


def test_of_two_changes_at_once_one_is_made(make, log_in):
    make()
    phones, start = [log_in() for _ in range(4)], Barrier(4)

    def attempt(number):
        start.wait()
        return change(phones[number], new=f"{NEW} {number}").status_code

    with ThreadPoolExecutor(4) as pool:
        answers = Counter(pool.map(attempt, range(4)))

    # The others came too late: their old password is no more, or their login.
    assert answers[204] == 1
    assert set(answers) <= {204, 401, 422}


def test_who_logged_in_by_wechat_changes_no_password(phone_of):
    assert refused(change(phone_of("zhang"))) == (409, "password_login_needed")


def test_an_initial_password_opens_nothing_but_its_change(make, log_in, operations_of_api):
    make(initial=True)
    phone = log_in()

    for method, path in operations_of_api:
        answer = phone._sent(method, path, key="x" * 8, json={} if method != "GET" else None)
        expected = (403, "password_change_needed") if path != "/me/password" else (422, "invalid")
        assert refused(answer) == expected, path

    assert change(phone).status_code == 204
    assert phone.get("/me").status_code == 200
    assert db.session.scalars(select(TokenFamily.password_change_needed)).all() == [False]
    assert log_in(NEW).get("/me").status_code == 200


@pytest.fixture
def operations_of_api(app) -> list[tuple[str, str]]:
    """Every guarded operation, with some id in its address."""
    found = []
    for path, item in app.spec["paths"].items():
        for method, operation in item.items():
            if path.startswith("/api/v1/") and operation.get("security"):
                address = path.removeprefix("/api/v1")
                for parameter in operation["parameters"]:
                    if parameter["in"] == "path":
                        stands = "2026" if parameter["schema"]["type"] == "integer" else str(UUID(int=7))
                        address = address.replace("{" + parameter["name"] + "}", stands)
                found.append((method.upper(), address))
    assert len(found) > 80
    return found


def test_a_refreshed_token_of_an_initial_password_opens_no_more(make, log_in, client):
    make(initial=True)
    phone = log_in()

    renewed = client.post("/api/v1/auth/refresh", json={"refresh_token": phone.refresh_token}).get_json()

    assert refused(Phone(client, renewed["access_token"], "").get("/me")) == (403, "password_change_needed")


def test_an_officer_above_resets_a_password_and_hands_on_an_initial_one(make, log_in, administrator):
    account_id, above = make(), administrator(Role.STREET_OFFICER, "639999001")
    before = log_in()
    for _ in range(3):
        change(before, old="Wrong-Horse-7")

    initial = above.made("/password-resets", {"login_name": NAME})["initial_password"]

    assert refused(before.get("/me")) == (401, "token_invalid")
    phone = log_in(initial)
    assert refused(phone.get("/me")) == (403, "password_change_needed")
    assert change(phone, old=initial).status_code == 204
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "password.reset")).one()
    assert (entry.account_id, entry.succeeded) == (UUID(above.account_id), True)
    assert initial not in str(entry.details)
    assert db.session.scalars(select(Login.account_id).where(Login.id == entry.subject_id)).one() == account_id


def test_a_reset_lifts_the_lock(make, log_in, administrator, client):
    make()
    for _ in range(5):
        client.post("/api/v1/auth/password", json={"name": NAME, "password": "Wrong-Horse-7"})

    initial = administrator(Role.STREET_OFFICER, "639999001").made("/password-resets", {"login_name": NAME})["initial_password"]

    log_in(initial)


@pytest.mark.parametrize(
    ("role", "area_path"),
    [
        (Role.COMMUNITY_OFFICER, "639999001001"),
        (Role.COMMUNITY_OFFICER, "639999001002"),
        (Role.STREET_OFFICER, "639999002"),
        (Role.GRID_WORKER, "639999001001001"),
        (Role.SYSTEM_ADMIN, "639999"),
        (Role.SECURITY_ADMIN, "639999"),
    ],
)
def test_nobody_beside_or_below_resets_a_password_or_learns_that_the_name_exists(make, administrator, role, area_path):
    make()
    other = administrator(role, area_path)

    known, unknown = (other.post("/password-resets", {"login_name": name}) for name in (NAME, "nobody"))

    assert refused(known) == refused(unknown) == (404, "not_found")
    assert known.get_json()["detail"] == unknown.get_json()["detail"]
    assert db.session.scalars(select(Login.password_initial).where(Login.name == NAME)).one() is False


def test_nobody_resets_the_password_of_a_superior_or_of_an_administrator_of_the_three(make, administrator):
    make("district", Role.DISTRICT_OFFICER, "639999")
    make("security", Role.SECURITY_ADMIN, "639999001")
    both = make("both", Role.COMMUNITY_OFFICER, "639999001001")
    with transaction():
        accounts.grant_role(Actor.system(), both, Grant(Role.STREET_OFFICER, area_path="639999001"), now=clock.now())
    street_officer = administrator(Role.STREET_OFFICER, "639999001")

    for name in ("district", "security", "both"):
        assert refused(street_officer.post("/password-resets", {"login_name": name})) == (404, "not_found")
    district_officer = administrator(Role.DISTRICT_OFFICER, "639999")
    assert refused(district_officer.post("/password-resets", {"login_name": "security"})) == (404, "not_found")
    assert district_officer.post("/password-resets", {"login_name": "both"}).status_code == 201


def test_who_holds_no_office_any_more_is_reset_by_the_operator_only(make, administrator):
    account_id = make()
    with transaction():
        held = db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == account_id)).one()
        grant = Grant(held.role, area_path=held.area_path)
        accounts.withdraw_role(Actor.system(), account_id, grant, reason="调离", now=clock.now())

    assert refused(administrator(Role.STREET_OFFICER, "639999001").post("/password-resets", {"login_name": NAME})) == (404, "not_found")


def test_an_officer_above_opens_a_log_in_for_a_new_colleague(administrator, street, log_in):
    above = administrator(Role.STREET_OFFICER, "639999001")
    form = {"login_name": NAME, "role": "community_officer", "area_id": street["和平社区"], "ends_on": "2199-12-31"}

    made = above.made("/office-logins", form)

    phone = log_in(made["initial_password"])
    assert refused(phone.get("/me")) == (403, "password_change_needed")
    assert change(phone, old=made["initial_password"]).status_code == 204
    assert phone.seen("/me")["roles"] == []
    (offered,) = phone.seen("/me/role-grants")["items"]
    phone.made(f"/me/role-grants/{offered['id']}/acceptance")
    me = phone.seen("/me")
    assert (me["account_id"], [(role["role"], role["area_path"]) for role in me["roles"]]) == (
        made["account_id"],
        [("community_officer", "639999001001")],
    )
    assert refused(above.post("/office-logins", form)) == (409, "login_name_taken")
    assert refused(above.post("/office-logins", form | {"login_name": "有空格"})) == (422, "login_name_invalid")
    assert refused(above.post("/office-logins", form | {"role": "volunteer"})) == (422, "level_mismatch")
    assert refused(above.post("/office-logins", form | {"login_name": "x-y", "ends_on": "2020-01-01"})) == (422, "term_over")


def test_nobody_opens_a_log_in_for_an_equal_or_an_administrator(administrator, street):
    above = administrator(Role.STREET_OFFICER, "639999001")
    form = {"login_name": NAME, "role": "street_officer", "area_id": street["青山街道"]}

    for role in ("street_officer", "audit_admin"):
        assert refused(above.post("/office-logins", form | {"role": role})) == (403, "forbidden")
    assert refused(above.post("/office-logins", form | {"role": "community_officer", "area_id": street["向阳社区"]})) == (403, "forbidden")
