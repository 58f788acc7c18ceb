"""Reads of consents, for the people who gave them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, and_, case, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from backend.accounts.models import RoleGrant
from backend.foundation import clock
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db
from backend.foundation.identifiers import latest_birth
from backend.foundation.paging import Order, Page, PageRequest
from backend.people import minors, notices
from backend.people.models import Consent, Person
from backend.people.notices import NoticeName
from backend.people.service import person_of

LATEST_FIRST = Order((Consent.given_at, Consent.id), latest_first=True)
_ROLES = {NoticeName.VOLUNTEER: Role.VOLUNTEER, NoticeName.PARTY_MEMBER: Role.PARTY_MEMBER}
"""Which role is held as long as that for which a notice is agreed to goes on."""


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One notice and what became of the consent to it."""

    notice: NoticeName
    version: str
    given_at: datetime
    by_guardian: bool
    withdrawn_at: datetime | None
    in_force: bool
    """Whether it is to the notice as it stands now, and not withdrawn."""
    current_version: str


def own_consents(actor: Actor, *, for_me: bool = False, now: datetime, page: PageRequest) -> Page[ConsentLine]:
    """What the actor agreed to, the latest first. `for_me`: only what they are to agree to anew. Raises PersonNeeded, CursorInvalid."""
    given = select(Consent, Consent.given_at, Consent.id).where(Consent.person_id == person_of(actor), Consent.superseded_at.is_(None))
    if for_me:
        given = given.where(is_to_agree_anew(actor, now=now))
    return LATEST_FIRST.page(given, page).map(lambda row: _consent(row.Consent))


def is_to_agree_anew(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition: the viewer agreed to a notice that changed since, and not to it as it stands now. The last consent to each such notice
    of which that goes on for which it is; of what a guardian agreed to, what they agree to themselves by now."""
    other, in_force = aliased(Consent), [(notice.name.value, notice.version) for notice in notices.current().values()]
    same = (other.person_id == Consent.person_id, other.notice == Consent.notice, other.is_current())
    done = exists().where(*same, or_(tuple_(other.notice, other.version).in_(in_force), other.id > Consent.id)).correlate(Consent)
    youngest = latest_birth(minors.current().special_rule_under, clock.shanghai_day(now))
    speaks = exists().where(Person.id == Consent.person_id, Person.born_on <= youngest).correlate(Consent)
    of_viewer = and_(Consent.person_id == viewer.person_id, Consent.is_current(), Consent.notice != NoticeName.MINOR.value)
    return and_(of_viewer, _goes_on(viewer, now), or_(Consent.guardian_person_id.is_(None), speaks), ~done)


def _goes_on(viewer: Actor, now: datetime) -> ColumnElement[bool]:
    """Condition on a consent of the viewer: what it is for goes on. Who left, whose registration ended and for whom nobody acts any more
    is asked again when they begin anew; who they are goes on in any case. Each such thing grants a role and ends with it."""
    held = {grant.role for grant in viewer.grants}
    own = [NoticeName.IDENTITY.value, *(name.value for name, role in _ROLES.items() if role in held)]
    by_proxy = exists().where(RoleGrant.person_id == viewer.person_id, RoleGrant.role == Role.PROXY, RoleGrant.is_unended(now))
    return or_(Consent.notice.in_(own), and_(Consent.notice == NoticeName.PROXY.value, by_proxy.correlate(Consent)))


def asked_anew_since(now: datetime) -> ColumnElement[Any]:
    """Since when who gave a consent is asked to agree to the notice as it stands: since its day, or since it was given after that."""
    begins = {name.value: literal(in_force_since(name, now), DateTime(timezone=True)) for name in NoticeName}
    return func.greatest(Consent.recorded_at, case(begins, value=Consent.notice))


def in_force_since(name: NoticeName, now: datetime) -> datetime:
    """When the version of a notice began that people agree to now: on the day by which it is called, and by now in any case."""
    return min(clock.start_of_day(date.fromisoformat(notices.notice(name).version)), now)


def consents_of(person_id: UUID) -> list[ConsentLine]:
    """What a person agreed to, the latest first; a version that was withdrawn and given again stands twice. The caller has asked policy."""
    given = (
        select(Consent)
        .where(Consent.person_id == person_id, Consent.superseded_at.is_(None))
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(200)
    )
    return [_consent(consent) for consent in db.session.scalars(given)]


def _consent(consent: Consent) -> ConsentLine:
    name = NoticeName(consent.notice)
    current = notices.notice(name).version
    return ConsentLine(
        notice=name,
        version=consent.version,
        given_at=consent.given_at,
        by_guardian=consent.guardian_person_id is not None,
        withdrawn_at=consent.recorded_at if consent.void else None,
        in_force=not consent.void and consent.version == current,
        current_version=current,
    )
