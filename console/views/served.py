"""我们的人与时长: what the team, the organisation or the unit for which somebody holds a role served in a year, by person and one by one,
and the same as a table to take along."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend import brands
from backend.attendance.models import Capacity
from backend.foundation import clock, contents
from backend.foundation.actor import Actor
from backend.recognition import year_file, years
from backend.recognition.years import Body
from console.addresses import JOIN_REQUESTS, ORGANISATIONS, RECORDS, SERVED, TEAMS
from console.drawing import draw
from console.listing import NOTHING, list_reader
from console.places import OWN_SERVED
from web.downloads import downloaded
from web.edge import reads
from web.inputs.recognition import OwnServedQuery, PeopleOfYearQuery, YearOfBodyQuery
from web.shapes import query_reader

bp = Blueprint("console_served", __name__)

_BODY = f"{SERVED}/<served_for>/<uuid:served_for_id>"
_PEOPLE_OF = {Capacity.TEAM: (TEAMS, "members", "队员"), Capacity.ORGANISATION: (ORGANISATIONS, "staff", "工作人员")}
"""Where those are listed who belong to one, and what they are called."""
_people_asked = list_reader(PeopleOfYearQuery)
_year_asked = query_reader(YearOfBodyQuery)
_asked = list_reader(OwnServedQuery)


@bp.get(SERVED)
@reads
def own_bodies_page(actor: Actor) -> Response:
    found = [(body, *_PEOPLE_OF.get(body.capacity, (None, None, None))) for body in years.own_bodies(actor)]
    return draw("served/bodies.html", viewer=actor, place=OWN_SERVED, found=found, wishes=JOIN_REQUESTS, leads=Capacity.TEAM)


@bp.get(_BODY)
@reads
def body_years_page(actor: Actor, served_for: str, served_for_id: UUID) -> Response:
    body, shown = _head(actor, served_for, served_for_id)
    return draw("served/years.html", **shown, years=years.years_of_body(actor, body))


@bp.get(f"{_BODY}/people")
@reads
def body_people_page(actor: Actor, served_for: str, served_for_id: UUID) -> Response:
    body, shown = _head(actor, served_for, served_for_id)
    asked, found, now = _people_asked(), NOTHING, clock.now()
    year = asked.query.year or clock.shanghai_day(now).year
    if asked.refusal is None:
        found = years.people_of_year(actor, body, year, page=asked.query.page, now=now)
    return draw("served/people.html", **shown, year=year, found=found, **asked.shown)


@bp.get(f"{_BODY}/services")
@reads
def body_services_page(actor: Actor, served_for: str, served_for_id: UUID) -> Response:
    body, shown = _head(actor, served_for, served_for_id)
    asked, found = _asked(), NOTHING
    if asked.refusal is None:
        found = years.served_for(actor, body, asked.query.search, page=asked.query.page, now=clock.now())
    return draw("served/services.html", **shown, found=found, records=RECORDS, brands=brands.current(), **asked.shown)


@bp.get(f"{_BODY}/file")
@reads
def download_body_year(actor: Actor, served_for: str, served_for_id: UUID) -> Response:
    body, shown = _head(actor, served_for, served_for_id)
    now = clock.now()
    year = _year_asked().year or clock.shanghai_day(now).year
    table = year_file.year_as_csv(actor, body, year=year, person_id=None, now=now)
    return downloaded(table, f"{shown['called']}{year}年服务记录.csv", contents.CSV)


def _head(actor: Actor, served_for: str, served_for_id: UUID) -> tuple[Body, dict[str, Any]]:
    """Whose it is, and what each of its pages shows above. Raises Missing."""
    own = years.own_body(actor, served_for, served_for_id)
    return own.body, {"viewer": actor, "place": OWN_SERVED, "called": own.name, "address": f"{SERVED}/{served_for}/{served_for_id}"}
