"""Party organisations: brought by a street in a tree, and found by who names theirs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, FromClause, ScalarSelect, Text, Uuid, column, delete, func, insert, literal, or_, select, update

from backend.accounts.permissions import Permission
from backend.areas import transfers
from backend.areas.models import LENGTH_OF_PATH, Level
from backend.areas.transfers import Handover
from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.database import Column, Uuids, db, one_of
from backend.foundation.errors import Conflict
from backend.foundation.skeletons import skeleton
from backend.party.models import PartyMember, PartyOrganisation, PartyOrganisationKind
from backend.people.models import Person

_ONE_BY_ONE = 0x706F


class PartyOrganisationNameTaken(Conflict):
    """One of this name came into the community at this moment."""

    code: ClassVar[str] = "party_organisation_name_taken"
    detail = "接续的社区刚刚有了同名的党组织，请核对后再试"


@dataclass(frozen=True, slots=True)
class BroughtOrganisation:
    """One that is to be entered, with the id of what stands above it."""

    id: UUID
    name: str
    kind: PartyOrganisationKind
    parent_id: UUID | None
    area_path: str
    founded_on: date | None


def hold_organisations() -> None:
    """Until this transaction ends no other one enters or undoes any, and nobody is linked to one: who names theirs waits."""
    db.session.execute(select(func.pg_advisory_xact_lock(_ONE_BY_ONE)))


def standing_organisations(names: Collection[str]) -> Sequence[PartyOrganisation]:
    """Those whose name looks like one of these. Until this transaction ends none comes in or goes beside."""
    hold_organisations()
    looks = sorted({skeleton(name) for name in names})
    wanted = select(PartyOrganisation).where(one_of(PartyOrganisation.name_skeleton, looks)).order_by(PartyOrganisation.id)
    return db.session.scalars(wanted).all()


def enter_organisations(actor: Actor, brought: Sequence[BroughtOrganisation], *, of: UUID, now: datetime) -> list[UUID]:
    """Add these, those above first, and let Party members who named one of them be its. Returns their ids. The caller has asked policy."""
    hold_organisations()
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "name_skeleton": skeleton(one.name),
            "kind": one.kind,
            "parent_id": one.parent_id,
            "area_path": one.area_path,
            "founded_on": one.founded_on,
            "created_at": now,
        }
        for one in brought
    ]
    db.session.execute(insert(PartyOrganisation), rows)
    _find_for_members({skeleton(one.name) for one in brought})
    audit.record(actor, Permission.IMPORT_ENTER, of, now=now, party_organisations=len(rows))
    return [one.id for one in brought]


def have_others_below(organisation_ids: Collection[UUID], *, besides: Collection[UUID]) -> bool:
    """Whether something else stands below one of these."""
    below = select(PartyOrganisation.id).where(
        one_of(PartyOrganisation.parent_id, list(organisation_ids)), ~one_of(PartyOrganisation.id, list(besides))
    )
    return db.session.scalar(below.limit(1)) is not None


def undo_organisations(actor: Actor, organisation_ids: Sequence[UUID], *, of: UUID, now: datetime) -> None:
    """Let these never have been. Who named one keeps the name, and is linked to the one that is called so alone now; what stands below goes
    as well. The caller holds the organisations, found that nothing else refers to these, and has asked policy."""
    theirs = one_of(PartyOrganisation.id, organisation_ids)
    looks = set(db.session.scalars(select(PartyOrganisation.name_skeleton).where(theirs, PartyOrganisation.name_skeleton.is_not(None))))
    unnamed = update(PartyMember).where(one_of(PartyMember.party_organisation_id, organisation_ids)).values(party_organisation_id=None)
    db.session.execute(unnamed.execution_options(synchronize_session=False))
    without = update(PartyOrganisation).where(one_of(PartyOrganisation.parent_id, organisation_ids)).values(parent_id=None)
    db.session.execute(without.execution_options(synchronize_session=False))
    db.session.execute(delete(PartyOrganisation).where(theirs).execution_options(synchronize_session=False))
    _find_for_members({look for look in looks if look is not None})
    audit.record(actor, Permission.IMPORT_ENTER, of, now=now, undone=len(organisation_ids))


def hand_on_organisations(handover: Handover) -> int:
    """Let those of a community go on in its successor; returns how many. Members stay linked: it is the same street.

    Raises PartyOrganisationNameTaken.
    """
    return len(
        transfers.hand_on(PartyOrganisation, handover=handover, refusals={"uq_party_organisations_name": PartyOrganisationNameTaken})
    )


def stand_in(paths: Collection[str]) -> bool:
    """Whether one lies in one of these areas."""
    there = select(PartyOrganisation.id).where(one_of(PartyOrganisation.area_path, list(paths)))
    return db.session.scalar(there.limit(1)) is not None


def called_so(named: Mapping[UUID, str]) -> Mapping[UUID, UUID]:
    """By person the Party organisation that is called as they name theirs, as far as one alone is where they live. Until this transaction
    ends none comes in or goes."""
    db.session.execute(select(func.pg_advisory_xact_lock_shared(_ONE_BY_ONE)))
    given = _rows(("person_id", Uuids(), list(named)), ("look", ARRAY(Text), [skeleton(name) for name in named.values()]))
    alone = _called(given.c.look, Person.area_path).label("organisation_id")
    found = select(Person.id, alone).join(given, given.c.person_id == Person.id)
    return {row.id: row.organisation_id for row in db.session.execute(found) if row.organisation_id is not None}


def _find_for_members(looks: Collection[str]) -> None:
    """Link the members who name one that looks so anew, or to none. The caller holds the organisations."""
    linked = select(PartyOrganisation.id).where(one_of(PartyOrganisation.name_skeleton, sorted(looks)))
    theirs = or_(PartyMember.party_organisation_id.is_(None), PartyMember.party_organisation_id.in_(linked))
    names = [
        name for name in db.session.scalars(select(PartyMember.party_organisation_name).where(theirs).distinct()) if skeleton(name) in looks
    ]
    given = _rows(("name", ARRAY(Text), names), ("look", ARRAY(Text), [skeleton(name) for name in names]))
    found = _called(given.c.look, Person.area_path)
    anew = (
        update(PartyMember)
        .where(
            theirs,
            PartyMember.party_organisation_name == given.c.name,
            Person.id == PartyMember.person_id,
            PartyMember.party_organisation_id.is_distinct_from(found),
        )
        .values(party_organisation_id=found)
    )
    db.session.execute(anew.execution_options(synchronize_session=False))


def _called(look: Column, lives_in: Column) -> ScalarSelect[Any]:
    """The one whose name looks so, where one alone does of those of the street in which somebody lives, of its district, and of no area."""
    street, district = LENGTH_OF_PATH[Level.STREET], LENGTH_OF_PATH[Level.DISTRICT]
    near = or_(
        PartyOrganisation.area_path.is_(None),
        PartyOrganisation.area_path == func.left(lives_in, district),
        func.left(PartyOrganisation.area_path, street) == func.left(lives_in, street),
    )
    called = select(func.array_agg(PartyOrganisation.id, type_=ARRAY(Uuid))[1]).where(PartyOrganisation.name_skeleton == look, near)
    return called.having(func.count() == 1).correlate_except(PartyOrganisation).scalar_subquery()


def _rows(*columns: tuple[str, Any, list[Any]]) -> FromClause:
    """Rows that are sent as an array for each column."""
    arrays = [literal(values, kind) for _, kind, values in columns]
    names = [column(name, kind.item_type) for name, kind, _ in columns]
    return func.unnest(*arrays).table_valued(*names, name="given").render_derived()
