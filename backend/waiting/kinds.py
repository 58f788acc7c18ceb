"""What may wait for somebody: each kind once, with the permission by which it is theirs, the rows that wait, and since when each does. The
conditions are those of the lists, so that a list that is asked for what waits shows what is counted here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from backend.accounts import queries as accounts
from backend.accounts.models import Account, RoleGrant
from backend.accounts.policy import Permission
from backend.agreements import queries as agreements
from backend.attendance import limits
from backend.attendance import queries as attendance
from backend.attendance.entitlement import start_of
from backend.attendance.models import Attendance, ServiceRecord, Shift
from backend.corrections import queries as corrections
from backend.corrections.models import IdentityCorrection
from backend.deaths import queries as deaths
from backend.deaths.models import Death
from backend.deliveries import queries as deliveries
from backend.demands import queries as demands
from backend.demands.models import Beneficiary, Demand, DemandChange
from backend.foundation.actor import Actor
from backend.foundation.database import Column
from backend.foundation.jobs import Job
from backend.foundation.outbox import OutboxDelivery, OutboxEvent
from backend.jobs import queries as jobs
from backend.late_entries import queries as late_entries
from backend.late_entries.models import LateEntry
from backend.openings import arrangement_queries as arrangements
from backend.openings import queries as openings
from backend.openings.models import Arrangement, Claim, Opening
from backend.organisations import queries as organisations
from backend.organisations.models import Organisation, OrganisationChange
from backend.people import queries as people
from backend.people.models import Guardianship, Person
from backend.proxies import queries as proxies
from backend.proxies.models import Proxy
from backend.recoveries import queries as recoveries
from backend.recoveries.models import AccountRecovery
from backend.registration import queries as registration
from backend.registration.models import MemberRegistration
from backend.relocations import queries as relocations
from backend.relocations.models import Relocation
from backend.teams import queries as teams
from backend.teams.models import JoinRequest, Team, TeamChange
from backend.volunteers.models import Volunteer

Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of what waits. `rows` gives `since` of each that waits for a viewer at an instant; `area_path` tells where it waits for an
    office, and is empty where it waits for a person or for the level above; `due` tells by when each is to be done, where that lies in the
    thing itself and not in so many days of `config/waiting.toml`."""

    code: str
    permission: Permission
    rows: Callable[[Actor, datetime], Rows]
    area_path: Column | None = None
    due: Callable[[], ColumnElement[Any] | Column] | None = None


def _since(instant: ColumnElement[Any] | Column, *which: ColumnElement[bool]) -> Rows:
    return select(instant.label("since")).where(*which)


def _to_close(viewer: Actor, now: datetime) -> Rows:
    return _since(Demand.ends_at, demands.is_to_close(viewer, now=now))


def _ends_by_itself() -> ColumnElement[Any]:
    return Demand.ends_at + timedelta(days=limits.current().demands.decided_after_days)


def _since_last_step(changed: Column, step: ColumnElement[bool], began: Column, which: ColumnElement[bool]) -> Rows:
    """Since the last of its steps, or where it has none, since it began."""
    return _since(func.coalesce(select(func.max(changed)).where(step).scalar_subquery(), began), which)


def _without_leader(viewer: Actor, _now: datetime) -> Rows:
    left = Volunteer.person_id == Team.leader_person_id
    return _since_last_step(Volunteer.recorded_at, left, Team.applied_at, teams.lacks_leader(viewer))


def _without_officer(viewer: Actor, _now: datetime) -> Rows:
    return _of_organisation(organisations.lacks_officer(viewer))


def _of_organisation(which: ColumnElement[bool]) -> Rows:
    step = OrganisationChange.organisation_id == Organisation.id
    return _since_last_step(OrganisationChange.at, step, Organisation.applied_at, which)


def _claims(viewer: Actor, _now: datetime) -> Rows:
    return _since(Claim.claimed_at, openings.is_to_answer(viewer)).join(Opening, Opening.id == Claim.opening_id)


def _returned_team(viewer: Actor, _now: datetime) -> Rows:
    return _since_last_step(TeamChange.at, TeamChange.team_id == Team.id, Team.applied_at, teams.is_to_amend(viewer))


