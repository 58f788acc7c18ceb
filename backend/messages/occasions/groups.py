"""Of teams, organisations, their people, and registrations: told to who applied or belongs, and to the community that decides."""

from typing import Any

from sqlalchemy import Select

from backend.accounts.policy import Permission
from backend.foundation.outbox import Event
from backend.messages.occasions.occasion import About, Occasion, office, rows_of, while_there_is, whoever, whose
from backend.organisations.events import (
    OrganisationApplied,
    OrganisationDayCorrected,
    OrganisationEnded,
    OrganisationHandedOver,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationReturned,
    OrganisationVerified,
    OrganisationWithoutOfficer,
    StaffAdded,
    StaffRemoved,
)
from backend.organisations.models import Organisation, OrganisationChange, OrganisationStatus, Staff
from backend.party.events import UnitChanged
from backend.party.models import UnitMembership
from backend.registration.events import (
    RegistrationAccepted,
    RegistrationApplied,
    RegistrationEnded,
    RegistrationReturned,
)
from backend.registration.models import ACTIVE, MemberRegistration, RegistrationStatus
from backend.teams.events import (
    MembershipEnded,
    MembershipStarted,
    TeamActivated,
    TeamApplied,
    TeamDissolved,
    TeamHandedOver,
    TeamRenamed,
    TeamReturned,
    TeamTransferred,
    TeamWithoutLeader,
)
from backend.teams.models import Membership, Team, TeamChange, TeamStatus

_TEAM = {"subject_id": Team.id, "about_id": Team.id, "area_path": Team.area_path}
_TEAMS = rows_of(**_TEAM, person_id=Team.leader_person_id)
_MEMBERSHIPS = (
    rows_of(**_TEAM | {"subject_id": Membership.id}, person_id=Membership.person_id, by_account_id=Membership.actor_account_id)
    .select_from(Membership)
    .join(Team, Team.id == Membership.team_id)
    .where(Membership.person_id.is_distinct_from(Team.leader_person_id))  # who hears of the team itself
)
_REST_OF_TEAM = rows_of(**_TEAM, person_id=Membership.person_id).join(Membership, Membership.team_id == Team.id).where(Membership.is_live())

_ORGANISATION = {"subject_id": Organisation.id, "about_id": Organisation.id, "area_path": Organisation.area_path}
_ORGANISATIONS = rows_of(**_ORGANISATION, person_id=Organisation.officer_person_id)
_STAFF = (
    rows_of(**_ORGANISATION | {"subject_id": Staff.id}, person_id=Staff.person_id, by_account_id=Staff.actor_account_id)
    .select_from(Staff)
    .join(Organisation, Organisation.id == Staff.organisation_id)
    .where(Staff.person_id.is_distinct_from(Organisation.officer_person_id))
)

_OFFICERS_OF_STAFF = (
    rows_of(**_ORGANISATION | {"subject_id": Staff.id}, person_id=Organisation.officer_person_id, by_account_id=Staff.actor_account_id)
    .select_from(Staff)
    .join(Organisation, Organisation.id == Staff.organisation_id)
    .where(Staff.person_id != Organisation.officer_person_id, Organisation.status == OrganisationStatus.VERIFIED)
)
_REST_OF_STAFF = (
    rows_of(**_ORGANISATION, person_id=Staff.person_id).join(Staff, Staff.organisation_id == Organisation.id).where(Staff.is_live())
)

_REGISTRATION = {"subject_id": MemberRegistration.id, "about_id": MemberRegistration.fact_id, "area_path": MemberRegistration.area_path}
_REGISTRATIONS = rows_of(
    **_REGISTRATION,
    number=MemberRegistration.receipt_number,
    person_id=MemberRegistration.person_id,
    by_account_id=MemberRegistration.actor_account_id,
)
_MOVED = (
    rows_of(
        **_REGISTRATION | {"subject_id": UnitMembership.id},
        person_id=MemberRegistration.person_id,
        by_account_id=UnitMembership.actor_account_id,
    )
    .select_from(UnitMembership)
    .join(MemberRegistration, MemberRegistration.person_id == UnitMembership.person_id)
    .where(MemberRegistration.is_current(), MemberRegistration.status.in_(ACTIVE))
)


def _of_team(event: type[Event], to: TeamStatus) -> Occasion:
    rows: Select[*tuple[Any, ...]] = _TEAMS.add_columns(whoever(TeamChange, Team.id, to).label("by_account_id"))
    return Occasion(event, "applicant", About.TEAM, whose(Permission.TEAM_SEE), rows)


def _of_organisation(event: type[Event], to: OrganisationStatus) -> Occasion:
    doer = whoever(OrganisationChange, Organisation.id, to).label("by_account_id")
    return Occasion(event, "applicant", About.ORGANISATION, whose(Permission.ORGANISATION_SEE), _ORGANISATIONS.add_columns(doer))


