"""Who may do what: one table of permissions × roles × how far each role reaches. It reads role grants and nothing else.

The caller hands over the subject's scope as plain values (`require`) or columns (`visible`); policy never loads a subject. What a
person may not open answers 404, what they may see but not do answers 403.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.errors import Forbidden, Missing


class Permission(StrEnum):
    """What can be allowed, `noun.verb`; also the `action` of the audit log."""

    ACCOUNT_LOG_IN = "account.log_in"
    ACCOUNT_CREATE = "account.create"
    ACCOUNT_MERGE = "account.merge"
    ACCOUNT_MERGE_OWN = "account.merge_own"
    RECOVERY_APPLY = "recovery.apply"
    RECOVERY_SEE = "recovery.see"
    RECOVERY_REVIEW = "recovery.review"
    RECOVERY_REFUSE = "recovery.refuse"
    SESSION_SEE = "session.see"
    SESSION_END = "session.end"
    PASSWORD_CHANGE = "password.change"  # noqa: S105 - a permission, not a secret
    PASSWORD_RESET = "password.reset"  # noqa: S105
    ROLE_GRANT = "role.grant"
    ROLE_WITHDRAW = "role.withdraw"
    ROLE_SEE = "role.see"
    ADMINISTRATOR_GRANT = "administrator.grant"
    LOCKOUT_SEE = "lockout.see"
    LOCKOUT_LIFT = "lockout.lift"
    AUDIT_SEE = "audit.see"
    PERSON_REGISTER = "person.register"
    PERSON_SEE = "person.see"
    PERSON_REVEAL = "person.reveal"
    MINOR_REVEAL = "minor.reveal"
    PHONE_SET = "phone.set"
    PROXY_GRANT = "proxy.grant"
    PROXY_SEE = "proxy.see"
    PROXY_END = "proxy.end"
    VOLUNTEER_LEAVE = "volunteer.leave"
    CONSENT_CHANGE = "consent.change"
    GUARDIANSHIP_STATE = "guardianship.state"
    GUARDIANSHIP_END = "guardianship.end"
    TEAM_APPLY = "team.apply"
    TEAM_AMEND = "team.amend"
    TEAM_SEE = "team.see"
    TEAM_REVIEW = "team.review"
    TEAM_LEAD = "team.lead"
    TEAM_JOIN = "team.join"
    TEAM_LEAVE = "team.leave"
    TEAM_HAND_OVER = "team.hand_over"
    TEAM_MEMBERS_SEE = "team_members.see"
    ORGANISATION_APPLY = "organisation.apply"
    ORGANISATION_AMEND = "organisation.amend"
    ORGANISATION_SEE = "organisation.see"
    ORGANISATION_REVIEW = "organisation.review"
    ORGANISATION_HAND_OVER = "organisation.hand_over"
    STAFF_CHANGE = "staff.change"
    STAFF_LEAVE = "staff.leave"
    STAFF_SEE = "staff.see"
    REGISTRATION_APPLY = "registration.apply"
    REGISTRATION_SEE = "registration.see"
    REGISTRATION_REVIEW = "registration.review"
    REGISTRATION_WITHDRAW = "registration.withdraw"
    REGISTRATION_END = "registration.end"
    WORK_UNIT_ADD = "work_unit.add"
    DEMAND_SUBMIT = "demand.submit"
    DEMAND_BROWSE = "demand.browse"
    DEMAND_SEE = "demand.see"
    DEMAND_REVIEW = "demand.review"
    DEMAND_WITHDRAW = "demand.withdraw"
    DEMAND_CANCEL = "demand.cancel"
    DEMAND_COMPLETE = "demand.complete"
    BENEFICIARY_ADD = "beneficiary.add"
    BENEFICIARY_SEE = "beneficiary.see"
    BENEFICIARY_REVEAL = "beneficiary.reveal"
    PLACE_CLAIM = "place.claim"
    PLACE_RELEASE = "place.release"
    CLAIM_SEE = "claim.see"
    SHIFT_PLAN = "shift.plan"
    SHIFT_CANCEL = "shift.cancel"
    SHIFT_CLOSE = "shift.close"
    CODE_SHOW = "code.show"
    SHIFT_SIGN = "shift.sign"
    SHIFT_SEE = "shift.see"
    ATTENDANCE_SEE = "attendance.see"
    RECORD_SEE = "record.see"
    RECORD_ADD = "record.add"
    RECORD_CORRECT = "record.correct"
    SERVICE_CONFIRM = "service.confirm"
    CONFIRMATION_WITHDRAW = "confirmation.withdraw"
    POINTS_SEE = "points.see"
    FIGURES_SEE = "figures.see"
    FIGURES_EXPORT = "figures.export"
    JOB_SEE = "job.see"
    JOBS_OVERSEE = "jobs.oversee"
    KEYS_ROTATE = "keys.rotate"


_COMMUNITY = 12  # digits of a community's path; a grid's has three more


class Reach(StrEnum):
    """How a role's grant must meet the subject's scope."""

    ANYWHERE = "anywhere"  # the role is enough
    AREA = "area"  # the subject lies in the grant's subtree
    COMMUNITY = "community"  # the subject lies in the community that the grant's grid is part of
    TEAM = "team"
    ORGANISATION = "organisation"
    WORK_UNIT = "work_unit"
    PERSON = "person"  # the subject is the person whom the grant names
    OWN = "own"  # the subject is the actor's own person


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a subject belongs, as plain values; what is None does not apply to it."""

    area_path: str | None = None
    team_id: UUID | None = None
    organisation_id: UUID | None = None
    work_unit_id: UUID | None = None
    person_id: UUID | None = None


