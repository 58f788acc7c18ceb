"""Guardians: an adult agrees to what is done with a minor's data, and may take that back. Name and number prove who they are.

From their own account somebody agrees for a child of whom nothing is on record yet. A child that is known, and so a second guardian, is a
matter for the desk, where papers are seen: name and number of a child are known to many. Who asks from outside learns nothing of it.
One guardian's word ends with that guardian; while another's stands the child volunteers on.

Under `special_rule_under` years (14) the guardian registers the child (个人信息保护法 art. 31); from then on minors register on their own
account, once a guardian has agreed. At eighteen the need ends by itself: nothing asks for a guardian's word any more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import or_, select

from backend.accounts import allowances, policy
from backend.accounts import queries as account_queries
from backend.accounts.limits import Written
from backend.accounts.policy import Permission, Scope
from backend.areas.models import Area
from backend.foundation import audit, clock, facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing, Unprocessable
from backend.people import minors
from backend.people.events import GuardianAgreed, GuardianshipEnded
from backend.people.minors import AGE_OF_MAJORITY
from backend.people.models import Guardianship, Person, Relation
from backend.people.notices import NoticeName
from backend.people.service.basis import require_standing
from backend.people.service.consents import Channel, give_consent, hand_on_consents, require_current, void_consents
from backend.people.service.guards import is_minor
from backend.people.service.identity import Identity, look_up, read_identity
from backend.people.service.persons import IdentityDiffers, own_person, put_on_record


class GuardianNotAdult(Unprocessable):
    """A guardian is eighteen or older."""

    code: ClassVar[str] = "guardian_not_adult"
    detail = "监护人应年满18周岁"


class WardNotMinor(Unprocessable):
    """Who is eighteen or older agrees for themselves."""

    code: ClassVar[str] = "ward_not_minor"
    detail = "已满18周岁，由本人登记"


class WardTooYoung(Unprocessable):
    """Younger than `least_age` of config/minors.toml."""

    code: ClassVar[str] = "ward_too_young"
    detail = "年龄太小，暂不能注册为志愿者"


class GuardianshipKnown(Conflict):
    """This guardian has agreed for this minor."""

    code: ClassVar[str] = "guardianship_known"
    detail = "已登记过，不必重复登记"


class GuardianAtDesk(Conflict):
    """The number stands on the platform, by whatever name: who is whose guardian is shown by papers. It is told alike to all."""

    code: ClassVar[str] = "guardian_at_desk"
    detail = "请监护人带本人和孩子的证件，到孩子居住的社区办理"


class GuardianshipOver(Conflict):
    """It was ended before."""

    code: ClassVar[str] = "guardianship_over"
    detail = "监护人的同意已经撤回"


@dataclass(frozen=True, slots=True)
class Named:
    """Name and identity number as somebody wrote them down."""

    name: str
    id_number: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """A guardian's word for a minor. `guardian` is given at the desk only; elsewhere it is who acts."""

    ward: Named
    relation: Relation
    community_id: UUID
    notice_version: str
    guardian: Named | None = None


def state_guardianship(actor: Actor, agreement: Agreement, community: Area, *, now: datetime) -> Guardianship:
    """Put a minor on record with the guardian's word. Both may have to be put on record first; they live in the community.

    By the guardian from their own account, for a child that is not known yet or for whom they agreed before; or at the desk, by an officer
    of the community before whom the guardian stands. Raises PersonNeeded, NoticeOutdated, GuardianNotAdult, WardNotMinor, WardTooYoung,
    GuardianAtDesk, GuardianshipKnown, IdentityDiffers, NameInvalid, IdNumberInvalid, TooManyToday, Forbidden.
    """
    require_current(NoticeName.MINOR, agreement.notice_version)
    guardian, channel = _guardian(actor, agreement, community, now=now)
    allowances.take(actor, Written.GUARDIANSHIP, now=now)
    identity = _identity_of_ward(agreement.ward, now=now)
    if channel is Channel.MINI_PROGRAM:
        _refuse_known_to_others(actor, identity, guardian)
    ward = _on_record(actor, identity, community, now=now)
    held = facts.state(
        Guardianship,
        actor,
        now=now,
        conflicts={"uq_guardianships_held": GuardianshipKnown},
        ward_person_id=ward.id,
        guardian_person_id=guardian.id,
        relation=agreement.relation,
        channel=channel.value,
        since=clock.shanghai_day(now),
    )
    _consent(actor, ward, guardian.id, channel, now=now)
    outbox.record(GuardianAgreed(held.id), now=now)
    audit.record(actor, Permission.GUARDIANSHIP_STATE, held.id, now=now, channel=channel.value)
    return held


def agree_anew(actor: Actor, guardianship_id: UUID, *, notice_version: str, now: datetime) -> None:
    """Agree to the notices in force for a minor whose guardian one is. Raises NoticeOutdated, GuardianshipOver, Missing."""
    held = _held(actor, Permission.GUARDIANSHIP_STATE, guardianship_id)
    require_current(NoticeName.MINOR, notice_version)
    channel = Channel.MINI_PROGRAM if held.guardian_person_id == actor.person_id else Channel.DESK
    _consent(actor, db.session.get_one(Person, held.ward_person_id), held.guardian_person_id, channel, now=now)
    audit.record(actor, Permission.GUARDIANSHIP_STATE, held.id, now=now, renewed=True)


