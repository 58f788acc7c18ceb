"""Volunteers whom a street brings with it: many at once, registered on the day on which they were, by what they signed then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from backend.accounts.policy import Permission
from backend.areas.models import Area
from backend.foundation import audit, facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db, one_of
from backend.foundation.facts import UNDONE
from backend.people.models import Consent, Person
from backend.people.notices import NoticeName
from backend.people.service import Identity, PaperConsent, give_paper_consents, look_all_up, put_all_on_record
from backend.volunteers.events import VolunteerRegistered, VolunteerUndone
from backend.volunteers.models import VOLUNTEER_NUMBERS, Volunteer
from backend.volunteers.service import volunteer_number


@dataclass(frozen=True, slots=True)
class Brought:
    """One of them: who, where, since when, and the paper by which they agreed."""

    identity: Identity
    community: Area
    registered_on: date
    paper: str
    signed_on: date


@dataclass(frozen=True, slots=True)
class Entered:
    """What was made: people who were not on record, who was registered, registrations, and consents, by their fact."""

    people: Sequence[UUID]
    registered: Sequence[UUID]
    volunteers: Sequence[UUID]
    consents: Sequence[UUID]


def live_among(person_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the people who are registered volunteers now."""
    return set(db.session.scalars(select(Volunteer.person_id).where(one_of(Volunteer.person_id, person_ids), Volunteer.is_live())))


def enter_all(actor: Actor, brought: Sequence[Brought], *, of: UUID, now: datetime) -> Entered:
    """Register many as volunteers, each on their day, with the consent on paper before it; with one entry in the audit log, of `of`.

    Who is on record already must have no account and live there; who is a volunteer already is left out. The caller has asked policy.
    """
    found = [lookup.person for lookup in look_all_up([one.identity for one in brought])]
    unknown = [(one.identity, one.community) for one, person in zip(brought, found, strict=True) if person is None]
    made = put_all_on_record(actor, unknown, of=of, now=now)
    who = [(person or made.get(one.identity.indexes[0]), one) for one, person in zip(brought, found, strict=True)]
    known = [(person, one) for person, one in who if person is not None]
    consents = give_paper_consents(
        actor, NoticeName.VOLUNTEER, [PaperConsent(person.id, one.paper, one.signed_on) for person, one in known], now=now
    )
    volunteers = _state_all(actor, known, now=now)
    outbox.record_all([VolunteerRegistered(volunteer.id) for volunteer in volunteers], now=now)
    audit.record(actor, Permission.VOLUNTEER_ENTER, of, now=now, volunteers=len(volunteers))
    return Entered(
        [person.id for person in made.values()],
        [volunteer.person_id for volunteer in volunteers],
        [volunteer.fact_id for volunteer in volunteers],
        [consent.fact_id for consent in consents],
    )


def _state_all(actor: Actor, who: Sequence[tuple[Person, Brought]], *, now: datetime) -> Sequence[Volunteer]:
    numbers = db.session.scalars(select(VOLUNTEER_NUMBERS.next_value()).select_from(func.generate_series(1, len(who)))).all()
    stated = [
        {
            "person_id": person.id,
            "number": volunteer_number(one.registered_on.year, number),
            "area_id": one.community.id,
            "area_path": one.community.path,
            "registered_on": one.registered_on,
        }
        for (person, one), number in zip(who, numbers, strict=True)
    ]
    return facts.state_missing(Volunteer, actor, stated, key=["person_id"], among=Volunteer.is_live(), now=now)


def undo_all(actor: Actor, entered: Entered, *, of: UUID, now: datetime) -> None:
    """Take registrations and consents back that an import made, as though they never were. The caller has asked policy, and that nothing
    stands on them; what becomes of the people is `people`'s. Raises AlreadyCorrected."""
    volunteers = select(Volunteer).where(one_of(Volunteer.fact_id, entered.volunteers), Volunteer.is_current())
    for volunteer in db.session.scalars(volunteers).all():
        revision = facts.revise(volunteer, actor, now=now, reason=UNDONE, void=True)
        outbox.record(VolunteerUndone(revision.id), now=now)
    consents = select(Consent).where(one_of(Consent.fact_id, entered.consents), Consent.is_current())
    for consent in db.session.scalars(consents).all():
        facts.revise(consent, actor, now=now, reason=UNDONE, void=True)
    audit.record(actor, Permission.VOLUNTEER_ENTER, of, now=now, undone=len(entered.volunteers))
