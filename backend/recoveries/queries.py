"""Applications for an account, as the community, the person and who applied see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, true

from backend.accounts import limits, policy, tokens
from backend.accounts import service as accounts
from backend.accounts.policy import Permission, ScopeColumns
from backend.accounts.queries import accounts_of
from backend.areas.models import Area
from backend.areas.queries import path_of
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.life import StepLine, steps_of
from backend.foundation.masking import masked, masked_id_number
from backend.foundation.paging import Order, Page, PageRequest
from backend.foundation.sealing import keyring
from backend.people.models import ID_NUMBER, Person
from backend.people.queries import Community
from backend.recoveries.models import AccountRecovery, AccountRecoveryChange, RecoveryKind, RecoveryProof, RecoveryStatus
from backend.volunteers.queries import PeopleSearch, person_sought

UNDECIDED = (RecoveryStatus.SUBMITTED, RecoveryStatus.SEEN)
NEWEST_FIRST = Order((AccountRecovery.id,), latest_first=True)


@dataclass(frozen=True, slots=True)
class AskedFor:
    """Whose account it is; name and number masked. Shown to the community and to the person, never to who only applied."""

    id: UUID
    name: str
    id_number: str
    community: Community


@dataclass(frozen=True, slots=True)
class RecoveryLine:
    """One application."""

    id: UUID
    kind: RecoveryKind
    status: RecoveryStatus
    applied_at: datetime
    takes_effect_at: datetime | None
    """When it does so by itself, as long as that is waited for."""
    decided_at: datetime | None
    reason: str | None
    proof: RecoveryProof | None
    person: AskedFor | None
    check_code: str | None
    """For who applied, as long as it waits."""


def recoveries(
    viewer: Actor, search: PeopleSearch, *, status: RecoveryStatus | None, for_me: bool = False, now: datetime, page: PageRequest
) -> Page[RecoveryLine]:
    """Those for people of the viewer's communities, for the viewer's own account, and those that the viewer made; the newest first. The
    days are those of application; whose it is and where finds it only for who is told that. `for_me`: only those that wait for the viewer.

    Raises paging.CursorInvalid.
    """
    wanted = _lines(viewer).where(search.days.hold(AccountRecovery.applied_at))
    if search.q is not None:
        wanted = wanted.where(person_sought(viewer, search.q, now=now), _told_whose(viewer))
    if search.community_id is not None:
        wanted = wanted.where(AccountRecovery.area_path == path_of(search.community_id), _told_whose(viewer))
    if status is not None:
        wanted = wanted.where(AccountRecovery.status == status)
    if for_me:
        wanted = wanted.where(or_(is_to_check(viewer), is_to_approve(viewer, now=now)))
    return NEWEST_FIRST.page(wanted, page).map(_line)


def is_to_check(viewer: Actor) -> ColumnElement[bool]:
    """Condition: somebody asks for an account, and the viewer is to see them with papers; or it is the viewer's own, to be refused."""
    seeing = and_(_of_office(viewer, Permission.RECOVERY_REVIEW), _of_others(viewer))
    return and_(AccountRecovery.status == RecoveryStatus.SUBMITTED, or_(seeing, _own(viewer, Permission.RECOVERY_REFUSE)))