Column = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class ScopeColumns:
    """Where the rows of a list belong, as columns."""

    area_path: Column | None = None
    team_id: Column | None = None
    organisation_id: Column | None = None
    work_unit_id: Column | None = None
    person_id: Column | None = None


Rule = dict[Role, Reach]

_OFFICERS: Rule = {Role.COMMUNITY_OFFICER: Reach.AREA, Role.STREET_OFFICER: Reach.AREA, Role.DISTRICT_OFFICER: Reach.AREA}
_DECIDING: Rule = {Role.COMMUNITY_OFFICER: Reach.AREA, Role.STREET_OFFICER: Reach.AREA}
_ANYBODY: Rule = {Role.RESIDENT: Reach.ANYWHERE}
_ONESELF: Rule = {Role.RESIDENT: Reach.OWN}

RULES: Mapping[Permission, Rule] = {
    Permission.ACCOUNT_LOG_IN: _ANYBODY,
    # For a colleague who logs in by password. The scope is the area above the one in which they are to hold office.
    Permission.ACCOUNT_CREATE: _OFFICERS,
    # Of one's own account, which has no person before the real name is registered; so the command looks after whose it is.
    Permission.SESSION_SEE: _ANYBODY,
    Permission.SESSION_END: _ANYBODY,
    Permission.PASSWORD_CHANGE: _ANYBODY,
    Permission.ACCOUNT_MERGE_OWN: _ANYBODY,  # of both accounts the command has seen proof
    # The scope is that of the person, and the area above each office that one of the accounts holds.
    Permission.ACCOUNT_MERGE: _OFFICERS | {Role.SECURITY_ADMIN: Reach.AREA},
    Permission.RECOVERY_APPLY: _ANYBODY,
    # Own: whose account is asked for. Who asks sees their own applications, too.
    Permission.RECOVERY_SEE: _OFFICERS | _ONESELF,
    Permission.RECOVERY_REVIEW: _DECIDING,
    Permission.RECOVERY_REFUSE: _DECIDING | _ONESELF,
    # The scope is the area above the one in which the colleague holds office: nobody takes over an equal or a superior.
    Permission.PASSWORD_RESET: _OFFICERS,
    # An office belongs to an area of its level, so nobody appoints to one above their own.
    Permission.ROLE_GRANT: _OFFICERS | {Role.SECURITY_ADMIN: Reach.AREA},
    Permission.ROLE_WITHDRAW: _OFFICERS | {Role.SECURITY_ADMIN: Reach.AREA},
    Permission.ROLE_SEE: _OFFICERS | {Role.SECURITY_ADMIN: Reach.AREA},
    Permission.ADMINISTRATOR_GRANT: {},  # by `ejia` only
    Permission.LOCKOUT_SEE: {Role.SECURITY_ADMIN: Reach.AREA},
    Permission.LOCKOUT_LIFT: {Role.SECURITY_ADMIN: Reach.AREA},
    Permission.AUDIT_SEE: {Role.AUDIT_ADMIN: Reach.ANYWHERE},  # entries hold ids only, and lie in no area
    Permission.PERSON_REGISTER: _ANYBODY,
    Permission.PERSON_SEE: _ONESELF | _OFFICERS,
    Permission.PERSON_REVEAL: _DECIDING,
    Permission.MINOR_REVEAL: {Role.STREET_OFFICER: Reach.AREA},  # who is in charge approves (未成年人网络保护条例 art. 36): the street
    Permission.PHONE_SET: _ONESELF,
    # Own: who is acted for, and the proxy; both are handed over as the scope, one after the other.
    Permission.PROXY_GRANT: _DECIDING | {Role.GRID_WORKER: Reach.COMMUNITY},
    Permission.PROXY_SEE: _OFFICERS | {Role.GRID_WORKER: Reach.COMMUNITY, Role.RESIDENT: Reach.OWN},
    Permission.PROXY_END: _DECIDING | {Role.GRID_WORKER: Reach.COMMUNITY, Role.RESIDENT: Reach.OWN},
    Permission.VOLUNTEER_LEAVE: _ONESELF,
    Permission.CONSENT_CHANGE: _ONESELF,
    # Own: the guardian is oneself. By area: at the desk of the community, before an officer.
    Permission.GUARDIANSHIP_STATE: _ONESELF | {Role.COMMUNITY_OFFICER: Reach.AREA},
    Permission.GUARDIANSHIP_END: _ONESELF | {Role.COMMUNITY_OFFICER: Reach.AREA},
    Permission.TEAM_APPLY: {Role.VOLUNTEER: Reach.ANYWHERE},
    Permission.TEAM_AMEND: _ONESELF,
    Permission.TEAM_SEE: _OFFICERS | _ONESELF,  # one that is not active; active ones are public
    Permission.TEAM_REVIEW: _DECIDING,
    Permission.TEAM_LEAD: {Role.TEAM_LEADER: Reach.TEAM},
    Permission.TEAM_JOIN: {Role.VOLUNTEER: Reach.ANYWHERE},
    Permission.TEAM_LEAVE: _ONESELF,
    Permission.TEAM_HAND_OVER: _DECIDING | _ONESELF,  # the leader is a person, named as the scope; the community where the leader is gone
    Permission.TEAM_MEMBERS_SEE: _OFFICERS | {Role.TEAM_LEADER: Reach.TEAM},
    Permission.ORGANISATION_APPLY: _ANYBODY,
    Permission.ORGANISATION_AMEND: _ONESELF,
    Permission.ORGANISATION_SEE: _OFFICERS | _ONESELF,  # one that is not verified; verified ones are public
    Permission.ORGANISATION_REVIEW: _DECIDING,
    Permission.ORGANISATION_HAND_OVER: _DECIDING | _ONESELF,
    Permission.STAFF_LEAVE: _ONESELF,
    Permission.STAFF_CHANGE: _ONESELF,  # the organisation's officer is a person, named as the scope
    Permission.STAFF_SEE: _OFFICERS | {Role.ORGANISATION_STAFF: Reach.ORGANISATION},
    Permission.REGISTRATION_APPLY: _ANYBODY,
    Permission.REGISTRATION_SEE: _OFFICERS | _ONESELF | {Role.WORK_UNIT_OFFICER: Reach.WORK_UNIT},
    Permission.REGISTRATION_REVIEW: _DECIDING,
    Permission.REGISTRATION_WITHDRAW: _ONESELF,
    Permission.REGISTRATION_END: _DECIDING | _ONESELF,
    Permission.WORK_UNIT_ADD: dict.fromkeys(_OFFICERS, Reach.ANYWHERE),  # a unit lies in no area
    # By area: for others, or for nobody in particular. Own: the requester is oneself.
    Permission.DEMAND_SUBMIT: _DECIDING | {Role.RESIDENT: Reach.OWN, Role.GRID_WORKER: Reach.COMMUNITY, Role.PROXY: Reach.PERSON},
    Permission.DEMAND_BROWSE: _ANYBODY,  # what is published
    # What is not published, and the details; teams and organisations see those of what they hold a claim on.
    Permission.DEMAND_SEE: _OFFICERS
    | {
        Role.RESIDENT: Reach.OWN,
        Role.GRID_WORKER: Reach.COMMUNITY,
        Role.PROXY: Reach.PERSON,
        Role.TEAM_LEADER: Reach.TEAM,
        Role.ORGANISATION_STAFF: Reach.ORGANISATION,
        Role.WORK_UNIT_OFFICER: Reach.WORK_UNIT,
    },
    Permission.DEMAND_REVIEW: _DECIDING,
    Permission.DEMAND_WITHDRAW: _ONESELF | {Role.GRID_WORKER: Reach.COMMUNITY, Role.PROXY: Reach.PERSON},
    Permission.DEMAND_CANCEL: _DECIDING,
    Permission.DEMAND_COMPLETE: _DECIDING | _ONESELF,
    Permission.BENEFICIARY_ADD: _DECIDING | {Role.GRID_WORKER: Reach.AREA},
    Permission.BENEFICIARY_SEE: {
        Role.COMMUNITY_OFFICER: Reach.AREA,
        Role.GRID_WORKER: Reach.AREA,
        Role.TEAM_LEADER: Reach.TEAM,
        Role.ORGANISATION_STAFF: Reach.ORGANISATION,
        Role.WORK_UNIT_OFFICER: Reach.WORK_UNIT,
        Role.RESIDENT: Reach.OWN,
    },
    Permission.BENEFICIARY_REVEAL: {Role.COMMUNITY_OFFICER: Reach.AREA, Role.GRID_WORKER: Reach.AREA},
    Permission.PLACE_CLAIM: {
        Role.TEAM_LEADER: Reach.TEAM,
        Role.ORGANISATION_STAFF: Reach.ORGANISATION,
        Role.WORK_UNIT_OFFICER: Reach.WORK_UNIT,
        Role.PARTY_MEMBER: Reach.AREA,
    },
    Permission.PLACE_RELEASE: _DECIDING
    | {
        Role.TEAM_LEADER: Reach.TEAM,
        Role.ORGANISATION_STAFF: Reach.ORGANISATION,
        Role.WORK_UNIT_OFFICER: Reach.WORK_UNIT,
        Role.RESIDENT: Reach.OWN,
    },
    Permission.CLAIM_SEE: _OFFICERS
    | {
        Role.TEAM_LEADER: Reach.TEAM,
        Role.ORGANISATION_STAFF: Reach.ORGANISATION,
        Role.WORK_UNIT_OFFICER: Reach.WORK_UNIT,
        Role.RESIDENT: Reach.OWN,
    },
    Permission.SHIFT_PLAN: _DECIDING,
    Permission.SHIFT_CANCEL: _DECIDING,
    Permission.SHIFT_CLOSE: {},  # by the clock only
    # Own: of the shift's requester, and of the officer of an organisation that holds a claim.
    Permission.CODE_SHOW: _DECIDING | {Role.RESIDENT: Reach.OWN, Role.TEAM_LEADER: Reach.TEAM, Role.WORK_UNIT_OFFICER: Reach.WORK_UNIT},
    Permission.SHIFT_SIGN: _ONESELF,
    Permission.SHIFT_SEE: _OFFICERS
    | {
        Role.RESIDENT: Reach.OWN,
        Role.TEAM_LEADER: Reach.TEAM,
        Role.ORGANISATION_STAFF: Reach.ORGANISATION,
        Role.WORK_UNIT_OFFICER: Reach.WORK_UNIT,
    },
    # Own: of who served, of the requester, and of the officer of the organisation that somebody served for.
    Permission.ATTENDANCE_SEE: _OFFICERS
    | {Role.RESIDENT: Reach.OWN, Role.TEAM_LEADER: Reach.TEAM, Role.WORK_UNIT_OFFICER: Reach.WORK_UNIT},
    Permission.RECORD_SEE: _OFFICERS
    | {
        Role.RESIDENT: Reach.OWN,
        Role.PROXY: Reach.PERSON,
        Role.TEAM_LEADER: Reach.TEAM,
        Role.WORK_UNIT_OFFICER: Reach.WORK_UNIT,
    },
    Permission.RECORD_ADD: _DECIDING,
    Permission.RECORD_CORRECT: _DECIDING,
    # Own: of the requester, or of whom one is the proxy of; nobody confirms what they served themselves.
    Permission.SERVICE_CONFIRM: _DECIDING | _ONESELF | {Role.PROXY: Reach.PERSON},
    Permission.CONFIRMATION_WITHDRAW: _DECIDING,
    Permission.POINTS_SEE: _ONESELF,
    Permission.FIGURES_SEE: _OFFICERS,
    Permission.FIGURES_EXPORT: _OFFICERS,
    Permission.JOB_SEE: _ONESELF,
    Permission.JOBS_OVERSEE: {Role.SYSTEM_ADMIN: Reach.AREA},
    Permission.KEYS_ROTATE: {},  # by `ejia` only
}


