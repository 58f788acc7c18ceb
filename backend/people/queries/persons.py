"""What is shown of people (all masked but one's own name), and what others ask: whose number is this, are they registered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, func, literal, or_, select, tuple_

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.models import Area
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Forbidden, Unprocessable
from backend.foundation.masking import masked_id_number, masked_name, masked_phone
from backend.foundation.paging import Cursor, Page
from backend.foundation.sealing import keyring
from backend.people import notices
from backend.people.minors import is_minor_at
from backend.people.models import ID_NUMBER, PHONE, Consent, Guardianship, Person, Volunteer
from backend.people.notices import NoticeName


class PersonNeeded(Forbidden):
    """The account has no person behind it yet."""

    code: ClassVar[str] = "person_needed"
    detail = "请先完成实名登记"


class ConsentNeeded(Forbidden):
    """The notice changed since the person agreed, or they withdrew their consent; `notice` and `current_version` say which."""

    code: ClassVar[str] = "consent_needed"
    detail = "告知书已更新或者您已撤回同意，请阅读并同意后再办理"


class AdultNeeded(Forbidden):
    """What only adults may take on."""

    code: ClassVar[str] = "adult_needed"
    detail = "未满18周岁不能担任负责人"


class VolunteerNeeded(Forbidden):
    """The account's person is no registered volunteer, or no longer one."""

    code: ClassVar[str] = "volunteer_needed"
    detail = "请先注册成为志愿者"


class VolunteerUnknown(Unprocessable):
    """No registered volunteer has this number and this name."""

    code: ClassVar[str] = "volunteer_unknown"
    detail = "没有找到编号与姓名相符的注册志愿者"


def person_of(actor: Actor) -> UUID:
    """The person who acts. Raises PersonNeeded."""
    if actor.person_id is None:
        raise PersonNeeded
    return actor.person_id


def volunteer_of(actor: Actor, *, now: datetime) -> UUID:
    """The person who acts, who must be a registered volunteer until this transaction ends, by the notice in force.

    Raises PersonNeeded, VolunteerNeeded, ConsentNeeded.
    """
    person_id = person_of(actor)
    if not holds_live_volunteer(person_id):
        raise VolunteerNeeded
    require_consent(person_id, NoticeName.VOLUNTEER, now=now)
    return person_id


def adult_volunteer_of(actor: Actor, *, now: datetime) -> UUID:
    """As `volunteer_of`, for what only adults take on. Raises AdultNeeded, PersonNeeded, VolunteerNeeded, ConsentNeeded."""
    person_id = volunteer_of(actor, now=now)
    if is_minor(person_id, now=now):
        raise AdultNeeded
    return person_id


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
            Consent.version == notices.current(name).version,
            Consent.is_current(),
        )
        .exists()
    )


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
        raise ConsentNeeded(notice=names[0].value, current_version=notices.current(names[0]).version)
    if is_minor_at(found.born_on, now) and not found.guardians:
        raise ConsentNeeded(
            "监护人须先阅读并同意新的告知书", notice=NoticeName.MINOR.value, current_version=notices.current(NoticeName.MINOR).version
        )


def holds_live_volunteer(person_id: UUID) -> bool:
    """Whether the person is a registered volunteer now; then nobody can end the registration before this transaction does."""
    live = (
        select(Volunteer.id)
        .where(Volunteer.person_id == person_id, Volunteer.is_current(), Volunteer.left_on.is_(None))
        .with_for_update(read=True)
    )
    return db.session.scalar(live) is not None


def person_of_number(number: str) -> UUID | None:
    """The person behind a 志愿者编号. For operators; who asks over HTTP must know the name, too."""
    return db.session.scalar(
        select(Volunteer.person_id).where(Volunteer.number == number, Volunteer.is_current(), Volunteer.left_on.is_(None))
    )


def number_of(person_id: UUID) -> str | None:
    """The 志愿者编号 of a person who is a registered volunteer now."""
    return db.session.scalar(
        select(Volunteer.number).where(Volunteer.person_id == person_id, Volunteer.is_current(), Volunteer.left_on.is_(None))
    )


def volunteer_of_number(number: str, name: str) -> UUID | None:
    """The person behind a 志愿者编号, if the name is theirs too: who does not know the name learns nothing from numbers."""
    return db.session.scalar(
        select(Volunteer.person_id)
        .join(Person, Person.id == Volunteer.person_id)
        .where(Volunteer.number == number, Person.name == name, Volunteer.is_current(), Volunteer.left_on.is_(None))
    )


@dataclass(frozen=True, slots=True)
class Community:
    """Where somebody lives or is registered."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class OwnPerson:
    """Who one is on the platform: the name in clear, numbers masked."""

    id: UUID
    name: str
    id_number: str
    phone: str | None
    community: Community


@dataclass(frozen=True, slots=True)
class OwnVolunteer:
    """One's own registration as volunteer."""

    id: UUID
    number: str
    registered_on: date
    community: Community


