"""Who is shown a person's name in full, and who finds persons by it: only who may read it in clear, for a list that answers to a name
tells it."""

from datetime import datetime

from sqlalchemy import ColumnElement, Label, and_, exists, false, or_, tuple_

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.identifiers import latest_birth
from backend.foundation.masking import shown
from backend.foundation.search import holds
from backend.people import notices
from backend.people.minors import AGE_OF_MAJORITY
from backend.people.models import Consent, Person
from backend.people.notices import NoticeName


def may_name(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition: the viewer may know the name of the person: their own, or what they could read in clear."""
    scope = ScopeColumns(area_path=Person.area_path, person_id=Person.id)
    return or_(
        Person.id == viewer.person_id,
        and_(policy.visible(viewer, Permission.PERSON_REVEAL, scope), _is_grown_up(now)),
        policy.visible(viewer, Permission.MINOR_REVEAL, scope),
    )


def name_for(viewer: Actor, *called_by: ScopeColumns, now: datetime) -> Label[str]:
    """The person's name as a statement selects it for a viewer: in full to themselves, and to who must call them, by one of these scopes of
    the row; masked to everybody else, and where the person was not told so by the notice that they agreed to last. A minor's is masked to
    all others: it is the guardian who is called."""
    return shown(Person.name, in_full=or_(Person.id == viewer.person_id, _calls(viewer, *called_by, now=now)))


def is_named(viewer: Actor, word: str, *called_by: ScopeColumns, now: datetime) -> ColumnElement[bool]:
    """Condition: the word is part of the person's name, and the viewer may know it, or is shown it by `name_for` with the same scopes."""
    return and_(holds(word, Person.name), or_(may_name(viewer, now=now), _calls(viewer, *called_by, now=now)))


def _calls(viewer: Actor, *called_by: ScopeColumns, now: datetime) -> ColumnElement[bool]:
    """Condition: the viewer must call the person, who is grown up and was told so."""
    if not called_by:
        return false()
    calls = or_(*(policy.visible(viewer, Permission.NAME_READ, scope) for scope in called_by))
    return and_(calls, _is_grown_up(now), _was_told())


def _is_grown_up(now: datetime) -> ColumnElement[bool]:
    return Person.born_on <= latest_birth(AGE_OF_MAJORITY, clock.shanghai_day(now))


def _was_told() -> ColumnElement[bool]:
    """Condition: the person agrees to a notice in force that says who is shown the name."""
    in_force = [(name.value, notices.notice(name).version) for name in (NoticeName.IDENTITY, NoticeName.VOLUNTEER)]
    agrees = (Consent.person_id == Person.id, tuple_(Consent.notice, Consent.version).in_(in_force), Consent.is_current())
    return exists().where(*agrees)
