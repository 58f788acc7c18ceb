"""志愿者: the list of those who registered, and the record of one person, each opening of which is written down."""

from uuid import UUID

from flask import Blueprint, Response

from backend.areas.queries import communities_in_use
from backend.dossiers import commands
from backend.dossiers.lookups import may_find
from backend.dossiers.queries import Open, dossier, records_opened
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.volunteers import queries
from console import things
from console.addresses import CORRECTIONS, DEATHS, LOOKUP, ORGANISATIONS, PEOPLE, REGISTRATIONS, TEAMS, VOLUNTEERS
from console.drawing import draw
from console.listing import NOTHING, list_reader
from console.places import VOLUNTEERING
from console.views import people
from web.edge import reads
from web.inputs.volunteers import VolunteerQuery
from web.lists import volunteers_listed

bp = Blueprint("console_volunteers", __name__)

_asked = list_reader(VolunteerQuery)
_MATTERS = {Open.CORRECTION: CORRECTIONS, Open.DEATH: DEATHS}
"""Of what waits, where it opens to whoever may open the record."""


@bp.get(VOLUNTEERS)
@reads
def volunteers_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query = asked.query
    found = NOTHING
    if asked.refusal is None:
        found = volunteers_listed(actor, query, now)
    return draw(
        "volunteers/volunteers.html",
        viewer=actor,
        place=VOLUNTEERING,
        found=found,
        communities=communities_in_use(queries.areas_looked_after(actor)),
        records=PEOPLE,
        lookup=LOOKUP if may_find(actor) else None,
        opened=records_opened(actor, [line.person_id for line in found.items], now=now),
        **asked.shown,
    )


@bp.get(f"{PEOPLE}/<uuid:person_id>")
@reads
def person_page(actor: Actor, person_id: UUID) -> Response:
    now = clock.now()
    record = dossier(actor, person_id, now=now)
    return draw(
        "volunteers/person.html",
        viewer=actor,
        place=VOLUNTEERING,
        record=record,
        address=f"{PEOPLE}/{person_id}",
        on_pages=people.ON_PAGES,
        **things.offered(commands.commands_on_person(actor, person_id, now=now)),
        open_words=Open.names(),
        matters=_MATTERS,
        teams=TEAMS,
        organisations=ORGANISATIONS,
        registrations=REGISTRATIONS,
    )
