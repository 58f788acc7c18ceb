"""The page that shows the document asks no other host and runs no script that is not a file of ours."""

import re

import pytest
from flask.testing import FlaskClient


def test_the_page_brings_everything_from_here(client: FlaskClient) -> None:
    page = client.get("/docs")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "社区E家" in page.text
    assert 'lang="zh-CN"' in page.text
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert named
    for address in named:
        assert address.startswith("/")
        assert client.get(address, buffered=True).status_code == 200, address
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)


def test_the_page_may_load_scripts_from_here_only(client: FlaskClient) -> None:
    policy = dict(part.strip().partition(" ")[::2] for part in client.get("/docs").headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/me", "/nothing", "/openapi.json", "/docs", "/docs/static/swagger-ui.css"])
def test_no_answer_may_be_guessed_to_be_something_else(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/me", "/nothing"])
def test_an_answer_of_the_api_is_kept_by_nobody_and_is_no_page(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
