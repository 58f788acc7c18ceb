"""Which face answers: by the address, and where that is nobody's, by what the caller asks for."""

import re

import pytest
from flask.testing import FlaskClient

from backend.foundation.errors import Conflict, Forbidden, Refusal, Unavailable, Unprocessable
from config.settings import Settings
from console.pages import PAGES
from console.pages import bp as pages
from miniprogram_api.api import API
from web.application import make_application

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PROGRAM = {"Accept": "*/*"}


@pytest.mark.parametrize("headers", [BROWSER, PROGRAM])
def test_an_address_of_the_api_is_refused_as_a_problem_document_to_everybody(client: FlaskClient, headers: dict[str, str]) -> None:
    for address in ("/api/v1/nowhere", "/api/v1/me", "/docs/nowhere", "/api"):
        answer = client.get(address, headers=headers)
        assert answer.mimetype == "application/problem+json", address
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("headers", [BROWSER, PROGRAM])
def test_an_address_of_the_console_is_refused_as_a_page_to_everybody(client: FlaskClient, headers: dict[str, str]) -> None:
    for address in ("/console/nowhere", "/"):
        answer = client.get(address, headers=headers)
        assert (answer.status_code, answer.mimetype) == (404, "text/html"), address
    assert client.get("/console", headers=headers).headers["Location"] == "http://localhost/console/"


def test_a_redirect_takes_along_what_was_asked_in_whatever_bytes(client: FlaskClient) -> None:
    for asked, led_to in (("q=中".encode(), "q=%E4%B8%AD"), (b"q=\xff&n=1", "q=%EF%BF%BD&n=1")):
        answer = client.get("/console", environ_overrides={"QUERY_STRING": asked.decode("latin1")})
        assert answer.headers["Location"] == f"http://localhost/console/?{led_to}"


def test_a_host_that_can_have_no_such_name_is_refused(client: FlaskClient) -> None:
    for host, status in (("a..b", 400), ("a" * 64, 400), ("a" * 63, 200), ("例子.cn", 200), ("[::1]:8000", 200), ("127.0.0.1:8000", 200)):
        assert client.get("/healthz", headers={"Host": host}).status_code == status, host


def test_an_address_of_nobody_is_refused_as_the_caller_likes_it(client: FlaskClient) -> None:
    assert client.get("/nowhere", headers=BROWSER).mimetype == "text/html"
    assert client.get("/nowhere", headers=PROGRAM).mimetype == "application/problem+json"
    assert client.get("/nowhere").mimetype == "application/problem+json"
    assert client.get("/apical", headers=BROWSER).mimetype == "text/html", "an address begins with a whole part"


def test_a_page_runs_and_loads_only_what_comes_from_this_server(client: FlaskClient) -> None:
    for address in ("/console/nowhere", "/console/static/console.css"):
        headers = client.get(address, buffered=True).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert {source for sources in policy.values() for source in sources.split()} == {"'none'", "'self'"}
        assert policy["script-src"] == "'self'", "no script in a page, and none put together from text"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin", "a form posts with its origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert client.get("/console/nowhere").headers["Cache-Control"] == "no-store"


def test_a_page_says_what_happened_what_to_do_and_by_which_number_to_ask(client: FlaskClient) -> None:
    answer = client.get("/console/nowhere", headers={"X-Request-Id": "b4d455aa"})
    for told in ("没有找到", "请核对网址", "not_found", "b4d455aa"):
        assert told in answer.text
    assert "<script" not in answer.text
    assert not re.search(r"\sstyle=", answer.text)


class TeamDissolved(Conflict):
    code, detail = "team_dissolved", "队伍已解散"


@pytest.mark.parametrize(
    ("refusal", "status", "told"),
    [
        (
            TeamDissolved("<b>晨光队</b>已解散"),
            409,
            ("队伍已解散", "&lt;b&gt;晨光队&lt;/b&gt;已解散。", "刷新后查看现在的状态", "team_dissolved"),
        ),
        (Forbidden(), 403, ("这件事不由您办理", "联系上级单位")),
        (Unprocessable(errors={"places": ["应为整数"]}), 422, ("填写的内容有误", "名额：应为整数", "更正后再提交")),
        (Unprocessable(errors={"beneficiary.phone": ["必填"], "$": ["应为对象"]}), 422, ("服务对象的电话：必填", "填写的内容：应为对象")),
        (Unavailable(retry_after=7), 503, ("服务暂时不可用", "请等7秒")),
    ],
)
def test_each_kind_of_refusal_leaves_a_page_in_plain_words(
    settings: Settings, refusal: Refusal, status: int, told: tuple[str, ...]
) -> None:
    app = make_application(settings, API, PAGES)

    @app.get("/console/raise")
    def raise_it() -> str:
        raise refusal

    app.register_blueprint(pages)
    answer = app.test_client().get("/console/raise")
    assert answer.status_code == status
    for words in told:
        assert words in answer.text, answer.text
    assert answer.headers.get("Retry-After") == ("7" if status == 503 else None)
    assert "WWW-Authenticate" not in answer.headers


def test_a_fault_of_ours_shows_nothing_of_itself(settings: Settings) -> None:
    app = make_application(settings, API, PAGES)

    @app.get("/console/raise")
    def raise_it() -> str:
        raise RuntimeError("秘密 13800001234")

    app.register_blueprint(pages)
    answer = app.test_client().get("/console/raise")
    assert answer.status_code == 500
    assert "秘密" not in answer.text
    assert "把下面的请求编号告诉系统管理员" in answer.text