def is_to_approve(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition: an officer saw who asks, and the viewer is to agree as a second one, or as whose account it is."""
    agreeing = and_(
        _of_office(viewer, Permission.RECOVERY_APPROVE), _of_others(viewer), accounts.may_second(viewer, AccountRecovery.seen_by, now=now)
    )
    return and_(AccountRecovery.status == RecoveryStatus.SEEN, or_(agreeing, _own(viewer, Permission.RECOVERY_APPROVE)))


def _of_office(viewer: Actor, permission: Permission) -> ColumnElement[bool]:
    return policy.visible(viewer, permission, ScopeColumns(area_path=AccountRecovery.area_path))


def _own(viewer: Actor, permission: Permission) -> ColumnElement[bool]:
    return policy.visible(viewer, permission, ScopeColumns(person_id=AccountRecovery.person_id))


def _of_others(viewer: Actor) -> ColumnElement[bool]:
    """Neither of the viewer's account nor by one of theirs."""
    return and_(
        AccountRecovery.person_id.is_distinct_from(viewer.person_id), AccountRecovery.account_id.not_in(accounts_of(viewer.account_id))
    )


def recovery(viewer: Actor, recovery_id: UUID) -> RecoveryLine:
    """One of them. Raises Missing if the viewer may not see it."""
    row = db.session.execute(_lines(viewer).where(AccountRecovery.id == recovery_id)).one_or_none()
    if row is None:
        raise Missing
    return _line(row)


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees such applications of some area, beside what concerns themselves."""
    return policy.could_by_area(viewer, Permission.RECOVERY_SEE)


def areas_looked_after(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees all of them."""
    return policy.area_paths(viewer, Permission.RECOVERY_SEE)


def steps_of_recovery(viewer: Actor, recovery_id: UUID, *, page: PageRequest) -> Page[StepLine]:
    """What became of it so far, the latest first, for who is told whose account it is. Raises Missing."""
    if db.session.scalar(select(AccountRecovery.id).where(AccountRecovery.id == recovery_id, _told_whose(viewer))) is None:
        raise Missing
    return steps_of(AccountRecoveryChange, recovery_id, page=page)


def _lines(viewer: Actor) -> Select[*tuple[Any, ...]]:
    told, own = _told_whose(viewer), AccountRecovery.account_id.in_(accounts_of(viewer.account_id))
    decision = (
        select(AccountRecoveryChange.at, AccountRecoveryChange.reason)
        .where(AccountRecoveryChange.recovery_id == AccountRecovery.id, AccountRecoveryChange.to_status.not_in(UNDECIDED))
        .order_by(AccountRecoveryChange.at.desc())
        .limit(1)
        .lateral("decision")
    )
    return (
        select(
            AccountRecovery.id,
            AccountRecovery.kind,
            AccountRecovery.status,
            AccountRecovery.seen_at,
            AccountRecovery.applied_at,
            AccountRecovery.proof,
            decision.c.at.label("decided_at"),
            decision.c.reason,
            told.label("told"),
            own.label("own"),
            Person.id.label("person_id"),
            masked(Person.name),
            Person.id_number_sealed,
            Area.id.label("area_id"),
            Area.name.label("area_name"),
        )
        .select_from(AccountRecovery)
        .outerjoin(decision, true())
        .outerjoin(Person, Person.id == AccountRecovery.person_id)
        .outerjoin(Area, Area.id == Person.area_id)
        .where(or_(told, own))
    )


def _told_whose(viewer: Actor) -> ColumnElement[bool]:
    scope = ScopeColumns(area_path=AccountRecovery.area_path, person_id=AccountRecovery.person_id)
    return policy.visible(viewer, Permission.RECOVERY_SEE, scope)


def _line(row: Row[Any]) -> RecoveryLine:
    person = None
    if row.told and row.person_id is not None:
        number = keyring().unseal_if_possible(row.id_number_sealed, field=ID_NUMBER, row=row.person_id)
        person = AskedFor(row.person_id, row.name, masked_id_number(number), Community(row.area_id, row.area_name))
    return RecoveryLine(
        id=row.id,
        kind=row.kind,
        status=row.status,
        applied_at=row.applied_at,
        takes_effect_at=row.seen_at + limits.current().recoveries.waits if row.status is RecoveryStatus.SEEN else None,
        decided_at=row.decided_at,
        reason=row.reason,
        proof=row.proof,
        person=person,
        check_code=tokens.maker().check_code(row.id) if row.own and row.status is RecoveryStatus.SUBMITTED else None,
    )
