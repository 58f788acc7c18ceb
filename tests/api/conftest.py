"""A small app of invented routes, so that the contract can be asked about cases that no real resource has yet."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from pydantic import ConfigDict, Field
from schemathesis import Case, Response
from schemathesis.transport.wsgi import WSGITransport
from sqlalchemy import BigInteger, column

from backend.foundation.errors import Conflict
from backend.foundation.paging import Order
from backend.foundation.refusals import refuses
from config.settings import Settings
from ejia import logs
from miniprogram_api.contract import Out, Page, Resource
from tests.support.contract import make_api
from tests.support.worked_out_once import worked_out_once
from web.fields import Between, BigInt, Day, Id, Instant, Text
from web.routes import Access, route_is, takes_key
from web.shapes import Body, ListQuery

BY_NUMBER = Order((column("number", BigInteger),))


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class NoteTaken(Conflict):
    code, detail = "note_taken", "此编号已被使用"


class Place(Body):
    floor: Annotated[int, Between(-5, 200)]
    covered: bool = False


class NoteIn(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "周三下午", "size": 3, "colour": "red"}]})

    title: Annotated[str, Text(max=20)]
    size: BigInt
    colour: Colour = Colour.BLUE
    story: Annotated[str, Text(max=200, min=0, multiline=True)] = ""
    weight: float | None = Field(default=None, ge=0, le=500)
    owner: Id | None = None
    at: Instant | None = None
    day: Day | None = None
    places: list[Place] = Field(default=[], max_length=3)


class NoteOut(Out):
    id: Id
    title: str
    size: int
    story: str
    at: Instant | None
    day: Day | None


class NoteQuery(ListQuery):
    colour: Colour | None = None
    size: BigInt | None = None
    day: Day | None = None
    at: Instant | None = None
    only: bool | None = None
    tags: list[Annotated[str, Text(max=10)]] = Field(default=[], max_length=5)


class QueryOut(Out):
    limit: int
    size: int | None
    day: date | None
    at: datetime | None
    tags: list[str]


def make_notes() -> Resource:
    """Notes are kept nowhere: what comes in goes out again."""
    bp = Resource("notes", tag="便签")

    @bp.post("/notes")
    @route_is(Access.CREATES)
    @takes_key
    @bp.input(NoteIn)
    @bp.output(NoteOut, status_code=201)
    @bp.doc(summary="写一张便签")
    @refuses(NoteTaken)
    def write_note(body: NoteIn) -> dict[str, Any]:
        return {"id": UUID(int=7), **body.model_dump()}

    @bp.get("/notes")
    @route_is(Access.READS)
    @bp.input(NoteQuery, location="query")
    @bp.output(QueryOut)
    @bp.doc(summary="查看问到了什么")
    def echo_query(query: NoteQuery) -> NoteQuery:
        BY_NUMBER.after(query.cursor)
        return query

    @bp.get("/shelves/<uuid:shelf_id>/notes")
    @route_is(Access.PUBLIC)
    @bp.input(ListQuery, location="query")
    @bp.output(Page[NoteOut])
    @bp.doc(summary="架上的便签")
    def notes_of_shelf(shelf_id: UUID, query: ListQuery) -> dict[str, Any]:
        BY_NUMBER.after(query.cursor)
        return {"items": [], "next_cursor": None}

    @bp.delete("/notes/<uuid:note_id>")
    @route_is(Access.WRITES)
    @bp.output(None)
    @bp.doc(summary="撕掉一张便签")
    def tear_note(note_id: UUID) -> None: ...

    return bp


class Raised:
    """What the route /raise throws; a test puts it there."""

    error: Exception = RuntimeError("秘密 13800001234")


@pytest.fixture
def raised() -> Raised:
    return Raised()


@pytest.fixture
def small_app(settings: Settings, raised: Raised) -> APIFlask:
    """The contract with the invented routes, without database, limits and edge."""
    app = make_api(settings)
    app.register_blueprint(make_notes())

    @app.get("/raise")
    def raise_it() -> str:
        raise raised.error

    return app


@pytest.fixture
def small(small_app: APIFlask) -> FlaskClient:
    """A client of the small app."""
    return small_app.test_client()


LogLines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log_lines(settings: Settings) -> Iterator[LogLines]:
    """What was logged since the test began, as the JSON lines of production."""
    written = io.BytesIO()
    logs.configure(json_lines=True, stream=written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logs.configure(json_lines=settings.log_json)


@pytest.fixture(scope="session")
def _worked_out_once() -> Iterator[None]:
    with worked_out_once():
        yield


@pytest.fixture
def _only_what_a_wsgi_app_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """schemathesis 4.32 hands the settings of a network session to the WSGI app when it asks again without a login (`ignored_auth`)."""
    send = WSGITransport.send

    def without_network(self: WSGITransport, case: Case, **settings: object) -> Response:
        if settings.get("session") is None:
            for name in ("max_redirects", "verify", "cert", "proxies"):
                settings.pop(name, None)
        return send(self, case, **settings)

    monkeypatch.setattr(WSGITransport, "send", without_network)
