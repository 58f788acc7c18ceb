"""搜索: one box for number, name and title; what it finds, kind by kind, is what the lists of the viewer's places would show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response

from backend.dossiers.lookups import may_find
from backend.foundation import clock
from backend.foundation.actor import Actor
from console.addresses import LOOKUP, SEARCH
from console.drawing import draw
from console.listing import list_reader
from console.places import Place
from console.searching import KINDS, Hit
from web.edge import reads
from web.shapes import SearchQuery

bp = Blueprint("console_search", __name__)

_asked = list_reader(SearchQuery)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one kind, named as its place is; `more`: there is more of it than stands here."""

    place: Place
    hits: Sequence[Hit]
    more: bool


@bp.get(SEARCH)
@reads
def search_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    places = [place for place in KINDS if place.is_of(actor)]
    found = [_found(actor, place, asked.query.q, now) for place in places] if asked.query.q else []
    return draw(
        "search/search.html",
        viewer=actor,
        address=SEARCH,
        places_sought=places,
        found=[one for one in found if one.hits],
        lookup=LOOKUP if may_find(actor) else None,
        **asked.shown,
    )


def _found(viewer: Actor, place: Place, q: str, now: datetime) -> Found:
    page = KINDS[place](viewer, q, now)
    return Found(place, page.items, page.next_cursor is not None)
