"""Corrections, as the community and the person see them: what stands masked, what is proposed in clear, for who compares it with papers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from backend.accounts import policy
from backend.accounts import service as accounts
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.queries import lies_in
from backend.corrections.models import (
    NEW_ID_NUMBER,
    NEW_NAME,
    CorrectionProof,
    CorrectionStatus,
    IdentityCorrection,
    IdentityCorrectionChange,
)
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.life import StepLine, steps_of
from backend.foundation.masking import masked, masked_id_number
from backend.foundation.paging import Order, Page, PageRequest
from backend.foundation.sealing import keyring
from backend.foundation.search import as_asked
from backend.people.models import Person
from backend.volunteers.queries import PeopleSearch, person_sought

NEWEST_FIRST = Order((IdentityCorrection.id,), latest_first=True)


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One correction. What was proposed is there as long as it waits."""

    id: UUID
    status: CorrectionStatus
    proof: CorrectionProof
    proposed_at: datetime
    person_id: UUID
    person_name: str
    of_name: bool
    of_id_number: bool
    new_name: str | None
    new_id_number: str | None


def corrections(
    viewer: Actor, search: PeopleSearch, *, status: CorrectionStatus | None, for_me: bool = False, now: datetime, page: PageRequest
) -> Page[CorrectionLine]:
    """Those of people of the viewer's communities, and of the viewer; the newest first. The days are those of the proposal;
    `for_me`: only those that wait for the viewer.

    Raises paging.CursorInvalid.
    """
    wanted = _lines(viewer).where(person_sought(viewer, search.q, now=now), search.days.hold(IdentityCorrection.proposed_at))
    wanted = wanted.where(as_asked((IdentityCorrection.status, status)), lies_in(IdentityCorrection.area_path, search.community_id))
    if for_me:
        wanted = wanted.where(is_to_confirm(viewer, now=now))
    return NEWEST_FIRST.page(wanted, page).map(_line)


def is_to_confirm(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition: the correction was proposed, and the viewer is to agree as a second officer, or is whom it is about and may refuse it."""
    as_second = and_(
        policy.visible(viewer, Permission.CORRECTION_CONFIRM, ScopeColumns(area_path=IdentityCorrection.area_path)),
        IdentityCorrection.person_id.is_distinct_from(viewer.person_id),
        accounts.may_second(viewer, IdentityCorrection.proposed_by, now=now),
    )
    own = policy.visible(viewer, Permission.CORRECTION_RETURN, ScopeColumns(person_id=IdentityCorrection.person_id))
    return and_(IdentityCorrection.status == CorrectionStatus.PROPOSED, or_(as_second, own))


def correction(viewer: Actor, correction_id: UUID) -> CorrectionLine:
    """One of them. Raises Missing if the viewer may not see it."""
    row = db.session.execute(_lines(viewer).where(IdentityCorrection.id == correction_id)).one_or_none()
    if row is None:
        raise Missing
    return _line(row)


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees the corrections of people of some area, beside their own."""
    return policy.could_by_area(viewer, Permission.CORRECTION_SEE)


def areas_looked_after(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees all corrections."""
    return policy.area_paths(viewer, Permission.CORRECTION_SEE)


def steps_of_correction(correction_id: UUID, *, page: PageRequest) -> Page[StepLine]:
    """What became of a correction so far, the latest first. The caller has asked for the correction as the viewer sees it."""
    return steps_of(IdentityCorrectionChange, correction_id, page=page)


def _lines(viewer: Actor) -> Select[*tuple[Any, ...]]:
    scope = ScopeColumns(area_path=IdentityCorrection.area_path, person_id=IdentityCorrection.person_id)
    return (
        select(IdentityCorrection, IdentityCorrection.id, masked(Person.name))
        .join(Person, Person.id == IdentityCorrection.person_id)
        .where(policy.visible(viewer, Permission.CORRECTION_SEE, scope))
    )


def _line(row: Row[Any]) -> CorrectionLine:
    of: IdentityCorrection = row.IdentityCorrection
    name, number = of.name_sealed, of.id_number_sealed
    return CorrectionLine(
        id=of.id,
        status=of.status,
        proof=of.proof,
        proposed_at=of.proposed_at,
        person_id=of.person_id,
        person_name=row.name,
        of_name=of.of_name,
        of_id_number=of.of_id_number,
        new_name=None if name is None else keyring().unseal_if_possible(name, field=NEW_NAME, row=of.id),
        new_id_number=None if number is None else masked_id_number(keyring().unseal_if_possible(number, field=NEW_ID_NUMBER, row=of.id)),
    )
