"""个人档案: all that an officer needs to know of a person in one place, in as many statements for much as for little.

Whoever may open it sees the person's teams and organisations wherever they are, and sums of all services; of registrations as a Party
member those that they may open.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.models import Account, RoleGrant
from backend.accounts.policy import Permission, Scope, ScopeColumns
from backend.areas.models import Area
from backend.attendance.models import Confirmation, ServiceRecord
from backend.corrections.models import CorrectionStatus, IdentityCorrection
from backend.deaths.models import Death, DeathStatus
from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.database import Column, db
from backend.foundation.errors import Missing
from backend.foundation.masking import masked_name
from backend.foundation.paging import AnyRow
from backend.foundation.terms import Term
from backend.openings.models import Claim, ClaimStatus
from backend.organisations import queries as organisations
from backend.organisations.models import Organisation, OrganisationStatus, Staff
from backend.people import minors
from backend.people.models import Person
from backend.people.queries import ConsentLine, OwnPerson, consents_of, own_card
from backend.recognition.stars import star_of_hours
from backend.recognition.years import Year, years_of_person
from backend.recoveries.models import AccountRecovery, RecoveryStatus
from backend.registration.models import MemberRegistration, RegistrationStatus
from backend.relocations.models import Relocation, RelocationStatus
from backend.reveals.models import Reveal
from backend.reveals.queries import Reading, line
from backend.teams import queries as teams
from backend.teams.models import JoinRequest, JoinStatus, Membership, Team, TeamStatus
from backend.volunteers.queries import OwnVolunteer, own_registration

MOST = 50
"""Of each kind, the latest: what one person holds at once is less."""


class Open(Term):
    """What of a person waits for somebody's word."""

    JOIN_REQUEST = ("join_request", "入队申请", "They asked to join a team.")
    REGISTRATION = ("registration", "双报到申请", "They asked a community to take them in as a Party member.")
    CLAIM = ("claim", "个人认领", "They asked for a place of their own.")
    SERVICE = ("service", "待确认的服务", "They served, and nobody confirmed it yet.")
    RELOCATION = ("relocation", "迁居申请", "They asked another community to take them in.")
    CORRECTION = ("correction", "身份更正", "Their name or number is to be corrected.")
    DEATH = ("death", "去世登记", "Their death was reported, and waits for a second officer.")
    RECOVERY = ("recovery", "找回账号", "Another log-in is to open their account.")


@dataclass(frozen=True, slots=True)
class OpenThing:
    """One of them, and since when."""

    kind: str
    id: UUID
    since: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    """A person's record: who they are (masked), what they hold, what they did, what they reached, what is open and what became of their
    data. Each list has the latest first."""

    person: OwnPerson
    known_since: datetime
    withdrawn_at: datetime | None
    died_on: date | None
    volunteer: OwnVolunteer | None
    roles: Sequence[AnyRow]
    teams: Sequence[AnyRow]
    organisations: Sequence[AnyRow]
    registrations: Sequence[AnyRow]
    years: list[Year]
    star_of_hours: int
    open: list[OpenThing]
    consents: list[ConsentLine]
    reveals: list[Reading]
    corrections: Sequence[AnyRow]
    relocations: Sequence[AnyRow]


def records_opened(viewer: Actor, person_ids: Collection[UUID], *, now: datetime) -> set[UUID]:
    """Those of these persons whose record opens to the viewer, as `dossier` asks. One statement."""
    whose = ScopeColumns(area_path=Person.area_path, person_id=Person.id)
    of_minors = or_(policy.visible(viewer, Permission.MINOR_REVEAL, whose), Person.id == viewer.person_id)
    seen = policy.visible(viewer, Permission.PERSON_OPEN, whose)
    rows = db.session.execute(select(Person.id, Person.born_on, of_minors.label("of_minors")).where(Person.id.in_(person_ids), seen))
    return {row.id for row in rows if row.of_minors or not minors.is_minor_at(row.born_on, now)}


