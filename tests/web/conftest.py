"""A copy with a few more pages, by which the edge is tried where the console has no page of that kind yet."""

from collections.abc import Iterator

import pytest
from apiflask import APIFlask
from flask import Blueprint, Response

from backend.foundation.actor import Actor
from backend.foundation.database import db
from config.settings import Settings
from ejia.app import create_app
from web.edge import creates, reads, writes

DONE: list[str] = []


@pytest.fixture
def with_notes(app: APIFlask, settings: Settings) -> Iterator[APIFlask]:
    """A copy whose console also has /console/notes: reading, changing, and creating once; `DONE` holds what was done."""
    DONE.clear()
    bp = Blueprint("notes", __name__)

    @bp.get("/console/notes")
    @reads
    def see(actor: Actor) -> Response:
        return Response(str(actor.account_id))

    @bp.route("/console/notes", methods=["PUT", "DELETE", "PATCH"])
    @writes
    def change(actor: Actor) -> Response:
        DONE.append("changed")
        return Response(status=204)

    @bp.post("/console/notes")
    @creates
    def create(actor: Actor) -> Response:
        DONE.append("created")
        return Response(f"<p>{len(DONE)}</p>", 303, {"Location": f"/console/notes/{len(DONE)}"}, mimetype="text/html")

    made = create_app(settings)
    made.register_blueprint(bp)
    yield made
    with made.app_context():
        db.engine.dispose()
