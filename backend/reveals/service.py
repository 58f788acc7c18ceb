"""Reading personal data in clear. It takes a purpose, is written down, and is shown to whom it is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, insert, select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Forbidden, Missing, TooMany, Unprocessable
from backend.foundation.ids import new_id
from backend.foundation.sealing import keyring
from backend.people.minors import is_minor_at
from backend.people.models import ID_NUMBER, PHONE, Person
from backend.people.service import DataWithdrawn, clear_name
from backend.reveals import purposes
from backend.reveals.events import DataRevealed
from backend.reveals.models import REVEAL_NOTE, WINDOW, Reveal
from backend.reveals.purposes import PersonalField

_ONE_BY_ONE = 0x7265  # the first half of the advisory lock's name; the second is the account


class PurposeUnknown(Unprocessable):
    """No purpose of the catalogue has this code."""

    code: ClassVar[str] = "purpose_unknown"
    detail = "没有这个查看用途"


class FieldNotForPurpose(Unprocessable):
    """The purpose does not need this field, or the subject has none of the kind."""

    code: ClassVar[str] = "field_not_for_purpose"
    detail = "该用途不能查看这一项"


class MinorProtected(Forbidden):
    """Who reads a minor's data needs the word of the person in charge (未成年人网络保护条例 art. 36): here the street's officers."""

    code: ClassVar[str] = "minor_protected"
    detail = "未成年人的个人信息由街道负责人员查看"


class TooManyReveals(TooMany):
    """An account read as much in an hour as `config/reveals.toml` allows."""

    code: ClassVar[str] = "too_many_reveals"
    detail = "一小时内查看次数过多，请稍后再试"


class ValueUnreadable(Conflict):
    """The key that sealed the value is missing: it was lost for good, or an operator has to put it back."""

    code: ClassVar[str] = "value_unreadable"
    detail = "这项信息已无法读取，请向本人重新登记"


@dataclass(frozen=True, slots=True)
class Purposeful:
    """What somebody wants to read, and why; the note says it in their own words."""

    field: PersonalField
    purpose: str
    note: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data is read: a person, or a beneficiary with the person who asked for the service, if there is one, and the claim by which
    the reader visits them."""

    person_id: UUID | None
    beneficiary_id: UUID | None = None
    claim_id: UUID | None = None

    @property
    def id(self) -> UUID | None:
        """The row that is read."""
        return self.beneficiary_id or self.person_id


@dataclass(frozen=True, slots=True)
class Revealed:
    """A value in clear, as it was given out."""

    id: UUID
    field: PersonalField
    value: str | None
    revealed_at: datetime


def reveal_person(actor: Actor, person_id: UUID, wanted: Purposeful, *, now: datetime) -> Revealed:
    """Read one value of a person in clear.

    Raises PurposeUnknown, FieldNotForPurpose, TooManyReveals, MinorProtected, DataWithdrawn, ValueUnreadable, Missing (outside the
    actor's area), Forbidden.
    """
    person = db.session.get(Person, person_id)
    if person is None:
        raise Missing
    grant = policy.grant_for(actor, require_reader(actor, person, now=now), Scope(area_path=person.area_path, person_id=person.id))
    require_purpose(wanted)
    require_moderation(actor, now=now)
    kept = person.erased_at is None and purposes.current().purposes[wanted.purpose].keeps
    if person.withdrawn_at is not None and not kept:
        raise DataWithdrawn
    value = _value_of(person, wanted.field)
    audit.record(actor, Permission.PERSON_REVEAL, person.id, now=now, field=wanted.field.value, purpose=wanted.purpose)
    reveal_id = write_reveal(actor, grant, Subject(person.id), [wanted.field], wanted.purpose, note=wanted.note, now=now)
    return Revealed(reveal_id, wanted.field, value, now)


def require_reader(actor: Actor, person: Person, *, now: datetime) -> Permission:
    """Let pass who may read a person in clear, by the permission that is returned. Raises MinorProtected, Missing, Forbidden."""
    scope = Scope(area_path=person.area_path, person_id=person.id)
    policy.require(actor, Permission.PERSON_REVEAL, scope, seen_by=Permission.PERSON_SEE)
    needed = Permission.MINOR_REVEAL if is_minor_at(person.born_on, now) else Permission.PERSON_REVEAL
    if not policy.allows(actor, needed, scope):
        raise MinorProtected
    return needed


def require_purpose(wanted: Purposeful) -> None:
    """Let pass what the catalogue allows. Raises PurposeUnknown, FieldNotForPurpose."""
    purpose = purposes.current().purposes.get(wanted.purpose)
    if purpose is None:
        raise PurposeUnknown(errors={"purpose": [PurposeUnknown.detail]})
    if wanted.field not in purpose.fields:
        raise FieldNotForPurpose(errors={"field": [FieldNotForPurpose.detail]})


def require_moderation(actor: Actor, *, now: datetime) -> None:
    """Let pass who has not read too much within the hour, by the rows: a cache that is away opens nothing. Raises TooManyReveals.

    The account's readings go one by one from here to the end of the transaction, or several at once would all count the same rows.
    """
    if actor.account_id is not None:
        db.session.execute(select(func.pg_advisory_xact_lock(_ONE_BY_ONE, func.hashtext(str(actor.account_id)))))
    recent = select(func.count(), func.min(Reveal.at)).where(Reveal.account_id == actor.account_id, Reveal.at > now - WINDOW)
    number, oldest = db.session.execute(recent).one()
    if number >= purposes.current().most_in_an_hour:
        raise TooManyReveals(retry_after=max(1, int((oldest + WINDOW - now).total_seconds()) + 1))


def write_reveal(
    actor: Actor,
    grant: Grant | None,
    subject: Subject,
    fields: list[PersonalField],
    purpose: str,
    *,
    note: str | None,
    now: datetime,
) -> UUID:
    """Write down who reads what of whom, and why; the caller has asked policy and writes the audit entry. Returns the row's id."""
    reveal_id = new_id()
    db.session.execute(
        insert(Reveal).values(
            id=reveal_id,
            at=now,
            account_id=actor.account_id,
            role=(grant.role if grant is not None else Role.RESIDENT),
            area_path=grant.area_path if grant is not None else None,
            person_id=subject.person_id,
            beneficiary_id=subject.beneficiary_id,
            claim_id=subject.claim_id,
            fields=[field.value for field in fields],
            purpose=purpose,
            note_sealed=None if note is None else keyring().seal(note, field=REVEAL_NOTE, row=reveal_id),
        )
    )
    outbox.record(DataRevealed(reveal_id), now=now)
    return reveal_id


def in_clear(sealed: bytes, *, field: str, row: UUID) -> str:
    """A value that somebody may read. Raises ValueUnreadable."""
    value = keyring().unseal_if_possible(sealed, field=field, row=row)
    if value is None:
        raise ValueUnreadable
    return value


def _value_of(person: Person, field: PersonalField) -> str | None:
    match field:
        case PersonalField.NAME:
            return clear_name(person)
        case PersonalField.ID_NUMBER:
            return in_clear(person.id_number_sealed, field=ID_NUMBER, row=person.id)
        case PersonalField.PHONE:
            return None if person.phone_sealed is None else in_clear(person.phone_sealed, field=PHONE, row=person.id)
        case PersonalField.ADDRESS:
            raise FieldNotForPurpose(errors={"field": ["居民档案中没有住址"]})