def _of_registration(event: type[Event]) -> Occasion:
    return Occasion(event, "member", About.REGISTRATION, whose(Permission.REGISTRATION_SEE), _REGISTRATIONS)


OCCASIONS = (
    Occasion(
        TeamApplied,
        "community",
        About.TEAM,
        office(Permission.TEAM_REVIEW),
        rows_of(**_TEAM),
        waits=while_there_is(Team.id, Team.status == TeamStatus.APPLIED),
    ),
    _of_team(TeamActivated, TeamStatus.ACTIVE),
    Occasion(
        TeamReturned,
        "applicant",
        About.TEAM,
        whose(Permission.TEAM_SEE),
        _TEAMS,
        waits=while_there_is(Team.id, Team.status == TeamStatus.RETURNED),
    ),
    _of_team(TeamDissolved, TeamStatus.DISSOLVED),
    Occasion(TeamHandedOver, "leader", About.TEAM, whose(Permission.TEAM_SEE), _TEAMS),
    Occasion(
        TeamWithoutLeader,
        "community",
        About.TEAM,
        office(Permission.TEAM_HAND_OVER),
        rows_of(**_TEAM),
        waits=while_there_is(Team.id, Team.status == TeamStatus.ACTIVE, Team.leader_person_id.is_(None)),
    ),
    Occasion(TeamWithoutLeader, "member", About.TEAM, whose(Permission.TEAM_LEAVE), _REST_OF_TEAM),
    Occasion(TeamTransferred, "community", About.TEAM, office(Permission.TEAM_REVIEW), rows_of(**_TEAM)),
    Occasion(TeamRenamed, "leader", About.TEAM, whose(Permission.TEAM_SEE), _TEAMS),
    Occasion(MembershipStarted, "member", About.TEAM, whose(Permission.TEAM_LEAVE), _MEMBERSHIPS),
    Occasion(MembershipEnded, "member", About.TEAM, whose(Permission.TEAM_LEAVE), _MEMBERSHIPS),
    Occasion(
        OrganisationApplied,
        "community",
        About.ORGANISATION,
        office(Permission.ORGANISATION_REVIEW),
        rows_of(**_ORGANISATION),
        waits=while_there_is(Organisation.id, Organisation.status == OrganisationStatus.APPLIED),
    ),
    _of_organisation(OrganisationVerified, OrganisationStatus.VERIFIED),
    Occasion(
        OrganisationReturned,
        "applicant",
        About.ORGANISATION,
        whose(Permission.ORGANISATION_SEE),
        _ORGANISATIONS,
        waits=while_there_is(Organisation.id, Organisation.status == OrganisationStatus.RETURNED),
    ),
    _of_organisation(OrganisationEnded, OrganisationStatus.ENDED),
    Occasion(OrganisationRegistered, "officer", About.ORGANISATION, whose(Permission.ORGANISATION_SEE), _ORGANISATIONS),
    Occasion(OrganisationDayCorrected, "officer", About.ORGANISATION, whose(Permission.ORGANISATION_SEE), _ORGANISATIONS),
    Occasion(OrganisationHandedOver, "officer", About.ORGANISATION, whose(Permission.ORGANISATION_SEE), _ORGANISATIONS),
    Occasion(OrganisationRenamed, "officer", About.ORGANISATION, whose(Permission.ORGANISATION_SEE), _ORGANISATIONS),
    Occasion(
        OrganisationWithoutOfficer,
        "community",
        About.ORGANISATION,
        office(Permission.ORGANISATION_HAND_OVER),
        rows_of(**_ORGANISATION),
        waits=while_there_is(Organisation.id, Organisation.status == OrganisationStatus.VERIFIED, Organisation.officer_person_id.is_(None)),
    ),
    Occasion(OrganisationWithoutOfficer, "staff", About.ORGANISATION, whose(Permission.STAFF_LEAVE), _REST_OF_STAFF),
    Occasion(StaffRemoved, "officer", About.ORGANISATION, whose(Permission.ORGANISATION_SEE), _OFFICERS_OF_STAFF),
    Occasion(StaffAdded, "staff", About.ORGANISATION, whose(Permission.STAFF_LEAVE), _STAFF),
    Occasion(StaffRemoved, "staff", About.ORGANISATION, whose(Permission.STAFF_LEAVE), _STAFF),
    Occasion(
        RegistrationApplied,
        "community",
        About.REGISTRATION,
        office(Permission.REGISTRATION_REVIEW),
        rows_of(**_REGISTRATION),
        waits=while_there_is(
            MemberRegistration.fact_id, MemberRegistration.is_current(), MemberRegistration.status == RegistrationStatus.APPLIED
        ),
    ),
    _of_registration(RegistrationAccepted),
    _of_registration(RegistrationReturned),
    _of_registration(RegistrationEnded),
    Occasion(UnitChanged, "member", About.REGISTRATION, whose(Permission.REGISTRATION_SEE), _MOVED),
)
