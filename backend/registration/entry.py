"""Registered Party members whom a street brings with it: accepted on the day on which they were, by what they signed then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from backend.accounts import service as accounts
from backend.accounts.permissions import Permission
from backend.areas.models import Area
from backend.foundation import audit, clock, facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db, one_of
from backend.foundation.facts import UNDONE
from backend.party import entry as party
from backend.party.entry import BroughtEmployee
from backend.people.models import Consent
from backend.people.notices import NoticeName
from backend.people.service import PaperConsent, give_paper_consents, took_back
from backend.registration.events import RegistrationAccepted, RegistrationEnded
from backend.registration.models import ACTIVE, RECEIPT_NUMBERS, MemberRegistration, RegistrationStatus
from backend.registration.service import receipt_number, role_in


@dataclass(frozen=True, slots=True)
class BroughtMember:
    """One of them: a registered volunteer who lives in the community, where they work, and the paper by which they agreed."""

    employee: BroughtEmployee
    community: Area
    accepted_on: date
    paper: str
    signed_on: date


@dataclass(frozen=True, slots=True)
class Entered:
    """What was made, by its fact."""

    registrations: Sequence[UUID]
    memberships: Sequence[UUID]
    consents: Sequence[UUID]


def active_among(person_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The community, by its path, in which those of these people are registered or applied for it who are."""
    active = select(MemberRegistration.person_id, MemberRegistration.area_path).where(
        one_of(MemberRegistration.person_id, person_ids), MemberRegistration.is_current(), MemberRegistration.status.in_(ACTIVE)
    )
    return {row.person_id: row.area_path for row in db.session.execute(active)}


def took_back_among(person_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these people who took back that they agree to be on record as Party members."""
    taken_back = select(Consent.person_id).where(
        one_of(Consent.person_id, person_ids),
        Consent.notice == NoticeName.PARTY_MEMBER.value,
        Consent.superseded_at.is_(None),
        Consent.void,
        Consent.reason.is_distinct_from(UNDONE),  # what an import said of them, they did not take back
        took_back(Consent.person_id, NoticeName.PARTY_MEMBER),
    )
    return set(db.session.scalars(taken_back))


def enter_members(actor: Actor, brought: Sequence[BroughtMember], *, of: UUID, now: datetime) -> Entered:
    """Take them in, each on their day, with the consent on paper before it; who is registered already is left out. The caller has asked
    policy."""
    consents = give_paper_consents(
        actor, NoticeName.PARTY_MEMBER, [PaperConsent(one.employee.person_id, one.paper, one.signed_on) for one in brought], now=now
    )
    members, memberships = party.enter_employees(actor, [one.employee for one in brought], now=now)
    numbers = db.session.scalars(select(RECEIPT_NUMBERS.next_value()).select_from(func.generate_series(1, len(brought)))).all()
    stated = [
        {
            "person_id": one.employee.person_id,
            "party_member_id": members[one.employee.person_id],
            "area_id": one.community.id,
            "area_path": one.community.path,
            "status": RegistrationStatus.ACCEPTED,
            "applied_at": clock.start_of_day(one.accepted_on),
            "accepted_on": one.accepted_on,
            "receipt_number": receipt_number(one.accepted_on.year, number),
        }
        for one, number in zip(brought, numbers, strict=True)
    ]
    active = MemberRegistration.is_current() & MemberRegistration.status.in_(ACTIVE)
    made = facts.state_missing(MemberRegistration, actor, stated, key=["person_id"], among=active, now=now)
    outbox.record_all([RegistrationAccepted(registration.id) for registration in made], now=now)
    audit.record(actor, Permission.IMPORT_ENTER, of, now=now, registrations=len(made))
    return Entered([registration.fact_id for registration in made], memberships, [consent.fact_id for consent in consents])


def moved_on(entered: Entered) -> bool:
    """Whether one of these registrations ended, or one of these members works elsewhere by now."""
    ended = select(MemberRegistration.id).where(
        one_of(MemberRegistration.fact_id, entered.registrations),
        MemberRegistration.superseded_at.is_(None),
        or_(MemberRegistration.void, MemberRegistration.status != RegistrationStatus.ACCEPTED),
    )
    return db.session.scalar(ended.limit(1)) is not None or party.left_among(entered.memberships)


def undo_members(actor: Actor, entered: Entered, *, of: UUID, now: datetime) -> None:
    """Take registrations, employers and consents back as though they never were. The caller has asked policy. Raises AlreadyCorrected."""
    wanted = select(MemberRegistration).where(one_of(MemberRegistration.fact_id, entered.registrations), MemberRegistration.is_current())
    for registration in db.session.scalars(wanted).all():
        taken_back = facts.revise(registration, actor, now=now, reason=UNDONE, void=True)
        outbox.record(RegistrationEnded(taken_back.id), now=now)
        accounts.withdraw_from_person(actor, taken_back.person_id, role_in(taken_back.area_path), reason=UNDONE, now=now)
    party.undo_employees(actor, entered.memberships, now=now)
    consents = select(Consent).where(one_of(Consent.fact_id, entered.consents), Consent.is_current())
    for consent in db.session.scalars(consents).all():
        facts.revise(consent, actor, now=now, reason=UNDONE, void=True)
    audit.record(actor, Permission.IMPORT_ENTER, of, now=now, undone=len(entered.registrations))
