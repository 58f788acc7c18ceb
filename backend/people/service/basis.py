"""On what the data of a person rest: what they agree to. With the last consent their use ends, and what no law keeps is erased at once
(个人信息保护法 art. 47).

The mobile number goes first. Name and identity number stay while a fact names the person (a registration, a service, a demand …), under a
mask: the name is masked wherever it stands, and in clear only sealed. Where no fact does, both are gone, and the account is nobody's.
Whoever agrees anew, by themselves or at the desk, is who they were.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import and_, or_, select, update

from backend.accounts import queries as account_queries
from backend.accounts import service as accounts
from backend.foundation import outbox, references
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict
from backend.foundation.masking import masked_name
from backend.foundation.sealing import keyring
from backend.foundation.terms import Word
from backend.people.events import BasisEnded, DeathNoted
from backend.people.minors import is_minor_at
from backend.people.models import ID_NUMBER, NAME, Consent, Person
from backend.people.notices import NoticeName
from backend.people.service.guards import consent_needed
from backend.people.service.identity import clear_name

TELLS_NO_FACT = (
    "consents",
    "accounts",
    "reveals",
    "relocations",
    "account_recoveries",
    "role_grants",
    "openings",
    "arrangements",
    "shifts",
    "demand_changes",
    "service_confirmations",
    "door_tries",
)
"""Tables that refer to a person for whose sake nobody needs to know who it is. Those after the
grants stand only where another one does: a proxy, a demand, a claim."""

ERASED_NAME = "**"
BORN_ERASED = date(1900, 1, 1)


class DataWithdrawn(Conflict):
    """The person agrees to nothing any more: their data are not used."""

    code: ClassVar[str] = "data_withdrawn"
    detail = "本人已撤回同意，其个人信息不再使用"


class PersonDied(Conflict):
    """Their death is on record: nobody agrees for them, and no log-in becomes theirs. A mistake is undone first."""

    code: ClassVar[str] = "person_died"
    detail = "该居民已登记去世；登记有误的，请先撤销去世登记"


WITHDRAWN, DIED = "本人已撤回同意", "本人已去世"


class Datum(Word):
    """What is kept of a person, or erased."""

    PHONE = "phone", "电话"
    NAME = "name", "姓名"
    ID_NUMBER = "id_number", "身份证号"


@dataclass(frozen=True, slots=True)
class Ending:
    """What the end of a consent did to the data: whether they are still used, what was erased, and what the law keeps under a mask."""

    is_last: bool
    erased: Sequence[Datum] = ()
    kept: Sequence[Datum] = ()


def require_standing(actor: Actor, *person_ids: UUID) -> None:
    """Let pass whose data may be used, until this transaction ends. Raises ConsentNeeded to themselves, DataWithdrawn to others."""
    for person_id in person_ids:
        standing = select(Person.withdrawn_at, Person.died_on).where(Person.id == person_id).with_for_update(read=True)
        found = db.session.execute(standing).one_or_none()
        if found is None or found.withdrawn_at is None:
            continue
        if found.died_on is not None:
            raise DataWithdrawn("该居民已登记去世，其个人信息不再使用")
        if person_id == actor.person_id:
            raise consent_needed(person_id, NoticeName.IDENTITY)
        raise DataWithdrawn


def require_alive(person_id: UUID) -> None:
    """Let pass whose death is not on record, until this transaction ends. Raises PersonDied.

    Who stands under a mask is held alone from here on, for what is agreed to takes it away: two that shared the row would wait for each
    other. Everybody else's is shared, as commands before this one do, and nothing is written to it.
    """
    is_masked = db.session.scalar(select(Person.withdrawn_at.is_not(None)).where(Person.id == person_id))
    living = select(Person.died_on).where(Person.id == person_id).with_for_update(read=not is_masked)
    if db.session.scalar(living) is not None:
        raise PersonDied


def note_death(person_id: UUID, died_on: date, *, now: datetime) -> None:
    """Write down on which day somebody died: nothing is agreed to for them any more. The caller has asked policy and holds the person."""
    _write(person_id, died_on=died_on)
    outbox.record(DeathNoted(person_id), now=now)


def take_back_death(person_id: UUID) -> None:
    """Let a person live whose death was a mistake; who agrees anew is who they were. The caller has asked policy and holds the person."""
    _write(person_id, died_on=None)


def why_ended(person_id: UUID, *, at: datetime | None = None) -> str:
    """Why nothing of a person's goes on, as whom it concerns reads it. Who hears of it later says when it ended (`at`): a death that was a
    mistake may be undone by then, and was no withdrawal."""
    if db.session.scalar(select(Person.died_on).where(Person.id == person_id)) is not None:
        return DIED
    return DIED if at is not None and outbox.happened(DeathNoted, person_id, at=at) else WITHDRAWN


def hold_to_end(person_id: UUID) -> None:
    """Hold a person before anything of theirs ends: first of all rows, as `require_standing` does, so that the two never wait in a ring.

    Stronger than what a foreign key takes: a fact that somebody is writing about the person is there before we look, or finds the mask.
    """
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def end_basis(person_id: UUID, *, now: datetime, without_phone: bool = False) -> Ending:
    """Put a person under a mask whose last consent is gone, and erase what no law keeps. While their data rest on another one, on the word
    that they gave for a minor, or on an office, nothing changes, but that the phone goes all the same where it is not needed for that.

    The caller has voided the consent, in this transaction.
    """
    person = db.session.scalars(
        select(Person).where(Person.id == person_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if person.withdrawn_at is not None:
        return Ending(is_last=False)
    is_last = not _rests_on_something(person_id, now=now)
    phone = [Datum.PHONE] if person.phone_sealed is not None and (is_last or without_phone) else []
    if phone:
        _write(person_id, phone_sealed=None, phone_index=None)
    if not is_last:
        return Ending(is_last, phone)
    name = clear_name(person)
    _write(person_id, withdrawn_at=now)
    outbox.record(BasisEnded(person_id), now=now)
    if references.is_referred_to(Person.id, person_id, besides=TELLS_NO_FACT):
        _write(person_id, name=masked_name(name), name_sealed=keyring().seal(name, field=NAME, row=person_id))
        return Ending(is_last, phone, [Datum.NAME, Datum.ID_NUMBER])
    _erase(person_id, now=now)
    return Ending(is_last, [*phone, Datum.NAME, Datum.ID_NUMBER])


def erase_unneeded(person_id: UUID, *, now: datetime) -> None:
    """Erase who stands under a mask, when what kept them known is gone. The caller holds the person."""
    masked = select(Person.id).where(Person.id == person_id, Person.withdrawn_at.is_not(None), Person.erased_at.is_(None))
    if db.session.scalar(masked) is not None and not references.is_referred_to(Person.id, person_id, besides=TELLS_NO_FACT):
        _erase(person_id, now=now)


def _erase(person_id: UUID, *, now: datetime) -> None:
    # In the place of the number something that no card has and no two rows share, so that it goes through a change of keys like others.
    _write(
        person_id,
        name=ERASED_NAME,
        name_sealed=None,
        id_number_sealed=keyring().seal(str(person_id), field=ID_NUMBER, row=person_id),
        id_number_index=keyring().index(str(person_id), field=ID_NUMBER),
        born_on=BORN_ERASED,
        erased_at=now,
    )
    accounts.untie(person_id)


def begin_basis(person_id: UUID) -> None:
    """Let a person stand by their name again who agrees anew, or for whom somebody does."""
    person = db.session.scalars(
        select(Person)
        .where(Person.id == person_id, Person.withdrawn_at.is_not(None), Person.erased_at.is_(None), Person.died_on.is_(None))
        .with_for_update()
    ).one_or_none()
    if person is not None:
        _write(person_id, name=clear_name(person), name_sealed=None, withdrawn_at=None)


def next_unmasked(after: UUID | None) -> UUID | None:
    """Of people who took a consent back, or their word for a minor, and whose data still stand as though they had not, the next one by id,
    whose row is held; None when no more are free.

    They withdrew before there was a mask, or their office ended since.
    """
    # Of all consents few are void: they are read once, and not for each person.
    is_void, of_identity = and_(Consent.void, Consent.superseded_at.is_(None)), Consent.notice == NoticeName.IDENTITY.value
    took_back = [select(of).where(is_void, of.is_not(None)) for of in (Consent.person_id, Consent.guardian_person_id)]
    agrees = select(Consent.id).where(Consent.person_id == Person.id, Consent.is_current())
    agrees_to_nothing = and_(or_(*(Person.id.in_(people) for people in took_back)), ~agrees.exists())
    of_phone = and_(Person.phone_sealed.is_not(None), Person.id.in_(took_back[0].where(of_identity)), ~agrees.where(of_identity).exists())
    waits = and_(Person.withdrawn_at.is_(None), or_(agrees_to_nothing, of_phone))
    following = select(Person.id).where(waits).order_by(Person.id).limit(1).with_for_update(skip_locked=True)
    return db.session.scalar(following if after is None else following.where(Person.id > after))


def took_identity_back(person_id: UUID) -> bool:
    """Whether the person agreed to the notice of the identity, and does so no more."""
    theirs = select(Consent.void).where(
        Consent.person_id == person_id, Consent.notice == NoticeName.IDENTITY.value, Consent.superseded_at.is_(None)
    )
    voided = db.session.scalars(theirs).all()
    return len(voided) > 0 and all(voided)


def _rests_on_something(person_id: UUID, *, now: datetime) -> bool:
    agreed = select(Consent.id).where(Consent.person_id == person_id, Consent.is_current())
    wards = select(Person.born_on).join(Consent, Consent.person_id == Person.id).where(Consent.guardian_person_id == person_id)
    return (
        db.session.scalar(agreed.limit(1)) is not None
        or any(is_minor_at(born_on, now) for born_on in db.session.scalars(wards.where(Consent.is_current())))
        or _holds_office(person_id, now=now)
    )


def _holds_office(person_id: UUID, *, now: datetime) -> bool:
    """Whose office it is has to be known, whatever they agree to."""
    account_id = accounts.account_of_person(person_id)
    return account_id is not None and account_queries.holds_office(account_id, now=now)


def _write(person_id: UUID, **values: object) -> None:
    db.session.execute(update(Person).where(Person.id == person_id).values(**values))
