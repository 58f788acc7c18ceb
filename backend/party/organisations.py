"""Party organisations: brought by a street in a tree, and found by who names theirs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from backend.accounts.permissions import Permission
from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.database import db, one_of
from backend.foundation.skeletons import skeleton
from backend.party.models import PartyMember, PartyOrganisation, PartyOrganisationKind

_ONE_BY_ONE = 0x706F


@dataclass(frozen=True, slots=True)
class BroughtOrganisation:
    """One that is to be entered, with the id of what stands above it."""

    id: UUID
    name: str
    kind: PartyOrganisationKind
    parent_id: UUID | None
    area_path: str
    founded_on: date | None


def standing_organisations(names: Collection[str]) -> Sequence[PartyOrganisation]:
    """Those whose name looks like one of these. Who enters some does so one by one: until this transaction ends none comes in beside."""
    db.session.execute(select(func.pg_advisory_xact_lock(_ONE_BY_ONE)))
    looks = sorted({skeleton(name) for name in names})
    wanted = select(PartyOrganisation).where(one_of(PartyOrganisation.name_skeleton, looks)).order_by(PartyOrganisation.id)
    return db.session.scalars(wanted).all()


def enter_organisations(actor: Actor, brought: Sequence[BroughtOrganisation], *, of: UUID, now: datetime) -> list[UUID]:
    """Add these, those above first, and let Party members who named one of them be its. Returns their ids. The caller has asked policy."""
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
    """Let these never have been. Who named one keeps the name; what stands below goes as well. The caller has asked policy."""
    unnamed = update(PartyMember).where(one_of(PartyMember.party_organisation_id, organisation_ids)).values(party_organisation_id=None)
    db.session.execute(unnamed.execution_options(synchronize_session=False))
    without = update(PartyOrganisation).where(one_of(PartyOrganisation.parent_id, organisation_ids)).values(parent_id=None)
    db.session.execute(without.execution_options(synchronize_session=False))
    gone = delete(PartyOrganisation).where(one_of(PartyOrganisation.id, organisation_ids))
    db.session.execute(gone.execution_options(synchronize_session=False))
    audit.record(actor, Permission.IMPORT_ENTER, of, now=now, undone=len(organisation_ids))


def called_so(names: Collection[str]) -> Mapping[str, UUID]:
    """By name the Party organisation that is called so, as far as one alone is."""
    looks = {name: skeleton(name) for name in names}
    found: dict[str, set[UUID]] = {}
    wanted = select(PartyOrganisation.name_skeleton, PartyOrganisation.id)
    for row in db.session.execute(wanted.where(one_of(PartyOrganisation.name_skeleton, sorted(set(looks.values()))))):
        found.setdefault(row.name_skeleton, set()).add(row.id)
    return {name: next(iter(found[look])) for name, look in looks.items() if len(found.get(look, ())) == 1}


def _find_for_members(looks: Collection[str]) -> None:
    """Give members who named theirs before it was on the platform the one that looks so."""
    given = select(PartyMember.party_organisation_name).where(PartyMember.party_organisation_id.is_(None)).distinct()
    named = [name for name in db.session.scalars(given) if skeleton(name) in looks]
    for name, organisation_id in called_so(named).items():
        theirs = update(PartyMember).where(PartyMember.party_organisation_id.is_(None), PartyMember.party_organisation_name == name)
        db.session.execute(theirs.values(party_organisation_id=organisation_id).execution_options(synchronize_session=False))
