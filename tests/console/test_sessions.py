"""When a browser's log-in ends: by rest, by its last hour, by its holder, and by whatever ends log-ins elsewhere."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from apiflask import APIFlask
from sqlalchemy import select, update

from backend.accounts import service as accounts
from backend.accounts.models import Account, AccountStatus, RoleGrant, TokenFamily
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db, transaction
from config.settings import Profile, Settings
from ejia.app import create_app
from tests.support.attendance import counted_statements
from tests.support.browser import PASSWORD, Browser, led_to, officer_named, text_of
from tests.support.humans import check_papers
from tests.support.phone import Phone

GLANCE = {"Ejia-Glance": "1"}


@pytest.fixture
def name(app: APIFlask, street) -> str:
    return officer_named(app)


@pytest.fixture
def browser(app: APIFlask, name: str) -> Browser:
    """Of the officer of 和平社区, logged in."""
    made = Browser(app)
    assert led_to(made.log_in(name)) == "/console/"
    return made


def phone_named(app: APIFlask, name: str) -> Phone:
    """The same person over the API."""
    given = app.test_client().post("/api/v1/auth/password", json={"name": name, "password": PASSWORD}).get_json()
    return Phone(app.test_client(), given["access_token"], "")


def test_a_browser_that_rests_for_half_an_hour_is_out(browser, pass_time):
    pass_time(minutes=29, seconds=50)
    assert browser.is_in()
    pass_time(minutes=30, seconds=1)
    assert not browser.is_in()


def test_a_browser_that_is_used_stays_in_until_its_last_hour(browser, pass_time):
    for _ in range(26):
        pass_time(minutes=27)
        assert browser.is_in()
    pass_time(minutes=17, seconds=50)
    assert browser.is_in()

    pass_time(seconds=11)

    assert not browser.is_in()


def test_its_use_is_noted_once_a_minute_at_most(browser, pass_time):
    began = db.session.scalars(select(TokenFamily.rotated_at)).one()
    db.session.rollback()
    with counted_statements() as sent:
        browser.get("/console/account")
    assert not any("UPDATE" in statement for statement in sent)
    pass_time(seconds=61)
    for _ in range(3):
        browser.get("/console/account")
    used = db.session.scalars(select(TokenFamily.rotated_at)).one()
    assert 61 <= (used - began).total_seconds() < 75


def test_what_is_refused_is_no_use(browser, pass_time):
    pass_time(minutes=20)
    assert browser.submit(f"/console/sessions/{browser.claims.account_id}/ending").status_code == 404
    assert browser.submit("/console/logout", csrf_token="x").status_code == 403
    pass_time(minutes=11)
    assert not browser.is_in()


def test_what_a_page_asks_by_itself_is_no_use_and_leads_nowhere_once_its_log_in_is_over(browser, pass_time):
    assert 'hx-get="/console/?"' in browser.get("/console/").text
    for _ in range(2):
        pass_time(minutes=14)
        assert browser.client.get("/console/", headers=GLANCE).status_code == 200
    pass_time(minutes=3)
    answer = browser.client.get("/console/", headers=GLANCE)
    assert (answer.status_code, answer.headers.get("HX-Refresh"), answer.headers.get("Location")) == (401, "true", None)
    assert led_to(browser.get("/console/")).startswith("/console/login?"), "the page then asks for the whole of itself"


def test_who_was_out_too_long_is_told_so(browser, pass_time):
    pass_time(hours=1)
    where = led_to(browser.get("/console/account"))
    assert "登录已结束，请重新登录" in text_of(browser.get(where))
    assert "登录已结束" not in text_of(browser.get("/console/login"))


def test_who_logs_out_is_out_with_all_copies_of_the_cookie(browser, app):
    copied = Browser(app)
    copied.cookie = browser.cookie

    answer = browser.submit("/console/logout")

    assert led_to(answer) == "/console/login"
    assert browser.cookie is None
    assert not copied.is_in()
    assert db.session.scalars(select(TokenFamily.end_reason)).one() == "logged_out"


def test_one_ends_a_log_in_elsewhere_by_its_button(browser, app, name):
    phone, other = phone_named(app, name), Browser(app)
    other.log_in(name)
    page = browser.get("/console/account")
    assert (page.text.count("结束此登录"), text_of(page).count("本次登录")) == (2, 1)
    assert ("手机" in text_of(page), text_of(page).count("浏览器")) == (True, 2)

    assert led_to(browser.submit(f"/console/sessions/{other.claims.family_id}/ending")) == "/console/account"

    assert not other.is_in()
    assert browser.is_in()
    assert phone.get("/me").status_code == 200
    assert browser.get("/console/account").text.count("结束此登录") == 1


def test_nobody_ends_the_log_in_of_somebody_else(browser, app):
    other = Browser(app)
    other.log_in(officer_named(app))
    assert browser.submit(f"/console/sessions/{other.claims.family_id}/ending").status_code == 404
    assert other.is_in()


def test_who_logs_out_everywhere_on_a_phone_is_out_of_the_console(browser, app, name):
    assert phone_named(app, name).post("/auth/logout-everywhere").status_code == 204
    assert not browser.is_in()


def test_a_password_that_is_changed_elsewhere_ends_it(browser, app, name):
    phone_named(app, name).made("/me/password", {"old_password": PASSWORD, "new_password": "another-Horse-8-stands"})
    assert not browser.is_in()


def test_a_new_initial_password_ends_it(browser, name):
    with transaction():
        accounts.reset_password(Actor.system(), name, now=clock.now())
    assert not browser.is_in()


def test_an_account_that_is_merged_or_closed_is_out(browser, app, phone_of):
    kept = phone_of("zhang")
    with transaction():
        accounts.merge_accounts(Actor.system(), UUID(kept.account_id), browser.claims.account_id, reason="同一人", now=clock.now())
    assert not browser.is_in()

    other = Browser(app)
    other.log_in(officer_named(app))
    with transaction():
        closing = update(Account).where(Account.id == other.claims.account_id)
        db.session.execute(closing.values(status=AccountStatus.CLOSED))
    assert not other.is_in()


def test_a_role_that_is_withdrawn_is_gone_at_once(browser):
    assert "社区工作人员" in text_of(browser.get("/console/account"))
    with transaction():
        db.session.execute(update(RoleGrant).values(withdrawn_at=clock.now(), withdrawn_reason="调离"))
    assert "目前没有担任角色" in text_of(browser.get("/console/account"))


def test_an_officer_reads_that_their_papers_have_to_be_seen_first(browser):
    needed = "您的身份尚未核验，暂时只能查看"
    assert needed in text_of(browser.get("/console/account"))
    with transaction():
        check_papers(db.session.scalars(select(Account.id)).one(), "639999001001")
    assert needed not in text_of(browser.get("/console/account"))


def test_the_first_page_sends_as_many_statements_for_many_log_ins(browser, app, name):
    with counted_statements() as few:
        browser.get("/console/account")
    for _ in range(5):
        phone_named(app, name)
    with counted_statements() as many:
        browser.get("/console/account")
    assert len(many) == len(few) <= 6


def test_the_limits_are_settings(app, settings, name):
    copy = create_app(settings.model_copy(update={"browser_rest_minutes": 5, "browser_login_hours": 1}))
    browser = Browser(copy)
    browser.log_in(name)
    with app.app_context():
        family = db.session.scalars(select(TokenFamily)).one()
        assert (family.expires_at - family.created_at).total_seconds() == 300
    with copy.app_context():
        db.engine.dispose()


@pytest.fixture
def production(app: APIFlask, settings: Settings, app_url: str) -> Iterator[APIFlask]:
    """A copy of production on the same database, behind a proxy that speaks https."""
    own = {"profile": Profile.PRODUCTION, "clock_file": None, "trusted_proxies": 1, "database_url": app_url}
    made = create_app(settings.model_copy(update=own))
    yield made
    with made.app_context():
        db.engine.dispose()


def test_production_has_a_cookie_that_no_neighbour_sets_and_no_plain_line_carries(production, name):
    client = production.test_client(use_cookies=False)
    by_https = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "ejia.example"}

    answer = client.post("/console/login", data={"name": name, "password": PASSWORD}, headers=by_https)

    value, *flags = answer.headers["Set-Cookie"].split("; ")
    assert value.startswith("__Host-ejia=")
    assert set(flags) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    held = {"Cookie": value}
    assert client.get("/console/", headers=by_https | held).status_code == 200
    assert client.get("/console/", headers=by_https | {"Cookie": value.removeprefix("__Host-")}).status_code == 303
    (token,) = {line.split('"')[5] for line in client.get("/console/", headers=by_https | held).text.splitlines() if "csrf_token" in line}
    out = client.post("/console/logout", data={"csrf_token": token}, headers=by_https | held)
    forgotten, *flags = out.headers["Set-Cookie"].split("; ")
    assert forgotten == "__Host-ejia="
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} < set(flags), "or browsers do not believe it"