def allows(actor: Actor, permission: Permission, scope: Scope) -> bool:
    """Whether one of the actor's roles, as far as it reaches, permits this on a subject of this scope."""
    if actor.is_system:
        return True
    rule = RULES[permission]
    return any(_reaches(rule[grant.role], actor, grant, scope) for grant in _grants(actor) if grant.role in rule)


def grant_for(actor: Actor, permission: Permission, scope: Scope) -> Grant | None:
    """The first of the actor's grants that permits this: in which role they act. None for whom nothing permits it, and for the system."""
    rule = RULES[permission]
    return next((grant for grant in _grants(actor) if grant.role in rule and _reaches(rule[grant.role], actor, grant, scope)), None)


def require(actor: Actor, permission: Permission, scope: Scope, *, seen_by: Permission | None = None) -> None:
    """Let the permitted pass. Raises Missing for whom may not even see the subject (`seen_by`), Forbidden for who may."""
    if allows(actor, permission, scope):
        return
    if seen_by is not None and not allows(actor, seen_by, scope):
        raise Missing
    raise Forbidden


def require_seen(actor: Actor, permission: Permission, scope: Scope) -> None:
    """Let those pass who may open the subject. Raises Missing for all others: to them it does not exist."""
    if not allows(actor, permission, scope):
        raise Missing


