"""Logging in to the console by name and password: what is shown, what is kept, and where it leads."""

from html.parser import HTMLParser

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.accounts.models import HeldBy, TokenFamily
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from ejia.app import create_app
from tests.support.browser import PASSWORD, Browser, led_to, officer_named, text_of


@pytest.fixture
def name(app: APIFlask, street) -> str:
    """By which the officer of 和平社区 logs in."""
    return officer_named(app)


@pytest.fixture
def browser(app: APIFlask) -> Browser:
    """In which nobody is logged in."""
    return Browser(app)


def test_the_right_password_opens_the_first_page(browser, name):
    assert not browser.is_in()
    assert led_to(browser.log_in(name)) == "/console/"

    page = browser.get("/console/account")
    assert (page.status_code, page.mimetype, page.headers["Cache-Control"]) == (200, "text/html", "no-store")
    for told in (name, "社区工作人员", "和平社区", "长期", "本次登录", "退出登录"):
        assert told in text_of(page), told


def test_the_cookie_is_for_this_site_and_no_script(browser, name):
    said = browser.log_in(name).headers["Set-Cookie"]
    value, *flags = said.split("; ")
    assert set(flags) == {"HttpOnly", "Path=/", "SameSite=Lax"}, "a trial over http has neither prefix nor Secure"
    assert value == f"ejia={browser.cookie}"


def test_nothing_of_the_cookie_is_kept(browser, name):
    browser.log_in(name)
    family = db.session.scalars(select(TokenFamily)).one()
    assert (family.held_by, family.id, family.account_id) == (HeldBy.BROWSER, browser.claims.family_id, browser.claims.account_id)
    assert db.session.scalars(select(AuditEntry.action).where(AuditEntry.account_id == family.account_id)).all() == ["account.log_in"]


def test_whoever_has_the_cookie_of_before_is_not_let_in_by_the_next_log_in(app, name):
    """Fixation: a cookie that somebody planted, or copied, ends when its browser logs in anew; also as somebody else."""
    planted = Browser(app)
    planted.log_in(name)
    victim = Browser(app)
    victim.cookie = planted.cookie

    assert led_to(victim.log_in(officer_named(app))) == "/console/"

    assert victim.cookie != planted.cookie
    assert victim.is_in()
    assert not planted.is_in()
    ended = db.session.scalars(select(TokenFamily).where(TokenFamily.ended_at.is_not(None))).one()
    assert (ended.id, ended.end_reason) == (planted.claims.family_id, "logged_in_anew")


def test_a_wrong_password_ends_no_log_in(browser, name):
    browser.log_in(name)
    assert browser.log_in(name, "Wrong-Horse-7").status_code == 401
    assert browser.is_in()


@pytest.mark.parametrize("who", ["known", "unknown"])
def test_a_wrong_password_is_told_on_the_form_with_the_name_that_was_typed(browser, name, who):
    typed = name if who == "known" else "<b>nobody</b>"
    page = browser.log_in(typed, "Wrong-Horse-7", then="/console/password")

    assert page.status_code == 401
    assert "用户名或密码不正确" in text_of(page)
    form = Form(page)
    assert (form.fields["name"], form.fields["password"]) == (typed, "")
    assert form.action == "/console/login?next=%2Fconsole%2Fpassword"
    assert "Wrong-Horse-7" not in page.text
    assert "<b>nobody" not in page.text


def test_what_is_missing_is_told_at_its_field(browser, name):
    page = browser.log_in(name, "")

    assert page.status_code == 422
    assert "密码：必填" in text_of(page)
    form = Form(page)
    assert form.fields["name"] == name
    assert (form.invalid, form.described["password"]) == ({"password"}, "必填")


def test_five_wrong_passwords_lock_the_name_and_the_form_says_how_long(browser, name):
    for _ in range(5):
        assert browser.log_in(name, "Wrong-Horse-7").status_code == 401

    page = browser.log_in(name)

    assert (page.status_code, page.headers["Retry-After"].isdigit()) == (429, True)
    assert "密码错误次数过多，请15分钟后再试" in text_of(page)
    assert Form(page).fields["name"] == name
    assert not browser.is_in()


def test_the_form_is_limited_as_other_ways_to_log_in_are(app, settings, name):
    copy = create_app(settings.model_copy(update={"rate_limits_enabled": True}))
    stranger = Browser(copy)
    for _ in range(60):
        assert stranger.log_in(name, "").status_code == 422

    page = stranger.log_in(name)

    assert (page.status_code, stranger.cookie) == (429, None)
    assert "操作太频繁" in text_of(page)
    assert stranger.get("/console/login").status_code == 200
    with copy.app_context():
        db.engine.dispose()


def test_who_is_logged_in_is_counted_for_themselves_and_not_with_their_office(app, settings, name):
    copy = create_app(settings.model_copy(update={"rate_limits_enabled": True}))
    here, colleague = Browser(copy), Browser(copy)
    here.log_in(name)
    colleague.log_in(officer_named(app))
    for _ in range(240):
        colleague.get("/console/password")

    assert colleague.get("/console/password").status_code == 429
    assert here.get("/console/password").status_code == 200
    with copy.app_context():
        db.engine.dispose()


