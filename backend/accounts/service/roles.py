"""Whose account it is, and what roles it holds: granted, offered, withdrawn."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.exc import IntegrityError

from backend.accounts.events import AccountIdentified, RoleGranted, RoleOffered, RoleProposed, RoleWithdrawn
from backend.accounts.models import Account, AccountStatus, GrantStep, Login, LoginKind, RoleGrant
from backend.accounts.policy import Permission
from backend.areas import service as areas
from backend.areas.models import Area, Level
from backend.foundation import audit, clock, outbox
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, one_of, violated_constraint
from backend.foundation.errors import Conflict, Unprocessable
from backend.foundation.ids import new_id
from backend.foundation.refusals import never


class TermOver(Unprocessable):
    """A term that would end before it begins, or before now."""

    code: ClassVar[str] = "term_over"
    detail = "任期的结束时间应晚于现在和开始时间"


class LevelMismatch(Unprocessable):
    """The role belongs to an area of another level."""

    code: ClassVar[str] = "level_mismatch"
    detail = "该角色不能授予这一级区域"


class RolesExclude(Conflict):
    """System, security and audit administrators exclude one another, and every office that sees what residents entrust to it."""

    code: ClassVar[str] = "roles_exclude"
    detail = "系统管理员、安全管理员、审计管理员不能互相兼任，也不能兼任其他管理角色"


class AccountTied(Conflict):
    """The account belongs to a person already."""

    code: ClassVar[str] = "account_tied"
    detail = "该账号已完成实名登记"


class PersonHasAccount(Conflict):
    """The person has another live account."""

    code: ClassVar[str] = "person_has_account"
    detail = "该人员已有其他账号，请联系所在社区核实"


OFFICES: Mapping[Role, Collection[Level]] = {
    Role.GRID_WORKER: (Level.COMMUNITY, Level.GRID),
    Role.COMMUNITY_OFFICER: (Level.COMMUNITY,),
    Role.STREET_OFFICER: (Level.STREET,),
    Role.DISTRICT_OFFICER: (Level.DISTRICT,),
    Role.SYSTEM_ADMIN: (Level.STREET, Level.DISTRICT),
    Role.SECURITY_ADMIN: (Level.STREET, Level.DISTRICT),
    Role.AUDIT_ADMIN: (Level.STREET, Level.DISTRICT),
}
"""What is granted by officers or by `ejia`, and at which levels; every other role comes with a step of its capability."""

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""三员: granted by `ejia` only, one to an account, and to none that holds another office (docs/design.md, Words)."""

TERM_RUN_OUT = "任期届满"
"""Why a grant is over whose term ran out, once the same one is granted anew."""


def tie_to_person(account_id: UUID, person_id: UUID, *, now: datetime) -> None:
    """Say whose account this is, once. The caller holds the proof of identity.

    Raises AccountTied when the account has a person or was merged, PersonHasAccount when the person has a live account.
    """
    _tie(account_id, Account.person_id.is_(None), now, person_id=person_id)


def note_check(actor: Actor, account_id: UUID, person_id: UUID, *, now: datetime) -> None:
    """Write down that the papers of an account's holder were seen; they say whose it is. The caller has asked policy.

    Raises AccountTied when it is somebody else's, PersonHasAccount when the person has another live account.
    """
    theirs = or_(Account.person_id.is_(None), Account.person_id == person_id)
    _tie(account_id, theirs, now, person_id=person_id, checked_at=now, checked_by=actor.account_id)
    audit.record(actor, Permission.IDENTITY_CHECK, account_id, now=now, person=str(person_id))


def _tie(account_id: UUID, may_be: ColumnElement[bool], now: datetime, **values: object) -> None:
    try:
        tied = db.session.scalar(
            update(Account)
            .where(Account.id == account_id, may_be, Account.status == AccountStatus.ACTIVE)
            .values(values)
            .returning(Account.id)
            .execution_options(synchronize_session=False)
        )
    except IntegrityError as error:
        if violated_constraint(error) == "uq_accounts_live_person":
            raise PersonHasAccount from error
        raise
    if tied is None:
        raise AccountTied
    outbox.record(AccountIdentified(account_id), now=now)


def grant_role(actor: Actor, account_id: UUID, grant: Grant, *, now: datetime) -> UUID:
    """Grant a role that holds from now on; for a grant that is held already only its term changes. The caller has asked policy.

    Raises RolesExclude, TermOver.
    """
    scope, account_id = scope_values(grant), held_account(account_id)
    granting = _granting(actor, account_id, grant, starts_at=now, now=now).on_conflict_do_update(
        index_elements=["account_id", "role", *scope],
        index_where=RoleGrant.withdrawn_at.is_(None),
        set_={"ends_at": grant.ends_at, "starts_at": func.least(RoleGrant.starts_at, now), "waits_for": None},
    )
    granted: UUID = db.session.scalars(granting.returning(RoleGrant.id).execution_options(synchronize_session=False)).one()
    audit.record(actor, Permission.ROLE_GRANT, account_id, now=now, role=grant.role.value, scope=scope_text(scope))
    if grant.role in OFFICES:
        outbox.record(RoleGranted(granted), now=now)
    return granted


