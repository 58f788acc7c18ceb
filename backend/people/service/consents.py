"""Writing down what people agree to, and voiding it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from backend.foundation import clock, facts
from backend.foundation.actor import Actor
from backend.foundation.database import Column, db, one_of
from backend.foundation.errors import Conflict
from backend.people import notices
from backend.people.models import Consent, Person
from backend.people.notices import NoticeName
from backend.people.service.basis import begin_basis, require_alive

PAPER_VERSION = "paper"
"""The version of a consent that was given on a paper of before this platform; no notice in force has it."""


class NoticeOutdated(Conflict):
    """The notice that the person read is not the one in force; `current_version` says which is."""

    code = "notice_outdated"
    detail = "告知书已更新，请阅读后重新同意"


class Channel(StrEnum):
    """Where somebody agreed."""

    MINI_PROGRAM = "mini_program"
    PAPER = "paper"  # signed at the community's desk; the actor saw it
    DESK = "desk"  # a guardian spoke before an officer


def require_current(name: NoticeName, version: str) -> None:
    """Let pass who read the notice in force. Raises NoticeOutdated."""
    in_force = notices.notice(name).version
    if version != in_force:
        raise NoticeOutdated(current_version=in_force)


def give_consent(
    actor: Actor, person_id: UUID, name: NoticeName, *, channel: Channel, guardian_person_id: UUID | None = None, now: datetime
) -> None:
    """Record that a person agrees to the notice in force, or a guardian for them; who agreed to this version before has done so already.

    From now on their data may be used again. A guardian's rest on the word for the minor, too. Raises PersonDied.
    """
    for whose in sorted({person_id, guardian_person_id or person_id}):
        require_alive(whose)
    consent = {
        "person_id": person_id,
        "notice": name.value,
        "version": notices.notice(name).version,
        "given_at": now,
        "channel": channel.value,
        "guardian_person_id": guardian_person_id,
    }
    facts.state_missing(Consent, actor, [consent], key=["person_id", "notice", "version"], now=now)
    begin_basis(person_id)
    if guardian_person_id is not None:
        begin_basis(guardian_person_id)


def agrees_to(person_id: UUID, *names: NoticeName) -> bool:
    """Whether the person agrees to one of these notices, as it is in force or was."""
    given = select(Consent.id).where(
        Consent.person_id == person_id, Consent.notice.in_([name.value for name in names]), Consent.is_current()
    )
    return db.session.scalar(given.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class PaperConsent:
    """That somebody agreed on a paper, before this platform: by its title or number, and the day on it."""

    person_id: UUID
    paper: str
    signed_on: date


def give_paper_consents(actor: Actor, name: NoticeName, given: Sequence[PaperConsent], *, now: datetime) -> Sequence[Consent]:
    """Record what people agreed to on paper, before this platform and its notices: to no version of theirs, but to `PAPER_VERSION`. So they
    are on record by right, and are asked by the notice in force at their first act of their own. The caller has asked policy."""
    stated = [
        {
            "person_id": consent.person_id,
            "notice": name.value,
            "version": PAPER_VERSION,
            "given_at": clock.start_of_day(consent.signed_on),
            "channel": Channel.PAPER.value,
            "paper": consent.paper,
            "signed_on": consent.signed_on,
        }
        for consent in given
    ]
    made = facts.state_missing(Consent, actor, stated, key=["person_id", "notice", "version"], now=now)
    masked = select(Person.id).where(one_of(Person.id, [consent.person_id for consent in given]), Person.withdrawn_at.is_not(None))
    for person_id in db.session.scalars(masked).all():
        begin_basis(person_id)
    return made


def agreed_on_paper(person_id: UUID, name: NoticeName) -> bool:
    """Whether it was on paper that the person agreed to this notice, in whatever version, and still does."""
    given = select(Consent.id).where(
        Consent.person_id == person_id, Consent.notice == name.value, Consent.channel == Channel.PAPER.value, Consent.is_current()
    )
    return db.session.scalar(given.limit(1)) is not None


def took_back(person_id: Column, name: NoticeName) -> ColumnElement[bool]:
    """Condition: the person agreed to the notice once, and does so no more."""
    theirs = select(Consent.id).where(Consent.person_id == person_id, Consent.notice == name.value, Consent.superseded_at.is_(None))
    return and_(theirs.where(Consent.void).exists(), ~theirs.where(~Consent.void).exists())


def void_consents(actor: Actor, person_id: UUID, *names: NoticeName, reason: str, now: datetime) -> int:
    """Withdraw every version of these notices that the person agrees to; returns how many there were. Raises AlreadyCorrected."""
    given = db.session.scalars(
        select(Consent).where(Consent.person_id == person_id, Consent.notice.in_([name.value for name in names]), Consent.is_current())
    ).all()
    for consent in given:
        facts.revise(consent, actor, now=now, reason=reason, void=True)
    return len(given)


def hand_on_consents(actor: Actor, person_id: UUID, giver_id: UUID, other_id: UUID, *, now: datetime) -> None:
    """Let what one guardian consented to for a minor rest on the word of another, who agreed to the same. Raises AlreadyCorrected."""
    given = select(Consent).where(Consent.person_id == person_id, Consent.guardian_person_id == giver_id, Consent.is_current())
    for consent in db.session.scalars(given).all():
        facts.revise(consent, actor, now=now, reason="guardian_withdrew", guardian_person_id=other_id)
