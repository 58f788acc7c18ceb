"""What every answer says to browsers, caches and proxies, whatever was asked; and whom a copy believes where a request came from."""

from collections.abc import Callable

import pytest
from apiflask import APIFlask
from flask import jsonify, request
from flask.testing import FlaskClient

from backend.accounts import tokens
from backend.accounts.tokens import AccessClaims
from backend.foundation import clock
from backend.foundation.ids import new_id
from config.settings import Profile, Settings
from tests.api.conftest import Raised, make_notes
from tests.support.contract import make_api
from tests.support.people import registered_volunteer

PAGE = "/docs"
FILE = "/docs/static/swagger-ui.css"
DOCUMENT = "/openapi.json"


def test_every_kind_of_answer_is_safe_to_show(client: FlaskClient, small: FlaskClient, raised: Raised) -> None:
    expired = tokens.maker().access_token(AccessClaims(new_id(), new_id()), now=clock.now())
    answers = [
        client.get("/healthz"),
        client.get("/readyz"),
        client.get(PAGE),
        client.get(FILE, buffered=True),
        client.get(DOCUMENT),
        client.get("/nothing-here"),
        client.get("/api/v1/me"),
        client.get("/api/v1/me", headers={"Authorization": f"Bearer {expired}"}),
        client.delete("/api/v1/me"),
        client.post("/api/v1/auth/password", data=b"x" * 300_000, content_type="application/json"),
        client.post("/api/v1/auth/password", data=b"[", content_type="application/json"),
        client.options("/api/v1/me"),
        client.head("/healthz"),
        small.get("/raise"),
    ]
    assert {answer.status_code for answer in answers} >= {200, 401, 404, 405, 413, 400, 500}
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy.replace("style-src 'self' 'unsafe-inline'", ""), "no script of a page's own"
        assert "Strict-Transport-Security" not in answer.headers, "a trial is not behind https"
        assert [len(answer.headers.getlist(name)) for name in ("Date", "X-Request-Id")] == [1, 1], "also where werkzeug gave its own date"
    assert all(answer.data == b"" for answer in answers if answer.request.method == "HEAD")


def test_no_answer_about_people_is_kept_by_a_cache(phone_of, street, client: FlaskClient) -> None:
    phone = registered_volunteer(phone_of, street)
    for path in ("/me", "/me/consents", "/volunteers", "/me/services", "/me/points", "/nothing"):
        assert phone.get(path).headers["Cache-Control"] == "no-store", path
    # What may be kept says nothing about anybody.
    assert {path for path in (PAGE, FILE, DOCUMENT) if client.get(path, buffered=True).headers["Cache-Control"] != "no-store"} == {
        FILE,
        DOCUMENT,
    }


@pytest.fixture
def copy_of(settings: Settings) -> Callable[..., FlaskClient]:
    """Makes a client of a copy with other settings, and a route that tells where its request came from."""

    def make(**changed: object) -> FlaskClient:
        app: APIFlask = make_api(settings.model_copy(update=changed))
        app.register_blueprint(make_notes())
        app.add_url_rule("/whence", view_func=lambda: jsonify(address=request.remote_addr, scheme=request.scheme, host=request.host))
        return app.test_client()

    return make


def whence(client: FlaskClient, **forwarded: str) -> tuple[str, str, str]:
    headers = {f"X-Forwarded-{name.capitalize()}": value for name, value in forwarded.items()}
    told = client.get("/whence", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.1"}).get_json()
    return told["address"], told["scheme"], told["host"]


FORGED = {"for": "203.0.113.9, 198.51.100.7", "proto": "http, https", "host": "evil.example, ejia.example"}


def test_without_trusted_proxies_nothing_forwarded_is_believed(copy_of: Callable[..., FlaskClient]) -> None:
    assert whence(copy_of(trusted_proxies=0), **FORGED) == ("192.0.2.1", "http", "localhost")


def test_of_a_chain_of_proxies_the_hop_is_believed_that_the_trusted_ones_saw(copy_of: Callable[..., FlaskClient]) -> None:
    """The last address was written by the proxy next to us; whatever a client wrote itself stands before those of trusted proxies."""
    assert whence(copy_of(trusted_proxies=1), **FORGED) == ("198.51.100.7", "https", "ejia.example")
    two = FORGED | {"for": f"10.9.9.9, {FORGED['for']}"}
    assert whence(copy_of(trusted_proxies=2), **two)[0] == "203.0.113.9"


def test_a_chain_shorter_than_it_should_be_is_not_believed(copy_of: Callable[..., FlaskClient]) -> None:
    assert whence(copy_of(trusted_proxies=2), **{"for": "203.0.113.9"})[0] == "192.0.2.1"
    assert whence(copy_of(trusted_proxies=1)) == ("192.0.2.1", "http", "localhost")


def test_production_behind_https_asks_browsers_to_stay_there(copy_of: Callable[..., FlaskClient]) -> None:
    client = copy_of(profile=Profile.PRODUCTION, trusted_proxies=1)
    by_https = client.get("/whence", headers={"X-Forwarded-Proto": "https"})
    assert by_https.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in client.get("/whence").headers
    forged = copy_of(profile=Profile.PRODUCTION).get("/whence", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in forged.headers
