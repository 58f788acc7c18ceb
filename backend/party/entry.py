"""Work units that a street brings with it, and who works there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.permissions import Permission
from backend.foundation import audit, clock, facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db, one_of
from backend.foundation.facts import UNDONE
from backend.foundation.ids import new_id
from backend.foundation.skeletons import skeleton
from backend.party.events import WorkUnitAdded, WorkUnitEnded
from backend.party.models import PartyMember, UnitMembership, UnitNature, WorkUnit
from backend.party.organisations import called_so


@dataclass(frozen=True, slots=True)
class BroughtUnit:
    """An employer."""

    name: str
    credit_code: str | None
    nature: UnitNature


@dataclass(frozen=True, slots=True)
class BroughtEmployee:
    """That a Party member works at a unit since a day, and belongs to its Party organisation."""

    person_id: UUID
    work_unit_id: UUID
    party_organisation_name: str
    joined_party_on: date | None
    since: date


def standing_units(names: Sequence[str], codes: Sequence[str]) -> Sequence[WorkUnit]:
    """The units of these credit codes, also ended ones, and those whose name looks like one of these."""
    live = WorkUnit.is_live() & one_of(WorkUnit.name_skeleton, [skeleton(name) for name in names])
    return db.session.scalars(select(WorkUnit).where(or_(live, one_of(WorkUnit.credit_code, codes))).order_by(WorkUnit.id)).all()


def enter_units(actor: Actor, brought: Sequence[BroughtUnit], *, of: UUID, now: datetime) -> list[UUID]:
    """Add these units; one whose credit code came in meanwhile is left out. Returns their ids. The caller has asked policy."""
    if not brought:
        return []
    rows = [
        {
            "id": new_id(),
            "name": one.name,
            "name_skeleton": skeleton(one.name),
            "credit_code": one.credit_code,
            "nature": one.nature,
            "created_at": now,
        }
        for one in brought
    ]
    made = db.session.scalars(
        insert(WorkUnit).values(rows).on_conflict_do_nothing(index_elements=["credit_code"]).returning(WorkUnit.id)
    ).all()
    outbox.record_all([WorkUnitAdded(unit_id) for unit_id in made], now=now)
    audit.record(actor, Permission.IMPORT_ENTER, of, now=now, units=len(made))
    return list(made)


def undo_units(actor: Actor, unit_ids: Sequence[UUID], *, of: UUID, now: datetime) -> None:
    """Take units back that nothing names: they end, and their credit code is free. The caller has asked policy."""
    ended = update(WorkUnit).where(one_of(WorkUnit.id, unit_ids), WorkUnit.is_live())
    given_up = ended.values(ended_on=clock.shanghai_day(now), credit_code=None).returning(WorkUnit.id)
    moved = db.session.scalars(given_up.execution_options(synchronize_session=False)).all()
    outbox.record_all([WorkUnitEnded(unit_id) for unit_id in moved], now=now)
    audit.record(actor, Permission.IMPORT_ENTER, of, now=now, undone=len(moved))


def enter_employees(actor: Actor, brought: Sequence[BroughtEmployee], *, now: datetime) -> tuple[dict[UUID, UUID], list[UUID]]:
    """Let them work there since their day; who works somewhere already is left out. Returns the Party member by person, and the facts. The
    caller has asked policy, and keeps the audit log."""
    called = called_so({one.person_id: one.party_organisation_name for one in brought})
    as_given = [
        {
            "id": new_id(),
            "person_id": one.person_id,
            "work_unit_id": one.work_unit_id,
            "party_organisation_name": one.party_organisation_name,
            "party_organisation_id": called.get(one.person_id),
            "joined_party_on": one.joined_party_on,
            "created_at": now,
        }
        for one in brought
    ]
    stated = insert(PartyMember)
    given = ("work_unit_id", "party_organisation_name", "party_organisation_id", "joined_party_on")
    members = db.session.execute(
        stated.values(as_given)
        .on_conflict_do_update(index_elements=["person_id"], set_={field: stated.excluded[field] for field in given})
        .returning(PartyMember.person_id, PartyMember.id)
        .execution_options(synchronize_session=False)
    ).all()
    working = [
        {
            "person_id": one.person_id,
            "work_unit_id": one.work_unit_id,
            "party_organisation_name": one.party_organisation_name,
            "joined_on": one.since,
        }
        for one in brought
    ]
    made = facts.state_missing(UnitMembership, actor, working, key=["person_id"], among=UnitMembership.is_live(), now=now)
    return {row.person_id: row.id for row in members}, [membership.fact_id for membership in made]


def undo_employees(actor: Actor, membership_ids: Sequence[UUID], *, now: datetime) -> None:
    """Take back where they work, as though it never was on record. The caller has asked policy. Raises AlreadyCorrected."""
    wanted = select(UnitMembership).where(one_of(UnitMembership.fact_id, membership_ids), UnitMembership.is_current())
    for membership in db.session.scalars(wanted).all():
        facts.revise(membership, actor, now=now, reason=UNDONE, void=True)


def working_among(person_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Unit by person, of those of these people who work somewhere as far as is on record."""
    live = select(UnitMembership.person_id, UnitMembership.work_unit_id).where(
        one_of(UnitMembership.person_id, person_ids), UnitMembership.is_live()
    )
    return {row.person_id: row.work_unit_id for row in db.session.execute(live)}


def left_among(membership_ids: Sequence[UUID]) -> bool:
    """Whether one of these members works there no longer."""
    left = select(UnitMembership.id).where(
        one_of(UnitMembership.fact_id, membership_ids),
        UnitMembership.superseded_at.is_(None),
        or_(UnitMembership.void, UnitMembership.left_on.is_not(None)),
    )
    return db.session.scalar(left.limit(1)) is not None
