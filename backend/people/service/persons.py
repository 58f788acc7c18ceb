"""Persons: each stands on the platform once, by the identity number."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import policy
from backend.accounts import service as accounts
from backend.accounts.policy import Permission, Scope
from backend.areas import service as areas
from backend.areas import transfers
from backend.areas.models import Area
from backend.areas.transfers import Handover
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Unprocessable
from backend.foundation.identifiers import NumberInvalid, mobile_phone
from backend.foundation.ids import new_id
from backend.foundation.refusals import never
from backend.foundation.sealing import keyring
from backend.people.events import PersonRegistered, PersonTransferred, PhoneSet
from backend.people.models import ID_NUMBER, PHONE, Person
from backend.people.notices import NoticeName
from backend.people.service.basis import PersonDied, require_standing
from backend.people.service.consents import Channel, give_consent, require_current
from backend.people.service.guards import hold_person, person_of
from backend.people.service.identity import Identity, read_adult


class PhoneInvalid(Unprocessable):
    """Not a mainland mobile number."""

    code = "phone_invalid"
    detail = "请填写中国大陆的手机号，十一位数字"


class PersonExists(Conflict):
    """This identity number stands on the platform for somebody else's account. Whose is not said."""

    code = "person_exists"
    detail = "该身份证号已在平台登记，如非本人操作或已更换微信，请联系所在社区核实"


class IdentityAtDesk(Conflict):
    """Who the account's holder is can be said at the desk only. Whether the number stands on the platform, under which name and for whose
    account is told to nobody but an officer."""

    code = "identity_at_desk"
    detail = "无法在线办理，请携带身份证到所在社区办理"


class PersonKnown(Conflict):
    """The account has proved its person already."""

    code = "person_known"
    detail = "您已完成实名登记"


class IdentityDiffers(Conflict):
    """The account belongs to a person with another name or identity number."""

    code = "identity_differs"
    detail = "填写的身份与已登记的不一致，请联系所在社区核实"


@never(PersonDied, because="the person is new")
def register_person(
    actor: Actor, *, name: str, id_number: str, area_id: UUID, phone: str | None, notice_version: str, channel: Channel, now: datetime
) -> Person:
    """Say who the account's holder is, without making them a volunteer. `phone` comes from WeChat, never from a form.

    Raises PersonKnown, IdentityAtDesk, GuardianNeeded, NoticeOutdated, NameInvalid, IdNumberInvalid, PhoneInvalid,
    areas.NotACommunity.
    """
    community = areas.community(area_id)
    policy.require(actor, Permission.PERSON_REGISTER, Scope(area_path=community.path))
    require_current(NoticeName.IDENTITY, notice_version)
    if actor.person_id is not None:
        raise PersonKnown
    person = add_person(actor, read_adult(name, id_number, now=now), community, phone, now=now)
    give_consent(actor, person.id, NoticeName.IDENTITY, channel=channel, now=now)
    return person


@never(PersonExists, because="told as IdentityAtDesk")
def add_person(actor: Actor, identity: Identity, community: Area, phone: str | None, *, now: datetime) -> Person:
    """Insert the person and tie the actor's account to it. Raises IdentityAtDesk."""
    try:
        person = put_on_record(actor, identity, community, phone, now=now)
    except PersonExists:
        raise IdentityAtDesk from None
    tie_own_account(actor, person.id, now=now)
    return person


@never(accounts.AccountTied, accounts.PersonHasAccount, because="told as IdentityAtDesk")
def tie_own_account(actor: Actor, person_id: UUID, *, now: datetime) -> None:
    """Say that the actor's account is the person's. Raises IdentityAtDesk when it is another's, or theirs is another one."""
    if actor.account_id is None:
        return
    try:
        accounts.tie_to_person(actor.account_id, person_id, now=now)
    except (accounts.AccountTied, accounts.PersonHasAccount):
        raise IdentityAtDesk from None


def put_on_record(actor: Actor, identity: Identity, community: Area, phone: str | None, *, now: datetime) -> Person:
    """Insert a person without an account. Of two that bring one number at once, uq_people_id_number lets one pass.

    The caller has asked policy. Raises PersonExists.
    """
    person_id = new_id()
    sealed_phone, phone_index = _sealed_phone(person_id, phone)
    if _stands_by_another_key(identity):
        raise PersonExists
    person = db.session.scalars(
        insert(Person)
        .values(
            id=person_id,
            name=identity.name,
            id_number_sealed=keyring().seal(identity.number.text, field=ID_NUMBER, row=person_id),
            id_number_index=keyring().index(identity.number.text, field=ID_NUMBER),
            born_on=identity.number.born_on,
            sex=identity.number.sex,
            phone_sealed=sealed_phone,
            phone_index=phone_index,
            area_id=community.id,
            area_path=community.path,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["id_number_index"])
        .returning(Person)
    ).one_or_none()
    if person is None:
        raise PersonExists
    outbox.record(PersonRegistered(person.id), now=now)
    audit.record(actor, Permission.PERSON_REGISTER, person.id, now=now)
    return person