def dossier(viewer: Actor, person_id: UUID, *, now: datetime) -> Dossier:
    """The record of a person, which is written down. Raises Missing; Forbidden for who sees the person in lists only, or a minor."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise Missing
    scope = Scope(area_path=person.area_path, person_id=person.id)
    policy.require(viewer, Permission.PERSON_OPEN, scope, seen_by=Permission.PERSON_SEE)
    if viewer.person_id != person.id and minors.is_minor_at(person.born_on, now):
        policy.require(viewer, Permission.MINOR_REVEAL, scope)
    audit.record(viewer, Permission.PERSON_OPEN, person.id, now=now)
    card, years = own_card(person.id), years_of_person(person.id)
    return Dossier(
        person=replace(card, name=masked_name(card.name)),
        known_since=person.created_at,
        withdrawn_at=person.withdrawn_at,
        died_on=person.died_on,
        volunteer=own_registration(person.id),
        roles=_latest(_roles(now).where(Account.person_id == person.id), RoleGrant.id),
        teams=_latest(_teams(viewer).where(Membership.person_id == person.id), Membership.joined_on, Membership.id),
        organisations=_latest(_organisations(viewer).where(Staff.person_id == person.id), Staff.joined_on, Staff.id),
        registrations=_latest(_registrations(viewer).where(MemberRegistration.person_id == person.id), MemberRegistration.id),
        years=years,
        star_of_hours=star_of_hours(sum(year.sums.tenths_of_hours for year in years)),
        open=_open(viewer, person.id),
        consents=consents_of(person.id),
        reveals=[line(row.Reveal, row.name) for row in _latest(_reveals().where(Reveal.person_id == person.id), Reveal.id)],
        corrections=_latest(_corrections().where(IdentityCorrection.person_id == person.id), IdentityCorrection.id),
        relocations=_latest(_relocations().where(Relocation.person_id == person.id), Relocation.id),
    )


def _latest(wanted: Select[*tuple[Any, ...]], *order: Column) -> Sequence[AnyRow]:
    return db.session.execute(wanted.order_by(*(column.desc() for column in order)).limit(MOST)).all()


def _roles(now: datetime) -> Select[*tuple[Any, ...]]:
    held = and_(RoleGrant.is_unended(now), RoleGrant.waits_for.is_(None), RoleGrant.starts_at <= now)
    return (
        select(RoleGrant.id, RoleGrant.role, Area.name.label("area"), RoleGrant.starts_at, RoleGrant.ends_at)
        .join(Account, Account.id == RoleGrant.account_id)
        .outerjoin(Area, Area.path == RoleGrant.area_path)
        .where(held)
    )


def _teams(viewer: Actor) -> Select[*tuple[Any, ...]]:
    leads = (Team.leader_person_id == Membership.person_id).label("leads")
    opens = or_(Team.status == TeamStatus.ACTIVE, policy.visible(viewer, Permission.TEAM_SEE, teams.SCOPE)).label("opens")
    return (
        select(Team.id, Team.name, Membership.joined_on, Membership.left_on, leads, opens)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.is_current())
    )


def _organisations(viewer: Actor) -> Select[*tuple[Any, ...]]:
    seen = policy.visible(viewer, Permission.ORGANISATION_SEE, organisations.SCOPE)
    opens = or_(Organisation.status == OrganisationStatus.VERIFIED, seen).label("opens")
    return (
        select(Organisation.id, Organisation.name, Staff.joined_on, Staff.left_on, Staff.is_officer.label("leads"), opens)
        .join(Organisation, Organisation.id == Staff.organisation_id)
        .where(Staff.is_current())
    )


def _may_open_registration(viewer: Actor) -> ColumnElement[bool]:
    scope = ScopeColumns(area_path=MemberRegistration.area_path, person_id=MemberRegistration.person_id)
    return policy.visible(viewer, Permission.REGISTRATION_SEE, scope)


def _registrations(viewer: Actor) -> Select[*tuple[Any, ...]]:
    fact = MemberRegistration
    return (
        select(fact.fact_id.label("id"), fact.status, Area.name.label("community"), fact.applied_at, fact.accepted_on, fact.ended_on)
        .join(Area, Area.id == fact.area_id)
        .where(fact.is_current(), _may_open_registration(viewer))
    )


def _reveals() -> Select[*tuple[Any, ...]]:
    return select(Reveal, Area.name).outerjoin(Area, Area.path == Reveal.area_path)


def _corrections() -> Select[*tuple[Any, ...]]:
    return select(
        IdentityCorrection.id,
        IdentityCorrection.status,
        IdentityCorrection.of_name,
        IdentityCorrection.of_id_number,
        IdentityCorrection.proposed_at,
    )


def _relocations() -> Select[*tuple[Any, ...]]:
    before, after = aliased(Area), aliased(Area)
    return (
        select(Relocation.id, Relocation.status, before.name.label("from_community"), after.name.label("to_community"), Relocation.asked_at)
        .join(before, before.id == Relocation.from_area_id)
        .join(after, after.id == Relocation.area_id)
    )


def _open(viewer: Actor, person_id: UUID) -> list[OpenThing]:
    """What waits, the longest waiting first."""
    unconfirmed = ~select(Confirmation.id).where(Confirmation.record_fact_id == ServiceRecord.fact_id, Confirmation.is_current()).exists()
    applied = (MemberRegistration.status == RegistrationStatus.APPLIED, MemberRegistration.is_current(), _may_open_registration(viewer))
    undecided = (RecoveryStatus.SUBMITTED, RecoveryStatus.SEEN)
    found = union_all(
        _waiting(
            Open.JOIN_REQUEST,
            JoinRequest.id,
            JoinRequest.asked_at,
            JoinRequest.person_id == person_id,
            JoinRequest.status == JoinStatus.ASKED,
        ),
        _waiting(
            Open.REGISTRATION,
            MemberRegistration.fact_id,
            MemberRegistration.applied_at,
            MemberRegistration.person_id == person_id,
            *applied,
        ),
        _waiting(Open.CLAIM, Claim.id, Claim.claimed_at, Claim.person_id == person_id, Claim.status == ClaimStatus.ASKED),
        _waiting(
            Open.SERVICE,
            ServiceRecord.fact_id,
            ServiceRecord.ended_at,
            ServiceRecord.person_id == person_id,
            ServiceRecord.is_current(),
            unconfirmed,
        ),
        _waiting(
            Open.RELOCATION,
            Relocation.id,
            Relocation.asked_at,
            Relocation.person_id == person_id,
            Relocation.status == RelocationStatus.ASKED,
        ),
        _waiting(
            Open.CORRECTION,
            IdentityCorrection.id,
            IdentityCorrection.proposed_at,
            IdentityCorrection.person_id == person_id,
            IdentityCorrection.status == CorrectionStatus.PROPOSED,
        ),
        _waiting(
            Open.DEATH,
            Death.id,
            Death.reported_at,
            Death.person_id == person_id,
            Death.status == DeathStatus.REPORTED,
            policy.visible(viewer, Permission.DEATH_SEE, ScopeColumns(area_path=Death.area_path)),
        ),
        _waiting(
            Open.RECOVERY,
            AccountRecovery.id,
            AccountRecovery.applied_at,
            AccountRecovery.person_id == person_id,
            AccountRecovery.status.in_(undecided),
        ),
    ).subquery()
    rows = db.session.execute(select(found).order_by(found.c.since, found.c.id).limit(MOST))
    return [OpenThing(row.kind, row.id, row.since) for row in rows]


def _waiting(kind: Open, row_id: Column, since: Column, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return select(literal(kind.value).label("kind"), row_id.label("id"), since.label("since")).where(*conditions)
