"""Persons found by their name: only by who may read it in clear, for a list that answers to a name tells it."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.identifiers import latest_birth
from backend.foundation.search import holds
from backend.people.minors import AGE_OF_MAJORITY
from backend.people.models import Person


def may_name(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition: the viewer may know the name of the person: their own, or what they could read in clear."""
    scope = ScopeColumns(area_path=Person.area_path, person_id=Person.id)
    grown_up = Person.born_on <= latest_birth(AGE_OF_MAJORITY, clock.shanghai_day(now))
    return or_(
        Person.id == viewer.person_id,
        and_(policy.visible(viewer, Permission.PERSON_REVEAL, scope), grown_up),
        policy.visible(viewer, Permission.MINOR_REVEAL, scope),
    )


def is_named(viewer: Actor, word: str, *, now: datetime) -> ColumnElement[bool]:
    """Condition: the word is part of the person's name, and the viewer may know it."""
    return and_(holds(word, Person.name), may_name(viewer, now=now))