def on_behalf_of(actor: Actor, permission: Permission, scope: Scope) -> UUID | None:
    """For whom the actor does what they may not do for themselves: the person of the scope, where only a proxy's role permits it."""
    for_themselves = replace(actor, grants=tuple(grant for grant in actor.grants if grant.role is not Role.PROXY))
    return None if allows(for_themselves, permission, scope) else scope.person_id


def visible(actor: Actor, permission: Permission, columns: ScopeColumns) -> ColumnElement[bool]:
    """The viewer's scope as a condition of a query: the rows on which `allows` would say yes."""
    if actor.is_system:
        return true()
    rule = RULES[permission]
    ways = [_condition(rule[grant.role], actor, grant, columns) for grant in _grants(actor) if grant.role in rule]
    return or_(false(), *(way for way in ways if way is not None))


def area_paths(actor: Actor, permission: Permission) -> list[str]:
    """The subtrees in which the actor has the permission by area, widest first; none of them lies within another."""
    if actor.is_system:
        return [""]
    rule = RULES[permission]
    paths = sorted(
        {grant.area_path for grant in actor.grants if rule.get(grant.role) is Reach.AREA and grant.area_path is not None}, key=len
    )
    return [path for i, path in enumerate(paths) if not any(path.startswith(wider) for wider in paths[:i])]