def offer_grant(actor: Actor, account_id: UUID, grant: Grant, *, waits_for: GrantStep, starts_at: datetime, now: datetime) -> UUID | None:
    """Grant a role that holds from an instant on, once nobody is waited for; None when the account holds it, or will.

    The caller has asked policy. Raises TermOver.
    """
    scope, account_id = scope_values(grant), held_account(account_id)
    granting = _granting(actor, account_id, grant, waits_for=waits_for, starts_at=starts_at, now=now).on_conflict_do_nothing(
        index_elements=["account_id", "role", *scope], index_where=RoleGrant.withdrawn_at.is_(None)
    )
    granted = db.session.scalar(granting.returning(RoleGrant.id).execution_options(synchronize_session=False))
    if granted is not None:
        audit.record(actor, Permission.ROLE_GRANT, account_id, now=now, role=grant.role.value, scope=scope_text(scope), grant=str(granted))
        outbox.record(RoleProposed(granted) if waits_for is GrantStep.APPROVAL else RoleOffered(granted), now=now)
    return granted


def _granting(
    actor: Actor, account_id: UUID, grant: Grant, *, waits_for: GrantStep | None = None, starts_at: datetime, now: datetime
) -> Insert:
    """The insertion of a grant, to which the caller adds what shall become of one that is held."""
    if grant.ends_at is not None and grant.ends_at <= max(starts_at, now):
        raise TermOver
    if waits_for is None:  # what is only offered excludes nothing, and tells nobody what the account holds
        refuse_excluded(account_id, grant.role, now=now)
    put_away_run_out(account_id, grant, now=now)
    return insert(RoleGrant).values(
        id=new_id(),
        account_id=account_id,
        role=grant.role,
        starts_at=starts_at,
        ends_at=grant.ends_at,
        granted_by=actor.account_id,
        granted_at=now,
        waits_for=waits_for,
        **scope_values(grant),
    )


def put_away_run_out(account_id: UUID, grant: Grant, *, now: datetime) -> None:
    """A grant whose term ran out holds no place any more: the next one begins by itself, and the time between was nobody's."""
    db.session.execute(
        update(RoleGrant)
        .where(RoleGrant.account_id == account_id, RoleGrant.withdrawn_at.is_(None), RoleGrant.ends_at <= now, *same_scope(grant))
        .values(withdrawn_at=RoleGrant.ends_at, withdrawn_reason=TERM_RUN_OUT)
        .execution_options(synchronize_session=False)
    )


@never(RolesExclude, TermOver, because="a role that comes with a step of life excludes none, and its term was looked at before")
def grant_to_person(actor: Actor, person_id: UUID, grant: Grant, *, now: datetime) -> None:
    """Grant a role to the live account of a person, if there is one: who is only on record has nobody to act."""
    account_id = account_of_person(person_id)
    if account_id is not None:
        grant_role(actor, account_id, grant, now=now)


def withdraw_from_person(actor: Actor, person_id: UUID, grant: Grant, *, reason: str, now: datetime) -> None:
    """Withdraw a role from the live account of a person, if it is held."""
    account_id = account_of_person(person_id)
    if account_id is not None:
        withdraw_role(actor, account_id, grant, reason=reason, now=now)


def withdraw_role(actor: Actor, account_id: UUID, grant: Grant, *, reason: str, now: datetime) -> bool:
    """End a role that an account holds within just this scope. Returns whether it held it."""
    account_id = held_account(account_id)
    withdrawn = db.session.scalar(
        update(RoleGrant)
        .where(RoleGrant.account_id == account_id, RoleGrant.withdrawn_at.is_(None), *same_scope(grant))
        .values(withdrawn_at=now, withdrawn_by=actor.account_id, withdrawn_reason=reason)
        .returning(RoleGrant.id)
        .execution_options(synchronize_session=False)
    )
    if withdrawn is not None:
        audit.record(actor, Permission.ROLE_WITHDRAW, account_id, now=now, role=grant.role.value)
        if grant.role in OFFICES:
            outbox.record(RoleWithdrawn(withdrawn), now=now)
    return withdrawn is not None


def withdraw_from_unit(actor: Actor, work_unit_id: UUID, *, reason: str, now: datetime) -> None:
    """Let nobody act for a unit any more. The caller has asked policy."""
    acting = select(RoleGrant).where(RoleGrant.work_unit_id == work_unit_id, RoleGrant.is_unended(now)).order_by(RoleGrant.id)
    for held in db.session.scalars(acting).all():
        withdraw_role(actor, held.account_id, Grant(held.role, work_unit_id=work_unit_id), reason=reason, now=now)


def hold_office_in(area_paths: Sequence[str]) -> bool:
    """Whether anybody ever held a role in just one of these areas."""
    return db.session.scalar(select(RoleGrant.id).where(one_of(RoleGrant.area_path, area_paths)).limit(1)) is not None


