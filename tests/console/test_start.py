"""The start page of a trial copy, and that production has none."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from config.settings import Settings
from ejia.trial.demo.told import PASSWORD


def test_it_tells_who_can_log_in_and_how(browser: FlaskClient, settings: Settings) -> None:
    answer = browser.get("/")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    for told in ("shequ-1", PASSWORD, "和平社区工作人员", "leader", settings.wechat_base_url, 'href="/docs"', "README.zh-CN.md"):
        assert told in answer.text, told


@pytest.mark.parametrize(
    "stranger", [{"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}, {"headers": {"Host": "ejia.example:8000"}}], ids=["by network", "by proxy"]
)
def test_the_password_is_shown_only_to_who_sits_at_this_machine(browser: FlaskClient, stranger: dict[str, Any]) -> None:
    page = browser.get("/", **stranger).text
    assert PASSWORD not in page
    assert "只在运行本系统的电脑上显示" in page
    assert "shequ-1" in page


def test_what_is_written_by_others_stands_there_as_text(browser: FlaskClient) -> None:
    assert "一支队伍的&lt;队长&gt;" in browser.get("/").text


def test_all_that_it_links_to_and_loads_is_there(browser: FlaskClient) -> None:
    for address in ("/docs", "/openapi.json", "/readyz", "/console/static/console.css", "/console/static/icon.svg"):
        assert address in browser.get("/").text
        assert browser.get(address, buffered=True).status_code == 200, address


def test_without_a_demonstration_it_names_no_log_in(trial_of: Callable[..., FlaskClient]) -> None:
    page = trial_of(demonstration_file=None).get("/").text
    assert PASSWORD not in page
    assert "没有装载示范数据" in page


def test_the_product_itself_has_no_start_page(client: FlaskClient) -> None:
    """`create_trial_app` adds it, and production refuses to load that."""
    answer = client.get("/")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert PASSWORD not in answer.text


def test_a_trial_copy_shows_what_pages_are_made_of_and_the_product_does_not(browser: FlaskClient, client: FlaskClient) -> None:
    page = browser.get("/console/samples")
    assert page.status_code == 200
    of_each = ("table", 'form class="filters"', "ol", "dl", "progress", "svg", 'nav class="pages"', 'nav class="views"')
    marked = ('role="alert"', 'class="lead"', 'class="note"', 'class="err"', 'class="st ')
    for part in (*(f"<{element} " for element in of_each), *marked):
        assert part.replace("<dl ", "<dl") in page.text, part
    assert client.get("/console/samples").status_code == 404