def _grants(actor: Actor) -> Iterable[Grant]:
    yield Grant(Role.RESIDENT)
    yield from actor.grants


def _reaches(reach: Reach, actor: Actor, grant: Grant, scope: Scope) -> bool:
    match reach:
        case Reach.ANYWHERE:
            return True
        case Reach.AREA:
            return grant.area_path is not None and scope.area_path is not None and scope.area_path.startswith(grant.area_path)
        case Reach.COMMUNITY:
            return grant.area_path is not None and scope.area_path is not None and scope.area_path.startswith(grant.area_path[:_COMMUNITY])
        case Reach.TEAM:
            return grant.team_id is not None and grant.team_id == scope.team_id
        case Reach.ORGANISATION:
            return grant.organisation_id is not None and grant.organisation_id == scope.organisation_id
        case Reach.WORK_UNIT:
            return grant.work_unit_id is not None and grant.work_unit_id == scope.work_unit_id
        case Reach.PERSON:
            return grant.person_id is not None and grant.person_id == scope.person_id
        case Reach.OWN:
            return actor.person_id is not None and actor.person_id == scope.person_id


def _condition(reach: Reach, actor: Actor, grant: Grant, columns: ScopeColumns) -> ColumnElement[bool] | None:
    match reach:
        case Reach.ANYWHERE:
            return true()
        case Reach.AREA:
            return (
                None
                if columns.area_path is None or grant.area_path is None
                else columns.area_path.startswith(grant.area_path, autoescape=True)
            )
        case Reach.COMMUNITY:
            return (
                None
                if columns.area_path is None or grant.area_path is None
                else columns.area_path.startswith(grant.area_path[:_COMMUNITY], autoescape=True)
            )
        case Reach.TEAM:
            return _equals(columns.team_id, grant.team_id)
        case Reach.ORGANISATION:
            return _equals(columns.organisation_id, grant.organisation_id)
        case Reach.WORK_UNIT:
            return _equals(columns.work_unit_id, grant.work_unit_id)
        case Reach.PERSON:
            return _equals(columns.person_id, grant.person_id)
        case Reach.OWN:
            return _equals(columns.person_id, actor.person_id)


def _equals(column: Column | None, value: UUID | None) -> ColumnElement[bool] | None:
    return None if column is None or value is None else column == value