def end_guardianship(actor: Actor, guardianship_id: UUID, *, reason: str | None, now: datetime) -> Guardianship:
    """Take the guardian's word back, by the guardian or at the desk; no other guardian's. What rests on it alone ends in `agreements`.

    Raises GuardianshipOver, WardNotMinor, Missing, AlreadyCorrected.
    """
    held = _held(actor, Permission.GUARDIANSHIP_END, guardianship_id)
    if not is_minor(held.ward_person_id, now=now):
        raise WardNotMinor
    ended = facts.revise(held, actor, now=now, reason=reason, ended_on=clock.shanghai_day(now))
    other_id = guardian_of(held.ward_person_id)
    if other_id is None:
        void_consents(actor, held.ward_person_id, NoticeName.MINOR, NoticeName.VOLUNTEER, reason="guardian_withdrew", now=now)
    else:
        hand_on_consents(actor, held.ward_person_id, held.guardian_person_id, other_id, now=now)
    outbox.record(GuardianshipEnded(ended.id), now=now)
    audit.record(actor, Permission.GUARDIANSHIP_END, ended.id, now=now)
    return ended


def guardian_of(ward_person_id: UUID) -> UUID | None:
    """A guardian whose word for the minor stands: of several the first who gave it."""
    standing = select(Guardianship.guardian_person_id).where(
        Guardianship.ward_person_id == ward_person_id, Guardianship.is_current(), Guardianship.ended_on.is_(None)
    )
    return db.session.scalar(standing.order_by(Guardianship.id).limit(1))


def words_of(guardian_id: UUID, *, now: datetime) -> list[UUID]:
    """The words that a guardian gave for minors and that stand: the ids of these facts."""
    held = (
        select(Guardianship.fact_id, Person.born_on)
        .join(Person, Person.id == Guardianship.ward_person_id)
        .where(Guardianship.guardian_person_id == guardian_id, Guardianship.is_current(), Guardianship.ended_on.is_(None))
        .order_by(Guardianship.id)
    )
    return [row.fact_id for row in db.session.execute(held) if minors.is_minor_at(row.born_on, now)]


def words_about(ward_id: UUID, *, now: datetime) -> list[UUID]:
    """The words of guardians for a minor that stand: the ids of these facts."""
    if not is_minor(ward_id, now=now):
        return []
    held = select(Guardianship.fact_id).where(
        Guardianship.ward_person_id == ward_id, Guardianship.is_current(), Guardianship.ended_on.is_(None)
    )
    return list(db.session.scalars(held.order_by(Guardianship.id)))


def _consent(actor: Actor, ward: Person, guardian_id: UUID, channel: Channel, *, now: datetime) -> None:
    """The guardian's word as it is written down: for a child who does not act alone also to the notice of volunteers."""
    names = [NoticeName.MINOR, NoticeName.VOLUNTEER] if minors.is_under_special_rule(ward.born_on, now) else [NoticeName.MINOR]
    for name in names:
        give_consent(actor, ward.id, name, channel=channel, guardian_person_id=guardian_id, now=now)


def _guardian(actor: Actor, agreement: Agreement, community: Area, *, now: datetime) -> tuple[Person, Channel]:
    if agreement.guardian is not None:
        policy.require(actor, Permission.GUARDIANSHIP_STATE, Scope(area_path=community.path))
        written = agreement.guardian
        identity = read_identity(written.name, written.id_number, now=now)
        if identity.age_at(now) < AGE_OF_MAJORITY:
            raise GuardianNotAdult
        return _on_record(actor, identity, community, now=now), Channel.DESK
    guardian = own_person(actor)
    require_standing(actor, guardian.id)
    policy.require(actor, Permission.GUARDIANSHIP_STATE, Scope(person_id=guardian.id))
    if minors.is_minor_at(guardian.born_on, now):
        raise GuardianNotAdult
    return guardian, Channel.MINI_PROGRAM


def _identity_of_ward(written: Named, *, now: datetime) -> Identity:
    identity = read_identity(written.name, written.id_number, now=now)
    if identity.age_at(now) >= AGE_OF_MAJORITY:
        raise WardNotMinor
    if identity.age_at(now) < minors.current().least_age:
        raise WardTooYoung
    return identity


def _refuse_known_to_others(actor: Actor, identity: Identity, guardian: Person) -> None:
    """Whoever gave their word for this child before, and took it back themselves, may give it again. Raises GuardianAtDesk."""
    found = look_up(identity)
    if found.person is None and not found.differs:
        return
    own_word = select(Guardianship.id).where(
        Guardianship.ward_person_id == (found.person and found.person.id),
        Guardianship.guardian_person_id == guardian.id,
        Guardianship.is_current(),
        or_(Guardianship.ended_on.is_(None), Guardianship.actor_account_id.in_(account_queries.accounts_of(actor.account_id))),
    )
    if db.session.scalar(own_word.limit(1)) is None:
        raise GuardianAtDesk


def _on_record(actor: Actor, identity: Identity, community: Area, *, now: datetime) -> Person:
    """The person of this number, made where there is none. Raises IdentityDiffers when the number has another name."""
    found = look_up(identity)
    if found.differs:
        raise IdentityDiffers
    return found.person or put_on_record(actor, identity, community, None, now=now)


def _held(actor: Actor, permission: Permission, guardianship_id: UUID) -> Guardianship:
    found = db.session.execute(
        select(Guardianship, Person.area_path)
        .join(Person, Person.id == Guardianship.ward_person_id)
        .where(Guardianship.fact_id == guardianship_id, Guardianship.is_current())
    ).one_or_none()
    if found is None:
        raise Missing
    held, area_path = found
    policy.require_seen(actor, permission, Scope(area_path=area_path, person_id=held.guardian_person_id))
    if held.ended_on is not None:
        raise GuardianshipOver
    guardianship: Guardianship = held
    return guardianship
