"""公示: what anybody may read who is not logged in. Of needs and teams nothing stands there that a stranger would not find in the API's
lists."""

import hashlib

from flask import Blueprint, Flask, Response, current_app, request

from backend import brands
from backend.demands import queries as demands
from backend.demands.queries import DemandSearch, DemandSort
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.paging import PageRequest
from backend.statistics import queries as figures
from backend.teams import queries as teams
from backend.teams.models import TeamStatus
from config.settings import Settings
from console.addresses import BOARD
from console.drawing import draw, lead_to
from web.edge import public

bp = Blueprint("console_board", __name__)
root = Blueprint("root", __name__)

_SHOWN = PageRequest(20)
_FRESH_FOR = 300
"""Seconds for which whoever stands in between may give the same page again."""
_INDEXED = "ejia_board_indexed"


def install(app: Flask, settings: Settings) -> None:
    """Decide whether search engines keep the page; and, but in a trial copy, that the root leads there."""
    app.extensions[_INDEXED] = settings.board_indexed
    if not settings.is_trial:
        app.register_blueprint(root)


@bp.get(BOARD)
@public
def board_page() -> Response:
    now, anybody = clock.now(), Actor(account_id=None)
    with transaction():
        page = draw(
            "board/board.html",
            today=clock.shanghai_day(now),
            brands=brands.current(),
            demands=demands.open_demands(anybody, DemandSearch(), sort=DemandSort.START, with_room=True, now=now, page=_SHOWN),
            teams=teams.teams_of_status(anybody, TeamStatus.ACTIVE, page=_SHOWN),
            figures=figures.month_for_anybody(now=now),
            fewest=figures.FEWEST,
        )
    page.headers["Cache-Control"] = f"public, max-age={_FRESH_FOR}"
    if not current_app.extensions[_INDEXED]:
        page.headers["X-Robots-Tag"] = "noindex"
    page.set_etag(hashlib.sha256(page.get_data()).hexdigest())
    page.make_conditional(request)
    return page


@root.get("/")
@public
def show_root() -> Response:
    return lead_to(BOARD)
