"""Questions that commands ask before they act: who acts, are they a minor, have they agreed."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, literal, or_, select

from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Forbidden
from backend.people import notices
from backend.people.minors import is_minor_at
from backend.people.models import Consent, Guardianship, Person
from backend.people.notices import NoticeName


class PersonNeeded(Forbidden):
    """The account has no person behind it yet."""

    code: ClassVar[str] = "person_needed"
    detail = "请先完成实名登记"


class ConsentNeeded(Forbidden):
    """The person never agreed to the notice, or it changed since, or they took it back; `notice` and `current_version` say which."""

    code: ClassVar[str] = "consent_needed"
    detail = "还没有同意有关的告知书，或者告知书已更新，请先阅读并同意"


class AdultNeeded(Forbidden):
    """What only adults may take on."""

    code: ClassVar[str] = "adult_needed"
    detail = "未满18周岁不能办理"


def person_of(actor: Actor) -> UUID:
    """The person who acts. Raises PersonNeeded."""
    if actor.person_id is None:
        raise PersonNeeded
    return actor.person_id


def adult_of(actor: Actor, *, now: datetime) -> UUID:
    """As `person_of`, for what only adults take on. Raises AdultNeeded, PersonNeeded."""
    person_id = person_of(actor)
    require_adult(person_id, now=now)
    return person_id


def require_adult(person_id: UUID, *, now: datetime) -> None:
    """Let pass who is 18 or older today, by their identity number. Raises AdultNeeded."""
    if is_minor(person_id, now=now):
        raise AdultNeeded


def hold_person(person_id: UUID) -> None:
    """Lock the person's row until the transaction ends: of two commands on one person the later one sees what the earlier did."""
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def is_minor(person_id: UUID, *, now: datetime) -> bool:
    """Whether the person is younger than 18 today."""
    born_on = db.session.scalars(select(Person.born_on).where(Person.id == person_id)).one()
    return is_minor_at(born_on, now)


def has_guardians_word(person_id: UUID) -> bool:
    """Whether a guardian agrees, by the notice in force, to what is done with a minor's data."""
    return db.session.scalar(select(guardians_word(literal(person_id, Uuid)))) is True


def guardians_word(person_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Condition: a guardian of the person agrees by the notice in force."""
    held = select(Guardianship.id).where(
        Guardianship.ward_person_id == person_id, Guardianship.is_current(), Guardianship.ended_on.is_(None)
    )
    return and_(held.exists(), consents_to(person_id, NoticeName.MINOR))


def consents_to(person_id: ColumnElement[UUID], name: NoticeName) -> ColumnElement[bool]:
    """Condition: the person, or a guardian for them, agrees to the notice in force."""
    return (
        select(Consent.id)
        .where(
            Consent.person_id == person_id,
            Consent.notice == name.value,
            Consent.version == notices.notice(name).version,
            Consent.is_current(),
        )
        .exists()
    )


def consent_needed(person_id: UUID, name: NoticeName) -> ConsentNeeded:
    """The refusal for a notice in force to which the person does not agree: it says whether they ever did, and to what."""
    last = (
        select(Consent.void)
        .where(Consent.person_id == person_id, Consent.notice == name.value, Consent.superseded_at.is_(None))
        .order_by(Consent.recorded_at.desc(), Consent.id.desc())
        .limit(1)
    )
    taken_back = db.session.scalar(last)
    notice = notices.notice(name)
    why = {None: "还没有同意《{}》", True: "已撤回对《{}》的同意", False: "《{}》已更新"}[taken_back].format(notice.title)
    return ConsentNeeded(f"{why}，请先阅读并同意", notice=name.value, current_version=notice.version)


def was_ward(person_id: UUID) -> bool:
    """Whether a guardian ever put this person on record."""
    return db.session.scalar(select(Guardianship.id).where(Guardianship.ward_person_id == person_id).limit(1)) is not None


def require_consent(person_id: UUID, *names: NoticeName, now: datetime) -> None:
    """Let pass who agrees to one of these notices as it is in force, a minor with their guardian's word. Raises ConsentNeeded, which names
    the first of the notices that is missing."""
    of_person = literal(person_id, Uuid)
    found = db.session.execute(
        select(
            Person.born_on,
            or_(*(consents_to(of_person, name) for name in names)).label("own"),
            guardians_word(of_person).label("guardians"),
        ).where(Person.id == person_id)
    ).one()
    if not found.own:
        raise consent_needed(person_id, names[0])
    if is_minor_at(found.born_on, now) and not found.guardians:
        raise ConsentNeeded(
            "监护人须先阅读并同意新的告知书", notice=NoticeName.MINOR.value, current_version=notices.notice(NoticeName.MINOR).version
        )
