"""What people see of their own protection: who read their data, what they agreed to, and for which minors."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, select

from backend.areas.models import Area
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db
from backend.foundation.masking import masked_name
from backend.foundation.paging import Cursor, Page
from backend.foundation.sealing import keyring
from backend.people import minors, notices, purposes
from backend.people.models import REVEAL_NOTE, Consent, Guardianship, Person, Relation, Reveal, Volunteer
from backend.people.notices import NoticeName
from backend.people.purposes import PersonalField
from backend.people.queries import consents_to, person_of


@dataclass(frozen=True, slots=True)
class RevealLine:
    """One reading of somebody's data, as they see it: by whom in which role, not by name."""

    id: UUID
    revealed_at: datetime
    role: Role
    area: str | None
    fields: list[PersonalField]
    purpose: str
    note: str | None
    of_beneficiary: bool
    """Whether it was of whom the person had asked a service for, not of themselves."""
    of_ward: bool
    """Whether it was of a minor whose guardian the person is, or of whom that minor had asked a service for."""


def own_reveals(actor: Actor, *, now: datetime, limit: int, after: str | None) -> Page[RevealLine]:
    """Who read the actor's data in clear, or that of minors whose guardian they are, the latest first.

    Raises PersonNeeded, CursorInvalid.
    """
    cursor = Cursor.decode(after, UUID)
    person_id = person_of(actor)
    wanted = (
        select(Reveal, Area.name)
        .outerjoin(Area, Area.path == Reveal.area_path)
        .where(Reveal.person_id.in_([person_id, *_minors_of(person_id, now=now)]))
        .order_by(Reveal.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        wanted = wanted.where(Reveal.id < cursor.values[0])
    lines = [_line(reveal, area, person_id) for reveal, area in db.session.execute(wanted)]
    return Page.of(lines, limit, lambda line: (line.id,))


def _minors_of(guardian_id: UUID, *, now: datetime) -> list[UUID]:
    """Of whom a person is the guardian today: the youngest have no account of their own to look with (未成年人网络保护条例 art. 34)."""
    held = (
        select(Person.id, Person.born_on)
        .join(Guardianship, Guardianship.ward_person_id == Person.id)
        .where(Guardianship.guardian_person_id == guardian_id, Guardianship.is_current(), Guardianship.ended_on.is_(None))
    )
    return [ward.id for ward in db.session.execute(held) if minors.is_minor_at(ward.born_on, now)]


def _line(reveal: Reveal, area: str | None, own_id: UUID) -> RevealLine:
    purpose = purposes.catalogue().purposes.get(reveal.purpose)
    sealed = reveal.note_sealed
    return RevealLine(
        id=reveal.id,
        revealed_at=reveal.at,
        role=reveal.role,
        area=area,
        fields=[PersonalField(field) for field in reveal.fields],
        purpose=purpose.name if purpose is not None else reveal.purpose,
        note=None if sealed is None else keyring().unseal_if_possible(sealed, field=REVEAL_NOTE, row=reveal.id),
        of_beneficiary=reveal.beneficiary_id is not None,
        of_ward=reveal.person_id != own_id,
    )


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


@dataclass(frozen=True, slots=True)
class WardLine:
    """A minor for whom somebody agreed, as the guardian sees them."""

    id: UUID
    name: str
    relation: Relation
    since: date
    ended_on: date | None
    volunteer_number: str | None
    in_force: bool


def own_consents(actor: Actor) -> list[ConsentLine]:
    """What the actor agreed to, the latest first; a version that was withdrawn and given again stands twice. Raises PersonNeeded."""
    given = (
        select(Consent)
        .where(Consent.person_id == person_of(actor), Consent.superseded_at.is_(None))
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(200)
    )
    return [_consent(consent) for consent in db.session.scalars(given)]


def own_wards(actor: Actor, *, now: datetime) -> list[WardLine]:
    """The minors for whom the actor agreed, grown-up ones too. Raises PersonNeeded."""
    ward_id = Person.__table__.c.id
    found = db.session.execute(
        select(
            Guardianship,
            Person.name,
            Person.born_on,
            Volunteer.number,
            consents_to(ward_id, NoticeName.MINOR).label("agreed"),
            consents_to(ward_id, NoticeName.VOLUNTEER).label("agreed_as_volunteer"),
        )
        .join(Person, Person.id == Guardianship.ward_person_id)
        .outerjoin(Volunteer, and_(Volunteer.person_id == Person.id, Volunteer.is_current(), Volunteer.left_on.is_(None)))
        .where(Guardianship.guardian_person_id == person_of(actor), Guardianship.is_current())
        .order_by(Guardianship.id.desc())
        .limit(100)
    )
    return [
        WardLine(
            id=held.fact_id,
            name=masked_name(name),
            relation=held.relation,
            since=held.since,
            ended_on=held.ended_on,
            volunteer_number=number,
            in_force=held.ended_on is None and agreed and (as_volunteer or not minors.is_under_special_rule(born_on, now)),
        )
        for held, name, born_on, number, agreed, as_volunteer in found
    ]


def _consent(consent: Consent) -> ConsentLine:
    name = NoticeName(consent.notice)
    current = notices.current(name).version
    return ConsentLine(
        notice=name,
        version=consent.version,
        given_at=consent.given_at,
        by_guardian=consent.guardian_person_id is not None,
        withdrawn_at=consent.recorded_at if consent.void else None,
        in_force=not consent.void and consent.version == current,
        current_version=current,
    )
