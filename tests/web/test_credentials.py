"""Which credential a face takes, and which forms it believes: the API a bearer token, the console a cookie with a token in each form."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.accounts import tokens
from backend.accounts.tokens import AccessClaims
from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db
from backend.foundation.idempotency import IdempotencyKey
from tests.support.browser import Browser, led_to, officer_named, text_of
from tests.support.phone import refused
from tests.web.conftest import DONE

NOTES = "/console/notes"


@pytest.fixture
def browser(with_notes: APIFlask, street) -> Browser:
    """Of an officer, logged in."""
    made = Browser(with_notes)
    assert led_to(made.log_in(officer_named(with_notes))) == "/console/"
    return made


def code_of(answer: TestResponse) -> str:
    """By which code a page says no."""
    assert answer.status_code >= 400, answer.text[:300]
    (code,) = re.findall("<dt>错误代码</dt><dd>(.*)</dd>", answer.text)
    return code


def test_a_cookie_opens_the_console(browser):
    assert browser.get(NOTES).text == str(browser.claims.account_id)


def test_a_token_opens_nothing_of_the_console(with_notes, administrator, street):
    phone = administrator(Role.COMMUNITY_OFFICER, "639999001001")
    bearer = {"Authorization": f"Bearer {phone.access_token}"}

    assert led_to(with_notes.test_client().get(NOTES, headers=bearer)).startswith("/console/login")
    for token in (phone.access_token, phone.refresh_token):
        stranger = Browser(with_notes)
        stranger.cookie = token
        assert led_to(stranger.get(NOTES)).startswith("/console/login")


def test_a_cookie_opens_nothing_of_the_api(browser):
    assert refused(browser.client.get("/api/v1/me")) == (401, "unauthenticated")
    assert refused(browser.client.post("/api/v1/auth/logout-everywhere")) == (401, "unauthenticated")
    for scheme in ("Bearer", "Cookie"):
        answer = browser.client.get("/api/v1/me", headers={"Authorization": f"{scheme} {browser.cookie}"})
        assert answer.status_code == 401
    assert refused(browser.client.post("/api/v1/auth/refresh", json={"refresh_token": browser.cookie})) == (401, "token_invalid")


def test_neither_kind_of_log_in_is_opened_by_what_is_made_for_the_other(browser, phone_of):
    """Also with the key in hand: a log-in says what holds it."""
    maker, of_browser = tokens.maker(), browser.claims
    access = maker.access_token(AccessClaims(of_browser.account_id, of_browser.family_id), now=clock.now())
    assert refused(browser.client.get("/api/v1/me", headers={"Authorization": f"Bearer {access}"})) == (401, "token_invalid")
    refresh = maker.refresh_token(tokens.RefreshClaims(of_browser.family_id, 1))
    assert refused(browser.client.post("/api/v1/auth/refresh", json={"refresh_token": refresh})) == (401, "token_invalid")

    of_phone = maker.read_access_token(phone_of("zhang").access_token, now=clock.now())
    browser.cookie = maker.cookie(of_phone)
    assert led_to(browser.get(NOTES)).startswith("/console/login")


def test_a_cookie_that_nobody_was_given_is_refused(browser):
    real, claims = browser.cookie, browser.claims
    of_another_key = tokens.TokenMaker(bytes([9]) * 32, tokens.maker().access_life).cookie(claims)
    of_nobody = tokens.maker().cookie(AccessClaims(uuid4(), claims.family_id))
    for forged in (of_another_key, of_nobody, real[:-3], real[:-6] + "AAAAAA", tokens.maker().form_token(claims), "x", "."):
        browser.cookie = forged
        assert led_to(browser.get(NOTES)).startswith("/console/login")
    browser.cookie = real
    assert browser.get(NOTES).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_whatever_changes_something_wants_the_token_of_this_log_in(browser, with_notes, method):
    other = Browser(with_notes)
    other.log_in(officer_named(with_notes))
    mine, theirs = (tokens.maker().form_token(one.claims) for one in (browser, other))

    for fields in ({}, {"csrf_token": ""}, {"csrf_token": theirs}, {"csrf_token": mine[:-1]}, {"csrf_token": "表单"}, {"token": mine}):
        assert code_of(browser.client.open(NOTES, method=method, data=fields, headers=browser.headers)) == "form_not_ours"
    assert code_of(browser.client.open(NOTES, method=method, json={"csrf_token": mine}, headers=browser.headers)) == "form_not_ours"
    in_address = browser.client.open(NOTES, method=method, query_string={"csrf_token": mine}, headers=browser.headers)
    assert code_of(in_address) == "form_not_ours"

    assert DONE == []
    assert browser.client.open(NOTES, method=method, data={"csrf_token": mine}, headers=browser.headers).status_code == 204


FROM_ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "", "Origin": "http://localhost"},
    {"Origin": "https://evil.example"},
    {"Origin": "https://localhost"},
    {"Origin": "http://localhost:8080"},
    {"Origin": "null"},
    {},
]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
def test_a_form_from_elsewhere_is_refused_even_with_the_right_token(browser, headers):
    browser.headers = headers
    answer = browser.submit(NOTES, submission_key=str(uuid4()))
    assert (answer.status_code, code_of(answer), DONE) == (403, "form_not_ours", [])
    assert "页面已过期，请刷新后重新提交" in text_of(answer)


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
def test_nobody_is_logged_in_by_a_form_from_elsewhere(with_notes, street, headers):
    name = officer_named(with_notes)
    browser = Browser(with_notes)
    browser.headers = headers

    assert code_of(browser.log_in(name)) == "form_not_ours"
    assert browser.cookie is None


def test_an_old_browser_that_says_only_whence_its_form_comes_is_believed(browser):
    browser.headers = {"Origin": "http://localhost"}
    assert browser.submit(NOTES, submission_key=str(uuid4())).status_code == 303


def test_a_form_that_is_sent_again_is_done_once_and_leads_to_the_same_page(browser):
    key = str(uuid4())
    first = browser.submit(NOTES, submission_key=key, title="午饭")
    again = browser.submit(NOTES, submission_key=key, title="午饭")

    assert DONE == ["created"]
    for answer in (first, again):
        told = (answer.status_code, answer.headers["Location"], answer.content_type, answer.text)
        assert told == (303, "/console/notes/1", "text/html; charset=utf-8", "<p>1</p>")
    assert browser.submit(NOTES, submission_key=str(uuid4()), title="午饭").headers["Location"] == "/console/notes/2"


def test_another_form_under_the_same_key_is_refused(browser):
    key = str(uuid4())
    browser.submit(NOTES, submission_key=key, title="午饭")

    answer = browser.submit(NOTES, submission_key=key, title="晚饭")

    assert (answer.status_code, code_of(answer), DONE) == (422, "idempotency_key_reused", ["created"])


def test_a_form_without_a_key_is_refused_and_a_header_is_none(browser):
    browser.headers |= {"Idempotency-Key": str(uuid4())}
    answer = browser.submit(NOTES)
    assert (answer.status_code, code_of(answer), DONE) == (400, "idempotency_key_missing", [])


def test_a_form_with_a_file_that_is_sent_again_is_done_once(browser):
    """It comes in parts, between which browsers put another line each time."""
    key, token = str(uuid4()), tokens.maker().form_token(browser.claims)

    def send(text: bytes) -> TestResponse:
        fields = {"csrf_token": token, "submission_key": key, "list": (BytesIO(text), "list.txt")}
        return browser.client.post(NOTES, data=fields, content_type="multipart/form-data", headers=browser.headers)

    assert [send(b"x").headers["Location"] for _ in range(2)] == ["/console/notes/1"] * 2
    assert (code_of(send(b"y")), DONE) == ("idempotency_key_reused", ["created"])


def test_a_form_beyond_the_limit_is_refused(browser):
    assert browser.submit(NOTES, title="x" * 300_000).status_code == 413
    assert DONE == []


def test_what_is_kept_of_an_answer_says_what_it_is_and_where_it_leads(browser, phone_of, street):
    browser.submit(NOTES, submission_key=str(uuid4()))
    kept = db.session.execute(select(IdempotencyKey.status, IdempotencyKey.media_type, IdempotencyKey.location)).one()
    assert tuple(kept) == (303, "text/html; charset=utf-8", "/console/notes/1")
