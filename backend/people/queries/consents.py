"""Reads of consents, for the people who gave them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.people import notices
from backend.people.models import Consent
from backend.people.notices import NoticeName
from backend.people.service import person_of


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


def own_consents(actor: Actor) -> list[ConsentLine]:
    """What the actor agreed to, as `consents_of` lists it. Raises PersonNeeded."""
    return consents_of(person_of(actor))


def consents_of(person_id: UUID) -> list[ConsentLine]:
    """What a person agreed to, the latest first; a version that was withdrawn and given again stands twice. The caller has asked policy."""
    given = (
        select(Consent)
        .where(Consent.person_id == person_id, Consent.superseded_at.is_(None))
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(200)
    )
    return [_consent(consent) for consent in db.session.scalars(given)]


def _consent(consent: Consent) -> ConsentLine:
    name = NoticeName(consent.notice)
    current = notices.notice(name).version
    return ConsentLine(
        notice=name,
        version=consent.version,
        given_at=consent.given_at,
        by_guardian=consent.guardian_person_id is not None,
        withdrawn_at=consent.recorded_at if consent.void else None,
        in_force=not consent.void and consent.version == current,
        current_version=current,
    )
