"""Agreeing anew to a changed notice, and taking a consent back (个人信息保护法 arts 14 to 16, 47)."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import update

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict
from backend.people.events import ConsentWithdrawn
from backend.people.models import Person
from backend.people.notices import NoticeName
from backend.people.service.consents import Channel, give_consent, require_current, void_consents
from backend.people.service.guards import is_minor, person_of
from backend.people.service.identity import GuardianNeeded


class ConsentNotGiven(Conflict):
    """There is no consent to this notice, or it was taken back before."""

    code: ClassVar[str] = "consent_not_given"
    detail = "您没有同意过这份告知书，或者已经撤回"


class GuardiansConsent(Conflict):
    """A guardian gives and withdraws this one."""

    code: ClassVar[str] = "guardians_consent"
    detail = "这份告知书由监护人同意或者撤回"


def agree(actor: Actor, name: NoticeName, *, version: str, now: datetime) -> None:
    """Agree to the notice in force. Raises PersonNeeded, NoticeOutdated, GuardiansConsent, GuardianNeeded (a minor, to identity)."""
    person_id = person_of(actor)
    policy.require(actor, Permission.CONSENT_CHANGE, Scope(person_id=person_id))
    if name is NoticeName.MINOR:
        raise GuardiansConsent
    if name is NoticeName.IDENTITY and is_minor(person_id, now=now):
        raise GuardianNeeded
    require_current(name, version)
    give_consent(actor, person_id, name, channel=Channel.MINI_PROGRAM, now=now)
    audit.record(actor, Permission.CONSENT_CHANGE, person_id, now=now, notice=name.value, version=version)


def take_back_consent(actor: Actor, name: NoticeName, *, reason: str | None, now: datetime) -> UUID:
    """Void the actor's consent; with that to the identity also that of volunteers, and the phone number is deleted. Returns the person.

    What rests on it ends in `agreements`. Raises PersonNeeded, GuardiansConsent, ConsentNotGiven, AlreadyCorrected.
    """
    person_id = person_of(actor)
    policy.require(actor, Permission.CONSENT_CHANGE, Scope(person_id=person_id))
    if name is NoticeName.MINOR:
        raise GuardiansConsent
    ending = [NoticeName.VOLUNTEER, NoticeName.IDENTITY] if name is NoticeName.IDENTITY else [name]
    if not void_consents(actor, person_id, *ending, reason=reason or "withdrawn", now=now):
        raise ConsentNotGiven
    if name is NoticeName.IDENTITY:
        db.session.execute(
            update(Person)
            .where(Person.id == person_id)
            .values(phone_sealed=None, phone_index=None)
            .execution_options(synchronize_session=False)
        )
    outbox.record(ConsentWithdrawn(person_id), now=now)
    audit.record(actor, Permission.CONSENT_CHANGE, person_id, now=now, notice=name.value, withdrawn=True)
    return person_id