def _returned_organisation(viewer: Actor, _now: datetime) -> Rows:
    return _of_organisation(organisations.is_to_amend(viewer))


def _returned_demand(viewer: Actor, _now: datetime) -> Rows:
    return _since_last_step(DemandChange.at, DemandChange.demand_id == Demand.id, Demand.submitted_at, demands.is_to_amend(viewer))


def _wishes(viewer: Actor, _now: datetime) -> Rows:
    return _since(JoinRequest.asked_at, teams.is_to_answer(viewer)).join(Team, Team.id == JoinRequest.team_id)


def _invitations(viewer: Actor, now: datetime) -> Rows:
    rows = _since(Arrangement.recorded_at, arrangements.is_to_take_up(viewer, now=now))
    return rows.join(Opening, Opening.id == Arrangement.opening_id)


def _services(which: Callable[[Actor], ColumnElement[bool]]) -> Callable[[Actor, datetime], Rows]:
    return lambda viewer, _: _since(ServiceRecord.recorded_at, which(viewer)).join(Shift, Shift.id == ServiceRecord.shift_id)


def _unrecorded(viewer: Actor, _now: datetime) -> Rows:
    return _since(Attendance.closed_at, attendance.is_to_record(viewer)).join(Shift, Shift.id == Attendance.shift_id)


def _unchecked(viewer: Actor, now: datetime) -> Rows:
    return _since(RoleGrant.starts_at, accounts.is_to_check(viewer, now=now)).join(Account, Account.id == RoleGrant.account_id)


def _words_for_minors(viewer: Actor, now: datetime) -> Rows:
    rows = _since(agreements.to_renew_since(now), agreements.is_to_renew(viewer, now=now))
    return rows.join(Person, Person.id == Guardianship.ward_person_id)


def _undelivered(viewer: Actor, _now: datetime) -> Rows:
    rows = _since(OutboxEvent.at, deliveries.is_failing(viewer))
    return rows.join(OutboxDelivery, OutboxDelivery.event_id == OutboxEvent.id)


