"""Agreeing anew to a changed notice, and taking a consent back (个人信息保护法 arts 14 to 16, 47)."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts import service as accounts
from backend.accounts.policy import Permission, Scope
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing
from backend.people.events import ConsentWithdrawn
from backend.people.models import Person
from backend.people.notices import NoticeName
from backend.people.service.consents import Channel, agrees_to, give_consent, require_current, void_consents
from backend.people.service.guards import hold_person, is_minor, person_of
from backend.people.service.identity import GuardianNeeded


class ConsentNotGiven(Conflict):
    """There is no consent to this notice, or it was taken back before."""

    code: ClassVar[str] = "consent_not_given"
    detail = "您没有同意过这份告知书，或者已经撤回"


class GuardiansConsent(Conflict):
    """A guardian gives and withdraws this one."""

    code: ClassVar[str] = "guardians_consent"
    detail = "这份告知书由监护人同意或者撤回"


class HasAccount(Conflict):
    """Whoever has an account does it there, and nobody does it for them."""

    code: ClassVar[str] = "has_account"
    detail = "本人有账号，请本人在“我的”里办理"


def agree(actor: Actor, name: NoticeName, *, version: str, now: datetime) -> None:
    """Agree to the notice in force. Raises PersonNeeded, NoticeOutdated, GuardiansConsent, GuardianNeeded (a minor, to
    identity or Party membership)."""
    person_id = person_of(actor)
    policy.require(actor, Permission.CONSENT_CHANGE, Scope(person_id=person_id))
    if name is NoticeName.MINOR:
        raise GuardiansConsent
    if name in (NoticeName.IDENTITY, NoticeName.PARTY_MEMBER) and is_minor(person_id, now=now):
        raise GuardianNeeded
    require_current(name, version)
    give_consent(actor, person_id, name, channel=Channel.MINI_PROGRAM, now=now)
    audit.record(actor, Permission.CONSENT_CHANGE, person_id, now=now, notice=name.value, version=version)


def consenting(actor: Actor) -> UUID:
    """The actor's own person, who takes a consent back. Raises PersonNeeded."""
    person_id = person_of(actor)
    policy.require(actor, Permission.CONSENT_CHANGE, Scope(person_id=person_id))
    return person_id


def consenting_at_desk(actor: Actor, person_id: UUID) -> UUID:
    """A person without an account, who stands before an officer of their community and takes a consent back. Raises Missing, HasAccount."""
    area_path = db.session.scalar(select(Person.area_path).where(Person.id == person_id))
    scope = Scope(area_path=area_path, person_id=person_id)
    if area_path is None:
        raise Missing
    policy.require(actor, Permission.CONSENT_CHANGE, scope, seen_by=Permission.PERSON_SEE)
    hold_person(person_id)
    require_no_account(person_id)
    return person_id


def require_no_account(person_id: UUID) -> None:
    """Let an officer act at the desk for who has no account. The caller holds the person. Raises HasAccount."""
    if accounts.account_of_person(person_id) is not None:
        raise HasAccount


def take_back_all(actor: Actor, person_id: UUID, *, reason: str, now: datetime) -> None:
    """Void every consent of a person; a guardian's word for a minor stays that guardian's. The caller has asked policy.

    Raises AlreadyCorrected.
    """
    names = set(NoticeName) - ({NoticeName.MINOR} if is_minor(person_id, now=now) else set())
    if void_consents(actor, person_id, *sorted(names), reason=reason, now=now):
        outbox.record(ConsentWithdrawn(person_id), now=now)
        audit.record(actor, Permission.CONSENT_CHANGE, person_id, now=now, notice="all", withdrawn=True)


def take_back_consent(actor: Actor, person_id: UUID, name: NoticeName, *, reason: str | None, now: datetime) -> None:
    """Void a person's consent; with that to the identity also that of volunteers, and with the last of these that to Party membership,
    which is registered of who is known only. What rests on it ends in `agreements`.

    The caller has asked policy. Raises GuardiansConsent, ConsentNotGiven, AlreadyCorrected.
    """
    if name is NoticeName.MINOR:
        raise GuardiansConsent
    ending = [NoticeName.VOLUNTEER, NoticeName.IDENTITY] if name is NoticeName.IDENTITY else [name]
    if not void_consents(actor, person_id, *ending, reason=reason or "withdrawn", now=now):
        raise ConsentNotGiven
    if name is not NoticeName.PROXY and not agrees_to(person_id, NoticeName.IDENTITY, NoticeName.VOLUNTEER):
        void_consents(actor, person_id, NoticeName.PARTY_MEMBER, reason=reason or "withdrawn", now=now)
    outbox.record(ConsentWithdrawn(person_id), now=now)
    audit.record(actor, Permission.CONSENT_CHANGE, person_id, now=now, notice=name.value, withdrawn=True)
