"""规则: what the street has set: brands, hours that count, points, indicators, stars, deadlines, notices. To be read; the files of the copy
say it."""

from flask import Blueprint, Response

from backend import brands
from backend.attendance import limits
from backend.foundation.actor import Actor
from backend.people import notices
from backend.points import rules
from backend.recognition import stars
from backend.statistics import indicators
from backend.waiting import catalogue
from console.addresses import RULES
from console.drawing import draw
from console.places import SET
from web.edge import reads

bp = Blueprint("console_rules", __name__)


@bp.get(RULES)
@reads
def rules_page(actor: Actor) -> Response:
    return draw(
        "rules/rules.html",
        viewer=actor,
        place=SET,
        brands=brands.current(),
        limits=limits.current(),
        points=rules.current().rules,
        stars=stars.current().stars,
        indicators=indicators.current().values(),
        waiting=catalogue.current().values(),
        notices=notices.current(),
    )