KINDS = (
    Kind(
        "demand_to_review",
        Permission.DEMAND_REVIEW,
        lambda viewer, _: _since(Demand.submitted_at, demands.is_to_review(viewer)),
        Demand.area_path,
    ),
    Kind("demand_to_close", Permission.DEMAND_COMPLETE, _to_close, Demand.area_path, due=_ends_by_itself),
    Kind("claim_to_answer", Permission.CLAIM_REVIEW, _claims, Opening.area_path),
    Kind("demand_to_amend", Permission.DEMAND_AMEND, _returned_demand),
    Kind("invitation_to_take_up", Permission.ARRANGEMENT_SEE, _invitations, due=lambda: Opening.starts_at),
    Kind("join_request_to_answer", Permission.TEAM_MEMBERS_SEE, _wishes, Team.area_path),
    Kind("service_to_confirm", Permission.SERVICE_CONFIRM, _services(attendance.is_to_confirm), ServiceRecord.area_path),
    Kind("service_to_allow", Permission.SERVICE_ALLOW, _services(attendance.is_to_allow), ServiceRecord.area_path),
    Kind("service_to_clear", Permission.SERVICE_CLEAR, _services(attendance.is_to_clear), ServiceRecord.area_path),
    Kind("attendance_without_record", Permission.RECORD_ADD, _unrecorded, Shift.area_path),
    Kind(
        "late_entry_to_decide",
        Permission.LATE_ENTRY_DECIDE,
        lambda viewer, _: _since(LateEntry.entered_at, late_entries.is_to_decide(viewer)),
        LateEntry.area_path,
    ),
    Kind("team_to_review", Permission.TEAM_REVIEW, lambda viewer, _: _since(Team.applied_at, teams.is_to_review(viewer)), Team.area_path),
    Kind("team_to_amend", Permission.TEAM_AMEND, _returned_team),
    Kind("organisation_to_amend", Permission.ORGANISATION_AMEND, _returned_organisation),
    Kind(
        "registration_to_amend",
        Permission.REGISTRATION_AMEND,
        lambda viewer, _: _since(MemberRegistration.recorded_at, registration.is_to_amend(viewer)),
    ),
    Kind("team_without_leader", Permission.TEAM_HAND_OVER, _without_leader, Team.area_path),
    Kind(
        "organisation_to_review",
        Permission.ORGANISATION_REVIEW,
        lambda viewer, _: _since(Organisation.applied_at, organisations.is_to_review(viewer)),
        Organisation.area_path,
    ),
    Kind("organisation_without_officer", Permission.ORGANISATION_HAND_OVER, _without_officer, Organisation.area_path),
    Kind(
        "registration_to_review",
        Permission.REGISTRATION_REVIEW,
        lambda viewer, _: _since(MemberRegistration.applied_at, registration.is_to_review(viewer)),
        MemberRegistration.area_path,
    ),
    Kind(
        "relocation_to_answer",
        Permission.RELOCATION_DECIDE,
        lambda viewer, _: _since(Relocation.asked_at, relocations.is_to_answer(viewer)),
        Relocation.area_path,
    ),
    Kind(
        "correction_to_confirm",
        Permission.CORRECTION_RETURN,
        lambda viewer, now: _since(IdentityCorrection.proposed_at, corrections.is_to_confirm(viewer, now=now)),
        IdentityCorrection.area_path,
    ),
    Kind(
        "death_to_confirm",
        Permission.DEATH_DECIDE,
        lambda viewer, now: _since(Death.reported_at, deaths.is_to_confirm(viewer, now=now)),
        Death.area_path,
    ),
    Kind(
        "recovery_to_check",
        Permission.RECOVERY_REFUSE,
        lambda viewer, _: _since(AccountRecovery.applied_at, recoveries.is_to_check(viewer)),
        AccountRecovery.area_path,
    ),
    Kind(
        "recovery_to_approve",
        Permission.RECOVERY_APPROVE,
        lambda viewer, now: _since(AccountRecovery.seen_at, recoveries.is_to_approve(viewer, now=now)),
        AccountRecovery.area_path,
    ),
    Kind(
        "proxy_to_renew",
        Permission.PROXY_GRANT,
        lambda viewer, now: _since(start_of(Proxy.ends_on, 1), proxies.is_to_renew(viewer, now=now)),
        Proxy.area_path,
    ),
    Kind(
        "beneficiary_without_basis",
        Permission.BENEFICIARY_CHANGE,
        lambda viewer, _: _since(Beneficiary.created_at, demands.lacks_basis(viewer)),
        Beneficiary.area_path,
    ),
    Kind(
        "role_to_approve",
        Permission.ROLE_APPROVE,
        lambda viewer, now: _since(RoleGrant.granted_at, accounts.is_to_approve(viewer, now=now)),
        RoleGrant.area_path,
    ),
    Kind("holder_to_check", Permission.IDENTITY_CHECK, _unchecked, accounts.area_above_office()),
    Kind(
        "role_to_accept", Permission.ROLE_ACCEPT, lambda viewer, now: _since(RoleGrant.granted_at, accounts.is_to_accept(viewer, now=now))
    ),
    Kind(
        "role_ending",
        Permission.WAITING_SEE,
        lambda viewer, now: _since(RoleGrant.ends_at - accounts.ENDS_SOON, accounts.is_own_ending(viewer, now=now)),
        due=lambda: RoleGrant.ends_at,
    ),
    Kind(
        "role_to_prolong",
        Permission.ROLE_GRANT,
        lambda viewer, now: _since(RoleGrant.ends_at - accounts.ENDS_SOON, accounts.is_to_prolong(viewer, now=now)),
        due=lambda: RoleGrant.ends_at,
    ),
    Kind(
        "notice_to_agree_to",
        Permission.CONSENT_CHANGE,
        lambda viewer, now: _since(people.asked_anew_since(now), people.is_to_agree_anew(viewer, now=now)),
    ),
    Kind("word_for_minor_to_renew", Permission.GUARDIANSHIP_STATE, _words_for_minors),
    Kind("job_failed", Permission.WAITING_SEE, lambda viewer, now: _since(Job.finished_at, jobs.failed_lately(viewer, now=now))),
    Kind("delivery_failed", Permission.DELIVERY_SEE, _undelivered),
)
"""In the order in which they are told where two are as urgent."""
