"""扫码登录: a phone agrees to what a browser shows, and the digits that it shows then let that browser in, and no other one."""

import re

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from backend.accounts import service as accounts
from backend.accounts import tokens
from backend.accounts.models import ConsoleLogin, HeldBy, TokenFamily
from backend.accounts.service import ConsoleLoginUnapproved, SecondFactorUnset
from backend.accounts.tokens import SCAN_PREFIX
from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from tests.support.browser import Browser, led_to, officer_named, text_of
from tests.support.phone import Phone, refused

PAGE = "/console/login/scan"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0"


@pytest.fixture
def browser(app: APIFlask, street) -> Browser:
    """In which nobody is logged in."""
    return Browser(app)


def asked(browser: Browser) -> str:
    """The code that the page of the browser shows, which its picture holds."""
    page = browser.client.get(PAGE, headers={"User-Agent": EDGE}, environ_overrides={"REMOTE_ADDR": "203.0.113.77"})
    assert (page.status_code, "<svg" in page.text) == (200, True)
    assert re.search(r'<svg viewBox="0 0 (\d+) \1" class="segno">', page.text), "it is drawn whole in whatever size"
    cookie = browser.client.get_cookie("ejia-scan")
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    return tokens.maker().scan_code(tokens.maker().read_scan_cookie(cookie.value))


def agree(phone: Phone, code: str) -> str:
    """Agree by the phone; returns the digits that it shows."""
    return phone.made(f"/console-logins/{code}/approval")["check_code"]


def typed(browser: Browser, digits: str, then: str = ""):
    return browser.client.post(f"{PAGE}{then}", data={"check_code": digits}, headers=browser.headers)


def test_a_phone_sees_who_asks_agrees_and_its_digits_let_that_browser_in_once(browser, phone_of):
    phone, code = phone_of("zhang"), asked(browser)
    assert code.startswith(SCAN_PREFIX)
    seen = phone.seen(f"/console-logins/{code}")
    assert (seen["browser"], seen["system"], seen["network"]) == ("Edge", "Windows", "203.0.113.*")
    assert (seen["status"], seen["check_code"]) == ("waiting", None)
    assert "还没有在手机上确认" in text_of(typed(browser, "000000"))
    with pytest.raises(ConsoleLoginUnapproved), transaction():
        accounts.finish_console_login(tokens.maker().read_scan_code(code), "000000", left=None, now=clock.now())
    assert asked(browser) == code, "the page goes on showing the same"

    digits = agree(phone, code)
    assert re.fullmatch(r"\d{6}", digits)
    assert agree(phone, code) == digits, "twice is once"
    waiting = browser.get(PAGE)
    assert "已在手机上确认" in text_of(waiting)
    assert ("<svg" in waiting.text, "Refresh" in waiting.headers, digits in waiting.text) == (False, False, False)
    kept = browser.client.get_cookie("ejia-scan").value
    planted = Browser(browser.client.application)
    planted.log_in(officer_named(browser.client.application))
    browser.cookie = planted.cookie
    assert led_to(typed(browser, digits, "?next=/console/account")) == "/console/account"
    assert (browser.is_in(), planted.is_in()) == (True, False), "a cookie that was planted before the scan ends by it"
    copied = Browser(browser.client.application)
    copied.client.set_cookie("ejia-scan", kept)
    assert "二维码已失效" in text_of(typed(copied, digits)), "good once"

    assert browser.is_in()
    assert browser.claims.account_id.hex == phone.account_id.replace("-", "")
    assert browser.client.get_cookie("ejia-scan") is None
    sessions = phone.seen("/me/sessions")["items"]
    assert len(sessions) == 2, "seen and ended as others are"
    phone.post(f"/me/sessions/{browser.claims.family_id}/ending")
    assert not browser.is_in()
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.account_id == browser.claims.account_id).order_by(AuditEntry.id))
    assert [act for act in acts if act in ("console_login.approve", "account.log_in", "session.end")] == [
        "account.log_in",
        "console_login.approve",
        "account.log_in",
        "session.end",
    ]
    assert phone.seen(f"/console-logins/{code}")["status"] == "over"