def holds_role(person_id: UUID, role: Role, *, now: datetime) -> bool:
    """Whether the live account of a person holds this role anywhere at the moment."""
    held = (
        select(RoleGrant.id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            Account.person_id == person_id,
            Account.status == AccountStatus.ACTIVE,
            RoleGrant.role == role,
            _is_unended(now),
        )
        .limit(1)
    )
    return db.session.scalar(held) is not None


def holding_still(actor: Actor, role: Role, *, now: datetime) -> Actor:
    """The actor as far as this role goes, with what the account holds at this moment; nobody withdraws it until this transaction ends.

    For acts that must not outlive the role: an actor's grants are those of the request's beginning.
    """
    if actor.is_system:
        return actor
    held = db.session.scalars(
        select(RoleGrant)
        .where(RoleGrant.account_id == actor.account_id, RoleGrant.role == role, _is_unended(now))
        .order_by(RoleGrant.id)
        .with_for_update(read=True)
    ).all()
    return replace(actor, grants=tuple(Grant(role, ends_at=grant.ends_at, **scope_values(grant)) for grant in held))


def account_of_login(name: str) -> UUID | None:
    """The live account that logs in by this name."""
    return db.session.scalar(
        select(Login.account_id)
        .join(Account, Account.id == Login.account_id)
        .where(Login.kind == LoginKind.PASSWORD, Login.name == name, Login.ended_at.is_(None), Account.status == AccountStatus.ACTIVE)
    )


def office(role: Role, area_code: str, *, until: date | None = None) -> Grant:
    """The grant of an officer, a grid worker or an administrator in the area of this code; `until` is the last day of the term.

    Raises areas.AreaUnknown, LevelMismatch.
    """
    return office_in(role, areas.area_in_use(areas.area_of_code(area_code).id), until=until)


def office_in(role: Role, area: Area, *, until: date | None = None) -> Grant:
    """As `office`, in an area that is at hand. Raises LevelMismatch."""
    if area.level not in OFFICES.get(role, ()):
        raise LevelMismatch
    return Grant(role, area_path=area.path, ends_at=end_of_term(until))


def end_of_term(last_day: date | None) -> datetime | None:
    """When a term is over that holds until the end of a day in Shanghai; None for one without an end."""
    return None if last_day is None else clock.start_of_day(last_day + timedelta(days=1))


def account_of_person(person_id: UUID) -> UUID | None:
    """The live account of a person."""
    return db.session.scalar(select(Account.id).where(Account.person_id == person_id, Account.status == AccountStatus.ACTIVE))


def with_account_among(person_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the persons who have a live account."""
    having = select(Account.person_id).where(one_of(Account.person_id, person_ids), Account.status == AccountStatus.ACTIVE)
    return {person_id for person_id in db.session.scalars(having) if person_id is not None}


def held_account(account_id: UUID) -> UUID:
    """The account, or the one that took it over a moment ago: until this transaction ends nobody merges it, nor grants it anything else."""
    holding = select(Account.merged_into_id).where(Account.id == account_id).with_for_update(key_share=True)
    took_over = db.session.scalar(holding)
    return account_id if took_over is None else held_account(took_over)


def refuse_excluded(account_id: UUID, role: Role, *, now: datetime) -> None:
    """Refuse an office beside one that it excludes. The caller holds the account: of two grants at once the later one finds the earlier.

    Raises RolesExclude.
    """
    if role not in OFFICES:
        return
    others = frozenset(OFFICES) - {role} if role in ADMINISTRATORS else ADMINISTRATORS
    other = db.session.scalar(
        select(RoleGrant.id).where(RoleGrant.account_id == account_id, RoleGrant.role.in_(others), _is_unended(now)).limit(1)
    )
    if other is not None:
        raise RolesExclude


def _is_unended(now: datetime) -> ColumnElement[bool]:
    """Held, or to be held later: a grant that was made a moment after `now` by another request counts, for who must not miss it."""
    return and_(RoleGrant.is_unended(now), RoleGrant.waits_for.is_(None))


def scope_values(grant: Grant | RoleGrant) -> dict[str, Any]:
    """The scope of a grant, as columns."""
    return {
        "area_path": grant.area_path,
        "party_organisation_id": grant.party_organisation_id,
        "organisation_id": grant.organisation_id,
        "work_unit_id": grant.work_unit_id,
        "team_id": grant.team_id,
        "person_id": grant.person_id,
    }


def scope_text(scope: Mapping[str, str | UUID | None]) -> str:
    """A scope as the audit log names it."""
    return next(f"{name}:{value}" for name, value in scope.items() if value is not None)


def same_scope(grant: Grant) -> list[ColumnElement[bool]]:
    """Conditions: the same role in just the same scope."""
    return [
        RoleGrant.role == grant.role,
        *(getattr(RoleGrant, name).is_not_distinct_from(value) for name, value in scope_values(grant).items()),
    ]
