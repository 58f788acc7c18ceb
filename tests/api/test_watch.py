"""What an answer may be stands in the document; the tests of every folder fail when one is not there."""

import pytest
from apiflask import APIFlask
from flask import Response
from flask.testing import FlaskClient

from backend.foundation.errors import Conflict, Missing, Refusal
from backend.foundation.refusals import refuses
from config.settings import Settings
from miniprogram_api.contract import Out, Resource
from tests.support.contract import Watch, make_api
from web.routes import Access, route_is


class BoxClosed(Conflict):
    code, detail = "box_closed", "箱子已封"


class BoxOut(Out):
    name: str


class Given:
    """What the route gives; a test puts it there."""

    answer: Refusal | Response = Response('{"name": "a"}', mimetype="application/json")


@pytest.fixture
def given() -> Given:
    return Given()


@pytest.fixture
def boxes(settings: Settings, given: Given) -> APIFlask:
    """An app with one route, which may refuse with `box_closed` only."""
    app, bp = make_api(settings), Resource("boxes", tag="箱子")

    @bp.get("/box")
    @route_is(Access.PUBLIC)
    @bp.output(BoxOut)
    @bp.doc(summary="看箱子")
    @refuses(BoxClosed)
    def see_box() -> Response:
        if isinstance(given.answer, Refusal):
            raise given.answer
        return given.answer

    app.register_blueprint(bp)
    return app


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (Response('{"name": "a"}', mimetype="application/json"), None),
        (BoxClosed(), None),
        (Missing(), "404 is not in the document"),
        (Conflict(), '409 "conflict" is not one of'),
        (Response("<p>", mimetype="text/html"), "200 is text/html where"),
        (Response('{"name": 7}', mimetype="application/json"), "200 7 is not of type"),
    ],
)
def test_an_answer_that_the_document_does_not_hold_is_noticed(
    boxes: APIFlask, given: Given, answer: Refusal | Response, complaint: str | None
) -> None:
    watch = Watch(boxes)
    given.answer = answer
    client: FlaskClient = boxes.test_client()
    client.get("/api/v1/box")
    client.get("/api/v1/no-box")
    if complaint is None:
        assert watch.complaints == []
    else:
        (found,) = watch.complaints
        assert complaint in found