def test_who_has_the_code_or_the_digits_alone_is_not_let_in(browser, app, phone_of):
    """A code that is sent to somebody else lets its sender in only by what that person's phone shows, and nobody by that alone."""
    phone, code = phone_of("zhang"), asked(browser)
    digits = agree(phone, code)
    other = Browser(app)
    assert led_to(typed(other, digits)) == f"{PAGE}?next=%2Fconsole%2F&over=", "it asked nothing itself"
    assert "二维码已失效" in text_of(other.get(f"{PAGE}?over="))
    other.client.delete_cookie("ejia-scan")
    asked(other)
    assert "还没有在手机上确认" in text_of(typed(other, digits))
    shown = other.client.get_cookie("ejia-scan")
    other.client.set_cookie("ejia-scan", code.removeprefix(SCAN_PREFIX))
    assert led_to(typed(other, digits)).startswith(PAGE), "what is shown is not what is kept"
    other.client.set_cookie("ejia-scan", shown.value)

    li = phone_of("li")
    assert refused(li.post(f"/console-logins/{code}/approval")) == (409, "console_login_taken")
    assert li.seen(f"/console-logins/{code}")["check_code"] is None, "they are told to who agreed"
    for _ in range(4):
        assert "数字不正确" in text_of(typed(browser, "１２３４５x"))
    kept = browser.client.get_cookie("ejia-scan").value
    assert "二维码已失效" in text_of(typed(browser, "000000x"))
    browser.client.set_cookie("ejia-scan", kept)
    assert "二维码已失效" in text_of(typed(browser, digits)), "guessed at too often"
    assert (browser.cookie, other.cookie) == (None, None)
    failed = select(AuditEntry.reason).where(AuditEntry.action == "account.log_in", AuditEntry.succeeded.is_(False))
    assert db.session.scalars(failed).all() == ["console_login_code_wrong"] * 5
    assert refused(phone.get("/console-logins/EJL1.abc")) == refused(phone.post(f"/console-logins/{code}x/approval")) == (404, "not_found")
    foreign = browser.client.post(PAGE, data={"check_code": digits}, headers={"Origin": "https://elsewhere.example"})
    assert foreign.status_code == 403


def test_two_minutes_and_the_phone_still_logged_in(browser, app, phone_of, pass_time):
    phone, code = phone_of("zhang"), asked(browser)
    assert int(browser.get(PAGE).headers["Refresh"]) in range(1, 121), "the page draws itself anew once the code is over"
    pass_time(minutes=2)
    assert refused(phone.post(f"/console-logins/{code}/approval")) == (409, "console_login_over")
    assert db.session.scalar(select(func.count()).select_from(ConsoleLogin)) == 0, "what nobody agreed to is stored nowhere"

    renewed = asked(browser)
    assert renewed != code
    digits = agree(phone, renewed)
    pass_time(minutes=2)
    assert "二维码已失效" in text_of(typed(browser, digits))

    digits = agree(phone, asked(browser))
    assert phone.post("/auth/logout-everywhere").status_code == 204
    assert "二维码已失效" in text_of(typed(browser, digits)), "the phone is out"
    assert not browser.is_in()


def test_an_office_gets_no_further_by_it_than_its_phone(browser, administrator, required):
    """What asks for a second factor asks for it here too: by a password alone nobody agrees, and what agreed before comes no further."""
    officer, code = administrator(Role.STREET_OFFICER, "639999001"), asked(browser)
    digits = agree(officer, code)
    assert led_to(typed(browser, digits)) == "/console/"
    family = db.session.get_one(TokenFamily, browser.claims.family_id)
    assert (family.held_by, family.password_only) == (HeldBy.BROWSER, True)
    assert browser.is_in()

    required(Role.STREET_OFFICER)
    assert led_to(browser.get("/console/")) == "/console/second-factor"
    assert refused(officer.post(f"/console-logins/{asked(Browser(browser.client.application))}/approval")) == (403, SecondFactorUnset.code)