@dataclass(frozen=True, slots=True)
class OwnCard:
    """What a person sees of their own."""

    person: OwnPerson
    volunteer: OwnVolunteer | None


@dataclass(frozen=True, slots=True)
class VolunteerLine:
    """One volunteer in a list."""

    id: UUID
    person_id: UUID
    number: str
    name: str
    community: Community
    registered_on: date


def own_card(person_id: UUID) -> OwnCard:
    """A person's own card, in one statement. The person must exist."""
    lives_in, serves_in = Area.__table__.alias("lives_in"), Area.__table__.alias("serves_in")
    row = db.session.execute(
        select(
            Person.id,
            Person.name,
            Person.id_number_sealed,
            Person.phone_sealed,
            lives_in.c.id.label("lives_in_id"),
            lives_in.c.name.label("lives_in_name"),
            Volunteer.fact_id,
            Volunteer.number,
            Volunteer.registered_on,
            serves_in.c.id.label("serves_in_id"),
            serves_in.c.name.label("serves_in_name"),
        )
        .join(lives_in, lives_in.c.id == Person.area_id)
        .outerjoin(Volunteer, and_(Volunteer.person_id == Person.id, Volunteer.is_current(), Volunteer.left_on.is_(None)))
        .outerjoin(serves_in, serves_in.c.id == Volunteer.area_id)
        .where(Person.id == person_id)
    ).one()
    person = OwnPerson(
        id=row.id,
        name=row.name,
        id_number=masked_id_number(keyring().unseal_if_possible(row.id_number_sealed, field=ID_NUMBER, row=row.id)),
        phone=None if row.phone_sealed is None else masked_phone(keyring().unseal_if_possible(row.phone_sealed, field=PHONE, row=row.id)),
        community=Community(row.lives_in_id, row.lives_in_name),
    )
    if row.fact_id is None:
        return OwnCard(person, None)
    return OwnCard(person, OwnVolunteer(row.fact_id, row.number, row.registered_on, Community(row.serves_in_id, row.serves_in_name)))


def registered_volunteers(viewer: Actor, *, community_id: UUID | None, limit: int, after: str | None) -> Page[VolunteerLine]:
    """Volunteers whom the viewer may see, community by community, the newest first. Raises paging.CursorInvalid."""
    cursor = Cursor.decode(after, str, date, UUID)
    key = (Volunteer.area_path, Volunteer.registered_on, Volunteer.id)
    wanted = (
        select(
            Volunteer.id,
            Volunteer.fact_id,
            Volunteer.person_id,
            Volunteer.number,
            Volunteer.registered_on,
            Volunteer.area_path,
            Person.name,
            Area.id.label("area_id"),
            Area.name.label("area_name"),
        )
        .join(Person, Person.id == Volunteer.person_id)
        .join(Area, Area.id == Volunteer.area_id)
        .where(Volunteer.is_current(), Volunteer.left_on.is_(None))
        .where(policy.visible(viewer, Permission.PERSON_SEE, ScopeColumns(area_path=Volunteer.area_path, person_id=Volunteer.person_id)))
        .order_by(*(column.desc() for column in key))
        .limit(limit + 1)
    )
    if community_id is not None:
        wanted = wanted.where(Volunteer.area_path == select(Area.path).where(Area.id == community_id).scalar_subquery())
    if cursor is not None:
        wanted = wanted.where(tuple_(*key) < cursor.values)
    page = Page.of(db.session.execute(wanted).all(), limit, lambda row: (row.area_path, row.registered_on, row.id))
    return Page(
        [
            VolunteerLine(
                id=row.fact_id,
                person_id=row.person_id,
                number=row.number,
                name=masked_name(row.name),
                community=Community(row.area_id, row.area_name),
                registered_on=row.registered_on,
            )
            for row in page.items
        ],
        page.next_cursor,
    )


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """By what a list names somebody: the masked name, and the 志愿者编号 where they have one."""

    name: str
    volunteer_number: str | None


def people_by_name(viewer: Actor, person_ids: Collection[UUID]) -> dict[UUID, KnownPerson]:
    """Those of the persons whom the viewer may see, as a list names them. One statement."""
    rows = db.session.execute(
        select(Person.id, Person.name, Volunteer.number)
        .outerjoin(Volunteer, and_(Volunteer.person_id == Person.id, Volunteer.is_current(), Volunteer.left_on.is_(None)))
        .where(Person.id.in_(person_ids))
        .where(policy.visible(viewer, Permission.PERSON_SEE, ScopeColumns(area_path=Person.area_path, person_id=Person.id)))
    )
    return {row.id: KnownPerson(masked_name(row.name), row.number) for row in rows}


def person_ids(*, after: UUID | None, limit: int) -> list[UUID]:
    """Persons in the order of their ids, some at a time: the steps of a rebuild."""
    wanted = select(Person.id).order_by(Person.id).limit(limit)
    return list(db.session.scalars(wanted if after is None else wanted.where(Person.id > after)))


def how_many() -> int:
    """How many persons there are."""
    return db.session.scalar(select(func.count()).select_from(Person)) or 0
