"""Roles that go on elsewhere: in the unit or area that another one becomes, or with the account into which one is merged."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.events import RoleGranted, RoleOffered, RoleProposed
from backend.accounts.models import Account, GrantStep, RoleGrant
from backend.accounts.policy import Permission
from backend.accounts.service.roles import (
    OFFICES,
    RolesExclude,
    TermOver,
    grant_role,
    held_account,
    put_away_run_out,
    same_scope,
    scope_text,
    scope_values,
    withdraw_role,
)
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor, Grant
from backend.foundation.database import db, one_of
from backend.foundation.ids import new_id
from backend.foundation.refusals import never

_NEWS_OF_WAITING = {None: RoleGranted, GrantStep.ACCEPTANCE: RoleOffered, GrantStep.APPROVAL: RoleProposed}


@never(RolesExclude, TermOver, because="the same role goes on for the rest of its term")
def hand_on_unit(actor: Actor, given_id: UUID, kept_id: UUID, *, now: datetime) -> None:
    """Let who acts for one work unit act for another, which is the same one. The caller has asked policy."""
    of_given = select(RoleGrant).where(RoleGrant.work_unit_id == given_id, RoleGrant.is_unended(now)).order_by(RoleGrant.id)
    for held in db.session.scalars(of_given).all():
        withdraw_role(actor, held.account_id, Grant(held.role, work_unit_id=given_id), reason="work_units_merged", now=now)
        grant_role(actor, held.account_id, Grant(held.role, work_unit_id=kept_id, ends_at=held.ends_at), now=now)


def hand_on_roles_of(person_ids: Sequence[UUID], given_path: str, kept_path: str, *, now: datetime) -> int:
    """As `hand_on_area`, for what these people are in an area without an office: that one stays, wherever its holder lives."""
    theirs = select(Account.id).where(one_of(Account.person_id, person_ids))
    return hand_on_area(given_path, kept_path, RoleGrant.role.not_in(OFFICES), RoleGrant.account_id.in_(theirs), now=now)


def hand_on_area(given_path: str, kept_path: str, *which: ColumnElement[bool], now: datetime) -> int:
    """Let who holds a role in an area hold it in its successor, for the rest of the term, and who was offered one be so there; returns how
    many did. Who decided on it stays the same, and whoever holds it in one of the two keeps that."""
    given = select(RoleGrant).where(RoleGrant.area_path == given_path, RoleGrant.is_unended(now), *which).order_by(RoleGrant.id)
    grants = db.session.scalars(given).all()
    for seen in grants:
        account_id, former = held_account(seen.account_id), Grant(seen.role, area_path=given_path)
        # As it stands once it is ours: an offer may have been answered meanwhile.
        of_account = given.where(RoleGrant.account_id == account_id, RoleGrant.role == seen.role)
        held = db.session.scalar(of_account.with_for_update().execution_options(populate_existing=True))
        if held is not None:
            withdraw_role(Actor.system(), account_id, former, reason="areas_readjusted", now=now)
            _hold_there(held, Grant(held.role, area_path=kept_path), now=now)
    return len(grants)


def _hold_there(held: RoleGrant, there: Grant, *, now: datetime) -> None:
    """Let a grant go on in another scope, and tell its holder what is new."""
    put_away_run_out(held.account_id, there, now=now)
    same = select(RoleGrant.waits_for).where(RoleGrant.account_id == held.account_id, RoleGrant.withdrawn_at.is_(None), *same_scope(there))
    before = db.session.execute(same).one_or_none()
    granted, waits_for = go_on(held, held.account_id, there, now=now)
    scope = scope_text(scope_values(there))
    audit.record(Actor.system(), Permission.ROLE_GRANT, held.account_id, now=now, role=held.role.value, scope=scope, grant=str(granted))
    knows = before is not None and (before.waits_for is None or waits_for is not None)
    if held.role in OFFICES and not knows:
        outbox.record(_NEWS_OF_WAITING[waits_for](granted), now=now)


def go_on(held: RoleGrant, account_id: UUID, scope: Grant | RoleGrant, *, now: datetime) -> tuple[UUID, GrantStep | None]:
    """Grant anew, to another account or in another scope, what is held or offered: for the rest of its term, as it was decided on by whom.
    Beside the same role there the two become one. Returns its id and for whom it waits. The caller holds the account."""
    values = scope_values(scope)
    granting = insert(RoleGrant).values(
        id=new_id(),
        account_id=account_id,
        role=held.role,
        starts_at=max(held.starts_at, now),
        ends_at=held.ends_at,
        granted_by=held.granted_by,
        granted_at=held.granted_at,
        approved_by=held.approved_by,
        waits_for=held.waits_for,
        **values,
    )
    one_held = or_(RoleGrant.waits_for.is_(None), granting.excluded.waits_for.is_(None))
    comes_held = and_(RoleGrant.waits_for.is_not(None), granting.excluded.waits_for.is_(None))
    decided = {
        name: case((comes_held, granting.excluded[name]), else_=getattr(RoleGrant, name))
        for name in ("granted_by", "granted_at", "approved_by")
    }
    joined = granting.on_conflict_do_update(
        index_elements=["account_id", "role", *values],
        index_where=RoleGrant.withdrawn_at.is_(None),
        set_={
            "starts_at": func.least(RoleGrant.starts_at, granting.excluded.starts_at),
            # Who holds it in one of the two holds it, as it was decided on there.
            "waits_for": case((one_held, None), else_=RoleGrant.waits_for),
            **decided,
            # Nothing is later than an end that is not set.
            "ends_at": case(
                (or_(RoleGrant.ends_at.is_(None), granting.excluded.ends_at.is_(None)), None),
                else_=func.greatest(RoleGrant.ends_at, granting.excluded.ends_at),
            ),
        },
    )
    returning = joined.returning(RoleGrant.id, RoleGrant.waits_for).execution_options(synchronize_session=False)
    granted, waits_for = db.session.execute(returning).one()
    return granted, waits_for