def put_all_on_record(actor: Actor, people: Sequence[tuple[Identity, Area]], *, of: UUID, now: datetime) -> dict[bytes, Person]:
    """As `put_on_record`, for many at once, with one entry in the audit log, of `of`: by the first blind index of the number. Whose number
    somebody else brought meanwhile is left out. The caller has asked policy, and looked all of them up."""
    if not people:
        return {}
    values = []
    for identity, community in people:
        person_id = new_id()
        values.append(
            {
                "id": person_id,
                "name": identity.name,
                "id_number_sealed": keyring().seal(identity.number.text, field=ID_NUMBER, row=person_id),
                "id_number_index": keyring().index(identity.number.text, field=ID_NUMBER),
                "born_on": identity.number.born_on,
                "sex": identity.number.sex,
                "area_id": community.id,
                "area_path": community.path,
                "created_at": now,
            }
        )
    inserting = insert(Person).values(values).on_conflict_do_nothing(index_elements=["id_number_index"]).returning(Person)
    made = db.session.scalars(inserting).all()
    outbox.record_all([PersonRegistered(person.id) for person in made], now=now)
    audit.record(actor, Permission.PERSON_REGISTER, of, now=now, people=len(made))
    return {person.id_number_index: person for person in made}


def phone_holder(actor: Actor) -> UUID:
    """The person whose mobile number the actor may set: their own. Raises PersonNeeded, ConsentNeeded, Forbidden."""
    person_id = person_of(actor)
    policy.require(actor, Permission.PHONE_SET, Scope(person_id=person_id))
    hold_person(person_id)  # before it is shared: of two numbers that come at once the later one waits here
    require_standing(actor, person_id)
    return person_id


def set_phone(actor: Actor, phone: str, *, now: datetime) -> None:
    """Keep the mobile number that WeChat vouches for. Raises PersonNeeded, ConsentNeeded, PhoneInvalid."""
    person_id = phone_holder(actor)
    store_phone(actor, person_id, phone, now=now)


def store_phone(actor: Actor, person_id: UUID, phone: str, *, now: datetime) -> None:
    """Seal the number on the person's row, with event and audit. The caller has asked policy. Raises PhoneInvalid."""
    sealed, index = _sealed_phone(person_id, phone)
    db.session.execute(
        update(Person)
        .where(Person.id == person_id)
        .values(phone_sealed=sealed, phone_index=index)
        .execution_options(synchronize_session=False)
    )
    outbox.record(PhoneSet(person_id), now=now)
    audit.record(actor, Permission.PHONE_SET, person_id, now=now)


def move_person(person_id: UUID, community: Area) -> None:
    """Let a person live in another community. The caller has asked policy."""
    db.session.execute(
        update(Person)
        .where(Person.id == person_id)
        .values(area_id=community.id, area_path=community.path)
        .execution_options(synchronize_session=False)
    )


def own_person(actor: Actor) -> Person:
    """The actor's own person. Raises PersonNeeded."""
    return db.session.scalars(select(Person).where(Person.id == person_of(actor))).one()


def _stands_by_another_key(identity: Identity) -> bool:
    """Whether the number stands here already, while the index changes its key: the unique index does not see that two keys' values are one
    number. The lock, on a value that both keys' processes reckon alike, lets two registrations of one number only pass one by one."""
    indexes = identity.indexes
    if len(indexes) == 1:
        return False
    db.session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(min(indexes)[:8], signed=True))))
    return db.session.scalar(select(Person.id).where(Person.id_number_index.in_(indexes))) is not None


@never(PhoneInvalid, because="numbers come from WeChat, whose client lets no other one through")
def _sealed_phone(person_id: UUID, phone: str | None) -> tuple[bytes | None, bytes | None]:
    if phone is None:
        return None, None
    try:
        number = mobile_phone(phone)
    except NumberInvalid as error:
        raise PhoneInvalid(errors={"phone": [str(error)]}) from None
    return keyring().seal(number, field=PHONE, row=person_id), keyring().index(number, field=PHONE)


def hand_on_people(handover: Handover, *, now: datetime) -> int:
    """Let who lives in a community live in its successor; returns how many."""
    handed_on = transfers.hand_on(Person, handover=handover)
    outbox.record_all([PersonTransferred(one) for one in handed_on], now=now)
    return len(handed_on)
