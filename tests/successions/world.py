"""What a community has and what it counts, before and after it goes on in another one."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text

from backend.areas.models import Area, Level
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.party.models import PartyOrganisationKind
from backend.party.organisations import BroughtOrganisation, enter_organisations
from backend.statistics.measures import MEASURES
from backend.statistics.queries import year_figures

OLD, NEW = "639999001001", "639999001002"


def enter_party_organisation(path: str, name: str) -> UUID:
    """Let a Party organisation stand in an area, in the caller's transaction: its id."""
    brought = BroughtOrganisation(new_id(), name, PartyOrganisationKind.BRANCH, None, path, None)
    return enter_organisations(Actor.system(), [brought], of=new_id(), now=clock.now())[0]


def party_organisation(path: str, name: str) -> UUID:
    """A Party organisation that stands in an area: its id."""
    with transaction():
        return enter_party_organisation(path, name)


def days_out_of_reach():
    """One that lies ahead, and the last one before the community was there."""
    with transaction():
        began = db.session.scalars(select(Area.valid_from).where(Area.path == OLD)).one()
    return clock.shanghai_day(clock.now()) + timedelta(days=2), began - timedelta(days=1)


def years():
    """The year that is over when everything is busy, and the one that has begun."""
    this = clock.shanghai_day(clock.now()).year
    return this - 1, this


def figures(year):
    """Each number of each table of a year: of areas by month, and of the year."""
    with transaction():
        tables = {
            area.path: year_figures(Actor.system(), year, area.id, now=clock.now())
            for area in db.session.scalars(select(Area).where(Area.level != Level.GRID))
        }
        return {
            (path, figure.indicator.code, part): series
            for path, table in tables.items()
            for figure in table.figures
            for part, series in [("", figure.series), *((part.code, part.series) for part in figure.parts)]
        }


def known(at):
    with transaction():
        stated = {name: measure.contributions(at).subquery() for name, measure in MEASURES.items()}
        return {name: sorted(map(tuple, db.session.execute(select(rows)))) for name, rows in stated.items()}


def counts():
    """How many rows each table has of what lives."""
    live = {
        "people": "true",
        "volunteers": "superseded_at IS NULL AND NOT void AND left_on IS NULL",
        "team_memberships": "superseded_at IS NULL AND NOT void AND left_on IS NULL",
        "member_registrations": "superseded_at IS NULL AND NOT void AND status = 'accepted'",
        "proxies": "superseded_at IS NULL AND NOT void AND ended_at IS NULL",
        "arrangements": "superseded_at IS NULL AND NOT void AND ended_at IS NULL",
        "teams": "status = 'active'",
        "organisations": "status = 'verified'",
        "party_organisations": "true",
        "demands": "status = 'published'",
        "openings": "status = 'open'",
        "shifts": "status = 'planned'",
        "beneficiaries": "ended_at IS NULL",
        "role_grants": "withdrawn_at IS NULL AND area_path IS NOT NULL",
    }
    with transaction():
        return {
            table: dict(
                db.session.execute(text(f"SELECT left(area_path, 12), count(*) FROM {table} WHERE {which} GROUP BY 1")).all()  # noqa: S608
            )
            for table, which in live.items()
        }