def test_who_logged_in_by_an_initial_password_changes_it_before_anything_else(app, browser, street):
    name, elsewhere = officer_named(app, initial=True), Browser(app)
    elsewhere.log_in(name)
    assert led_to(browser.log_in(name, then="/console/")) == "/console/"

    assert led_to(browser.get("/console/account")) == "/console/password"
    assert led_to(browser.submit(f"/console/sessions/{elsewhere.claims.family_id}/ending")) == "/console/password"
    rules = text_of(browser.get("/console/password"))
    assert "10至128个字符" in rules
    weak = browser.submit("/console/password", old_password=PASSWORD, new_password="1234567890")
    assert (weak.status_code, "新密码：密码太常见或太有规律" in text_of(weak)) == (422, True)
    assert not {PASSWORD, "1234567890"} & set(Form(weak).fields.values())
    assert "原密码：原密码不正确" in text_of(
        browser.submit("/console/password", old_password="Wrong-Horse-7", new_password="another-Horse-8-stands")
    )

    changed = browser.submit("/console/password", old_password=PASSWORD, new_password="another-Horse-8-stands")

    assert led_to(changed) == "/console/"
    assert browser.is_in()
    assert led_to(elsewhere.get("/console/password")).startswith("/console/login"), "the others are over"
    assert led_to(Browser(app).log_in(name, "another-Horse-8-stands")) == "/console/"


def test_who_has_an_initial_password_can_log_out_all_the_same(app, browser, street):
    browser.log_in(officer_named(app, initial=True))
    assert led_to(browser.submit("/console/logout")) == "/console/login"


def test_who_is_not_logged_in_is_led_to_the_log_in_and_back(browser, name):
    where = led_to(browser.get("/console/?page=2&of=%E5%92%8C"))
    assert where == "/console/login?next=%2Fconsole%2F%3Fpage%3D2%26of%3D%25E5%2592%258C"

    form = Form(browser.get(where))

    answer = browser.client.post(form.action, data={"name": name, "password": PASSWORD}, headers=browser.headers)
    assert led_to(answer) == "/console/?page=2&of=%E5%92%8C"


def test_a_form_of_nobody_is_led_to_the_log_in_and_not_sent_again(browser, street):
    assert led_to(browser.submit("/console/logout")) == "/console/login"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/console/",
        "//evil.example/console/",
        "/\\evil.example",
        "/console/\\evil",
        "/console/\nSet-Cookie: x=y",
        "/console/\x00",
        "/console/页",
        "javascript:alert(1)",
        "console/",
        "/api/v1/me",
        "/",
        "",
        "/console/" + "x" * 500,
    ],
)
def test_nobody_is_led_elsewhere_by_a_link_to_the_log_in(browser, name, address):
    assert led_to(browser.log_in(name, then=address)) == "/console/"


@pytest.mark.parametrize("address", ["/console/", "/console/password", "/console/demands?status=open&page=2", "/console//evil.example"])
def test_a_page_of_the_console_is_led_to(browser, name, address):
    assert led_to(browser.log_in(name, then=address)) == address


def test_the_address_of_the_console_may_be_typed_without_its_slash(browser, street):
    answer = browser.get("/console")
    assert (answer.status_code, answer.headers["Location"]) == (308, "http://localhost/console/")


def test_every_field_has_a_label_and_every_error_leads_to_its_field(browser, name):
    browser.log_in(name)
    weak = {"old_password": "x", "new_password": "short"}
    for page in (
        browser.get("/console/login"),
        Browser(browser.client.application).log_in("", ""),
        browser.get("/console/password"),
        browser.submit("/console/password", **weak),
    ):
        form = Form(page)
        assert form.labels == form.fields.keys()
        assert form.links <= form.fields.keys()
        assert (page.status_code == 422) == bool(form.links)
        assert 'tabindex="-1"' in page.text or page.status_code == 200


class Form(HTMLParser):
    """The form of a page that a person fills in: its fields with what stands in them, which of them are wrong, and what points to them."""

    def __init__(self, page: TestResponse) -> None:
        super().__init__()
        self.action, self.fields, self.invalid = "", dict[str, str](), set[str]()
        self.labels, self.links, self.described = set[str](), set[str](), dict[str, str]()
        self._texts: dict[str, str] = {}
        self._within = ""
        self._describes: dict[str, list[str]] = {}
        self.feed(page.text)
        self.described = {name: " ".join(self._texts[one] for one in ids) for name, ids in self._describes.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self._within = said.get("id", "")
        if tag == "form" and said["action"] != "/console/logout":
            self.action = said["action"]
        elif tag == "input" and "hidden" not in {said["type"], *said}:
            assert said["id"] == said["name"]
            self.fields[said["name"]] = said["value"]
            self._describes[said["name"]] = said.get("aria-describedby", "").split()
            if said.get("aria-invalid") == "true":
                self.invalid.add(said["name"])
        elif tag == "label":
            self.labels.add(said["for"])
        elif tag == "a" and said["href"].startswith("#") and said["href"] != "#main":
            self.links.add(said["href"].removeprefix("#"))

    def handle_data(self, data: str) -> None:
        if self._within:
            self._texts[self._within] = self._texts.get(self._within, "") + data.strip()

    def handle_endtag(self, _tag: str) -> None:
        self._within = ""
