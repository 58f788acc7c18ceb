"""What roles are over, by name: for who is told of their own."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, select, union_all

from backend.areas.models import Area
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.organisations.models import Organisation
from backend.party.models import PartyOrganisation, WorkUnit
from backend.people.models import Person
from backend.people.queries import name_for
from backend.teams.models import Team


def place_names(viewer: Actor, places: Collection[str | UUID], *, now: datetime) -> dict[str | UUID, str]:
    """What areas (by path), teams, organisations, units, Party organisations and persons are called, by one statement; a person, for
    whom a proxy acts, in full to themselves only."""
    ids, paths = [place for place in places if isinstance(place, UUID)], [place for place in places if isinstance(place, str)]
    wanted: list[Select[*tuple[Any, ...]]] = [
        select(cast(row.id, Text).label("place"), row.name).where(row.id.in_(ids))
        for row in (Team, Organisation, WorkUnit, PartyOrganisation)
        if ids
    ]
    if ids:
        wanted.append(select(cast(Person.id, Text), name_for(viewer, now=now)).where(Person.id.in_(ids)))
    if paths:
        wanted.append(select(Area.path.label("place"), Area.name).where(Area.path.in_(paths)))
    if not wanted:
        return {}
    by_text: dict[str, str | UUID] = {str(place): place for place in places}
    return {by_text[row.place]: row.name for row in db.session.execute(union_all(*wanted).limit(len(by_text)))}
