"""What every route of the console owes to who is logged in there, over the address map: a new route is asked without being listed."""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from apiflask import APIFlask
from sqlalchemy import text
from werkzeug.routing import AnyConverter, Rule

import console
from backend.accounts import tokens
from backend.foundation.database import db
from backend.tables import METADATA
from ejia.resources import CONSOLE
from tests.support.browser import Browser, led_to, officer_named
from tests.support.demands import demand_form, published_demand
from tests.support.teams import applied_team
from web.routes import Access, contract_of

TEMPLATES = Path(console.__file__).parent / "templates"
ELSEWHERE = "https://evil.example/"
FIRST_LOAD = 150_000
"""What the first page and all that it names may weigh on the line, in bytes, compressed."""
CACHED = {"/board"}
"""What anybody may keep who stands in between: it is the same for everybody."""
MOVED_BY_ASKING = {"audit_entries", "audit_sources", "token_families", "outbox_events", "outbox_deliveries"}
"""What the log-ins of these tests themselves and a look write."""


@pytest.fixture
def browsers(app: APIFlask, street) -> tuple[Browser, Browser]:
    """Of two officers, logged in."""
    made = Browser(app), Browser(app)
    for browser in made:
        assert led_to(browser.log_in(officer_named(app, known=True))) == "/console/"
    return made


def rules_of(app: APIFlask, method: str) -> Iterator[tuple[str, bool, str]]:
    """The address of each route for this method, with something in its place for each part; whether it is public; what it is called."""
    names = {blueprint.name for blueprint in CONSOLE}
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in names and method in (rule.methods or ())]
    assert len(found) > 40
    for rule in found:
        public = contract_of(app.view_functions[rule.endpoint]).access is Access.PUBLIC
        yield app.url_map.bind("localhost").build(rule.endpoint, _parts(rule), method=method), public, rule.endpoint


def _parts(rule: Rule) -> dict[str, Any]:
    kinds = rule._converters
    return {name: min(kind.items) if isinstance(kind, AnyConverter) else _part(kind) for name, kind in kinds.items()}


def _part(kind: Any) -> object:
    return {"UUIDConverter": uuid4(), "IntegerConverter": 1}.get(type(kind).__name__, "x")


def everything() -> dict[str, int]:
    """How many rows each table has."""
    each = (f"SELECT '{name}', count(*) FROM \"{name}\"" for name in METADATA.tables if name not in MOVED_BY_ASKING)  # noqa: S608
    counted = " UNION ALL ".join(each)
    found = {row[0]: row[1] for row in db.session.execute(text(counted))}
    db.session.rollback()
    return found


def test_no_page_is_framed_kept_or_leads_elsewhere(app, browsers):
    officer, _ = browsers
    for address, _, name in rules_of(app, "GET"):
        answer = officer.client.get(address, query_string={"next": ELSEWHERE, "to": ELSEWHERE})
        assert answer.status_code < 500, name
        policy = answer.headers["Content-Security-Policy"]
        assert ("frame-ancestors 'none'" in policy, "unsafe" in policy) == (True, False), name
        assert answer.headers["X-Content-Type-Options"] == "nosniff", name
        kept = "public, max-age=300" if address in CACHED else "no-store"
        assert answer.headers["Cache-Control"] == kept, name
        assert not answer.headers.get("Location", "/").startswith(("http", "//")), name
        assert f'="{ELSEWHERE}' not in answer.text, name
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert {"HttpOnly", "SameSite=Lax"} <= {*cookie.split("; ")}, name


def test_no_form_is_taken_from_elsewhere_nor_with_the_token_of_another_log_in(app, browsers):
    officer, other = browsers
    theirs, before = tokens.maker().form_token(other.claims), everything()
    for address, public, name in rules_of(app, "POST"):
        for fields, headers in (
            ({}, officer.headers),
            ({"csrf_token": theirs, "submission_key": str(uuid4())}, officer.headers),
            ({"csrf_token": tokens.maker().form_token(officer.claims)}, {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}),
        ):
            if public and headers is officer.headers:
                continue  # before anybody is logged in there is no token
            answer = officer.client.post(address, data=fields, headers=headers)
            assert (answer.status_code, "form_not_ours" in answer.text) == (403, True), (name, fields)
    assert everything() == before
    assert officer.is_in()


def test_whose_log_in_is_over_opens_and_sends_nothing(app, browsers):
    officer, _ = browsers
    copied = Browser(app)
    copied.cookie = officer.cookie or ""
    token = tokens.maker().form_token(officer.claims)
    assert led_to(officer.submit("/console/logout")) == "/console/login"
    before = everything()
    for method in ("GET", "POST"):
        for address, public, name in rules_of(app, method):
            if not public:
                answer = copied.client.open(address, method=method, data={"csrf_token": token}, headers=copied.headers)
                assert answer.status_code == 303, name
                assert answer.headers["Location"].startswith("/console/login"), name
    assert everything() == before


def test_stored_text_is_text_on_every_page_that_shows_it(app, browsers, street):
    officer, _ = browsers
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>龘𠮷" + "长" * 20
    made = street.home.officer.made("/demands", demand_form(street, title=evil[:80], details=evil * 3))
    published = published_demand(street.home.officer, street, title=evil[:80])
    team = applied_team(street.home.leader, street, name=evil[:40], charter=evil)
    pages = [
        "",
        "demands?status=submitted",
        f"demands/{made['id']}",
        f"demands/{published['id']}",
        f"teams/{team['id']}",
        "teams?status=applied",
    ]
    pages += [f"demands/{made['id']}/return", f"teams/{team['id']}/return", f"demands/{published['id']}/claims"]
    seen = [officer.get(f"/console/{page}") for page in pages] + [app.test_client().get("/board")]
    assert sum("alert" in page.text for page in seen) >= len(seen) - 2, "the pages show it"
    for page in seen:
        assert page.status_code == 200, page.request.path
        tags = re.findall(r"<(script|img|iframe|object|svg)\b([^>]*)", page.text)
        assert all('src="/console/static/' in attributes for _, attributes in tags), page.request.path
        assert not re.search(r"<[^>]*\son\w+=", page.text), page.request.path


def test_the_first_load_is_light_and_comes_from_here_alone(browsers):
    officer, _ = browsers
    page = officer.get("/console/")
    named = {*re.findall(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"', page.text)}
    assert {address.rpartition(".")[2].partition("?")[0] for address in named} >= {"css", "js"}
    assert all(address.startswith("/console/static/") for address in named)
    parts = [page, *(officer.get(address) for address in sorted(named))]
    assert all(part.status_code == 200 for part in parts)
    assert not any(re.search(rb"@import|url\(", part.data) for part in parts if part.mimetype == "text/css"), "more would be counted"
    assert sum(len(zlib.compress(part.data)) for part in parts) < FIRST_LOAD


def test_templates_take_as_markup_only_what_is_made_here():
    """Pictures that are drawn here, and bounds that stand in the template itself."""
    taken = {f"{file.parent.name}/{file.name}": re.findall(r"(\S+) *\| *safe\b", file.read_text()) for file in TEMPLATES.rglob("*.html")}
    bounds = taken.pop("components/forms.html")
    pictures = ("beneficiaries/door_code.html", "scans/scan.html", "second_factors/begun.html", "shifts/code.html")
    assert {name: values for name, values in taken.items() if values} == {name: ["picture"] for name in pictures}
    assert len(bounds) == sum(bound.endswith("'") for bound in bounds) > 0, "written there"
    assert not re.search(r"Markup|autoescape", "".join(file.read_text() for file in TEMPLATES.parent.rglob("*.py")))
