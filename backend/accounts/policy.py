"""Whether somebody may: the rules of permissions.py, asked of role grants and of nothing else.

The caller hands over the subject's scope as plain values (`require`) or columns (`visible`); policy never loads a subject. What a
person may not open answers 404, what they may see but not do answers 403.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, true

from backend.accounts.permissions import Permission, Reach
from backend.foundation import asked
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import Column
from backend.foundation.errors import Forbidden, HolderUnchecked, Missing

__all__ = [
    "COMMUNITY_DIGITS",
    "OFFICE_ROLES",
    "Permission",
    "Scope",
    "ScopeColumns",
    "allows",
    "area_paths",
    "could",
    "could_by_area",
    "grant_for",
    "on_behalf_of",
    "require",
    "require_seen",
    "visible",
    "who_may",
]

COMMUNITY_DIGITS = 12
"""Of its path; a grid has three more."""

OFFICE_ROLES = frozenset(
    {
        Role.GRID_WORKER,
        Role.COMMUNITY_OFFICER,
        Role.STREET_OFFICER,
        Role.DISTRICT_OFFICER,
        Role.SYSTEM_ADMIN,
        Role.SECURITY_ADMIN,
        Role.AUDIT_ADMIN,
    }
)
"""Roles over others, which somebody is appointed to. They decide only in the hands of a known human (`Actor.is_checked`)."""


_EVERYBODYS = Grant(Role.RESIDENT)
_HOLDERS = {
    Reach.ANYWHERE: "{}",
    Reach.AREA: "当地{}",
    Reach.COMMUNITY: "当地{}",
    Reach.TEAM: "该队的{}",
    Reach.ORGANISATION: "该{}",
    Reach.WORK_UNIT: "该{}",
    Reach.PERSON: "其{}",
    Reach.OWN: "本人",
}
"""Who holds a role that reaches so far, as one tells somebody else to ask them."""


_OF_BODIES = frozenset({Reach.TEAM, Reach.ORGANISATION, Reach.WORK_UNIT})


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a subject belongs, as plain values; what is None does not apply to it."""

    area_path: str | None = None
    team_id: UUID | None = None
    organisation_id: UUID | None = None
    work_unit_id: UUID | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ScopeColumns:
    """Where the rows of a list belong, as columns."""

    area_path: Column | None = None
    team_id: Column | None = None
    organisation_id: Column | None = None
    work_unit_id: Column | None = None
    person_id: Column | None = None


def allows(actor: Actor, permission: Permission, scope: Scope) -> bool:
    """Whether one of the actor's roles, as far as it reaches, permits this on a subject of this scope."""
    allowed = actor.is_system or grant_for(actor, permission, scope) is not None
    asked.note(permission, allowed=allowed)
    return allowed


def grant_for(actor: Actor, permission: Permission, scope: Scope) -> Grant | None:
    """The first of the actor's grants that permits this: in which role they act. None for whom nothing permits it, and for the system."""
    rule = permission.rule
    return next((grant for grant in _grants(actor, permission) if _reaches(rule[grant.role], actor, grant, scope)), None)


def require(actor: Actor, permission: Permission, scope: Scope, *, seen_by: Permission | None = None) -> None:
    """Let the permitted pass.

    Raises Missing for whom may not even see the subject (`seen_by`), HolderUnchecked for an office that nobody known holds, Forbidden.
    """
    if allows(actor, permission, scope):
        return
    if seen_by is not None and grant_for(actor, seen_by, scope) is None:
        raise Missing
    known = replace(actor, is_checked=True)
    raise HolderUnchecked if grant_for(known, permission, scope) is not None else Forbidden(who_may(permission))


def who_may(permission: Permission) -> str:
    """Whom to ask instead, for who may not: “审核队伍”由当地社区工作人员、当地街道工作人员办理."""
    holders = [_HOLDERS[reach].format(role.chinese) for role, reach in permission.rule.items()]
    return f"“{permission.chinese}”由{'、'.join(holders) or '平台的运行维护人员'}办理"


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
    asked.note(permission, allowed=True)
    if actor.is_system:
        return true()
    rule = permission.rule
    ways = [_condition(rule[grant.role], actor, grant, columns) for grant in _grants(actor, permission)]
    return or_(false(), *(way for way in ways if way is not None))


def could(actor: Actor, permission: Permission) -> bool:
    """Whether there may be anything for which the actor has this permission: for who asks before looking."""
    rule = permission.rule
    return actor.is_system or any(rule[grant.role] is not Reach.OWN or actor.person_id for grant in _grants(actor, permission))


def could_by_area(actor: Actor, permission: Permission) -> bool:
    """Whether one of the actor's roles has the permission in some area; nothing of it is asked for yet."""
    return any(permission.rule[grant.role] in (Reach.AREA, Reach.COMMUNITY) for grant in _grants(actor, permission))


def could_for_a_body(actor: Actor, permission: Permission) -> bool:
    """Whether one of the actor's roles has the permission for a team, an organisation or a work unit; nothing of it is asked for yet."""
    return any(permission.rule[grant.role] in _OF_BODIES for grant in _grants(actor, permission))


def area_paths(actor: Actor, permission: Permission) -> list[str]:
    """The subtrees in which the actor has the permission by area, widest first; none of them lies within another."""
    asked.note(permission, allowed=True)
    return reach_by_area(actor, permission)


def require_areas(actor: Actor, permission: Permission) -> list[str]:
    """As `area_paths`. Raises Forbidden where there is none."""
    if not could_by_area(actor, permission):
        raise Forbidden(who_may(permission))
    return area_paths(actor, permission)


def reach_by_area(actor: Actor, permission: Permission) -> list[str]:
    """The same to choose from only: nothing in them is asked for yet."""
    if actor.is_system:
        return [""]
    rule = permission.rule
    reaching = (grant.area_path for grant in _grants(actor, permission) if rule[grant.role] is Reach.AREA)
    paths = sorted({path for path in reaching if path is not None}, key=len)
    return [path for i, path in enumerate(paths) if not any(path.startswith(wider) for wider in paths[:i])]


def _grants(actor: Actor, permission: Permission) -> Iterable[Grant]:
    """Those of the actor's grants that the rule of the permission names, and that are in force for it."""
    for grant in (_EVERYBODYS, *actor.grants):
        if grant.role in permission.rule and (actor.is_checked or grant.role not in OFFICE_ROLES or not permission.decides):
            yield grant


def _reaches(reach: Reach, actor: Actor, grant: Grant, scope: Scope) -> bool:
    match reach:
        case Reach.ANYWHERE:
            return True
        case Reach.AREA:
            return grant.area_path is not None and scope.area_path is not None and scope.area_path.startswith(grant.area_path)
        case Reach.COMMUNITY:
            return (
                grant.area_path is not None
                and scope.area_path is not None
                and scope.area_path.startswith(grant.area_path[:COMMUNITY_DIGITS])
            )
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
                else columns.area_path.startswith(grant.area_path[:COMMUNITY_DIGITS], autoescape=True)
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
