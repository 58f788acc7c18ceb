"""两步验证 in a browser: set up, asked for at the log-in, and removed."""

import re

import pytest
from apiflask import APIFlask

from backend.foundation.actor import Role
from tests.support.browser import PASSWORD, Browser, led_to, officer_named, text_of
from tests.support.second_factors import Authenticator

PAGE = "/console/second-factor"


@pytest.fixture
def name(app: APIFlask, street) -> str:
    return officer_named(app)


@pytest.fixture
def browser(app: APIFlask, name) -> Browser:
    """In which the officer is logged in by password."""
    browser = Browser(app)
    browser.log_in(name)
    return browser


def set_up(browser: Browser) -> tuple[Authenticator, list[str]]:
    """By what the pages show; returns the app and the recovery codes."""
    begun = browser.submit(PAGE)
    assert begun.status_code == 200
    assert "<svg" in begun.text
    shown = Authenticator(re.search(r"密钥</dt><dd><code>([A-Z2-7]+)<", begun.text)[1])
    page = browser.submit(f"{PAGE}/confirmation", code=shown.code())
    assert "两步验证已设置" in text_of(page)
    return shown, re.findall(r"<li><code>([a-z0-9-]+)<", page.text)


def step(browser: Browser, page, code: str, *, then: str = ""):
    """Sends the form of the second step that the page is."""
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)[1]
    return browser.client.post(f"/console/login/second-step{then}", data={"ticket": ticket, "code": code}, headers=browser.headers)


def test_it_is_set_up_by_a_picture_or_by_hand_and_asked_for_at_the_next_log_in(app, browser, name):
    shown, codes = set_up(browser)
    assert len(codes) == 10
    assert "还有10个备用码" in text_of(browser.get(PAGE))
    other = Browser(app)

    asked = other.log_in(name, then="/console/password")
    assert (asked.status_code, other.cookie) == (200, None)
    assert "输入动态码" in text_of(asked)
    again = step(other, asked, "000000")
    assert (again.status_code, other.cookie) == (422, None)
    planted = Browser(app)
    planted.log_in(officer_named(app))
    other.cookie = planted.cookie
    assert led_to(step(other, again, codes[0], then="?next=/console/password")) == "/console/password"
    assert (other.is_in(), planted.is_in()) == (True, False), "a cookie that was planted before the code ends by it"
    assert shown.secret not in other.get(PAGE).text, "shown once"


def test_a_ticket_that_is_over_leads_back_to_the_password(browser, name, app, pass_time):
    _, codes = set_up(browser)
    other = Browser(app)
    asked = other.log_in(name)
    pass_time(minutes=6)

    page = step(other, asked, codes[0])
    assert page.status_code == 401
    assert "登录已超时" in text_of(page)
    assert 'name="password"' in page.text


def test_a_form_of_another_site_takes_no_second_step(browser, name, app):
    _, codes = set_up(browser)
    other = Browser(app)
    asked = other.log_in(name)
    other.headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}

    assert step(other, asked, codes[0]).status_code == 403
    assert other.cookie is None


def test_a_locked_name_asks_for_the_code_beside_the_password(browser, name, app):
    _, codes = set_up(browser)
    other = Browser(app)
    for _ in range(5):
        other.log_in(name, "Wrong-Horse-7")
    locked = other.log_in(name)
    assert (locked.status_code, 'name="code"' in locked.text) == (429, True)

    fields = {"name": name, "password": PASSWORD, "code": codes[0]}
    assert led_to(other.client.post("/console/login", data=fields, headers=other.headers)) == "/console/"


def test_a_wrong_first_code_is_told_and_the_secret_not_shown_again(browser):
    browser.submit(PAGE)
    page = browser.submit(f"{PAGE}/confirmation", code="000000")

    assert page.status_code == 422
    assert "动态码或备用码不正确" in text_of(page)
    assert "<svg" not in page.text


def test_it_is_removed_by_password_and_code(browser, name, app):
    _, codes = set_up(browser)
    assert "原密码不正确" in text_of(browser.submit(f"{PAGE}/removal", password="Wrong-Horse-7", code=codes[0]))
    assert led_to(browser.submit(f"{PAGE}/removal", password=PASSWORD, code=codes[0])) == PAGE

    assert "开始设置" in text_of(browser.get(PAGE))
    assert led_to(Browser(app).log_in(name)) == "/console/"


def test_whose_office_asks_for_one_is_led_to_set_it_up(browser, required):
    required(Role.COMMUNITY_OFFICER)
    assert led_to(browser.get("/console/")) == PAGE
    assert led_to(browser.submit("/console/sessions/01931f6e-7c1a-7d2e-8f00-0000000000f1/ending")) == PAGE

    set_up(browser)
    assert browser.is_in()


def test_two_tickets_of_one_moment_are_two(browser, name, app):
    """What is asked beside a ticket is asked of who holds it, so one second may not give two people the same."""
    set_up(browser)
    tickets = {re.search(r'name="ticket" value="([^"]+)"', Browser(app).log_in(name).text)[1] for _ in range(3)}
    assert len(tickets) == 3
