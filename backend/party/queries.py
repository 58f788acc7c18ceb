"""Reads of work units and Party organisations, for the lists from which people choose theirs."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import aliased

from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.search import found
from backend.party.models import PartyOrganisation, PartyOrganisationKind, UnitNature, WorkUnit

BY_NAME = Order((WorkUnit.name, WorkUnit.id))
ORGANISATIONS_BY_NAME = Order((PartyOrganisation.name, PartyOrganisation.id))


@dataclass(frozen=True, slots=True)
class NamedOrganisation:
    """A Party organisation by its name."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class PartyOrganisationLine:
    """One of them, with what stands above it and where it is."""

    id: UUID
    name: str
    kind: PartyOrganisationKind
    parent: NamedOrganisation | None
    area_name: str | None
    founded_on: date | None


def work_units(*, search: str | None, nature: UnitNature | None, page: PageRequest) -> Page[AnyRow]:
    """Units by name; `search` is a part of name or credit code. Who is logged in may see them all. Raises CursorInvalid."""
    shown = select(WorkUnit.id, WorkUnit.name, WorkUnit.credit_code, WorkUnit.nature)
    wanted = shown.where(WorkUnit.is_live(), found(search, WorkUnit.name, WorkUnit.credit_code))
    if nature is not None:
        wanted = wanted.where(WorkUnit.nature == nature)
    return BY_NAME.page(wanted, page)


def party_organisations(
    *, search: str | None, kind: PartyOrganisationKind | None, area_id: UUID | None = None, page: PageRequest
) -> Page[PartyOrganisationLine]:
    """Party organisations by name; `search` is a part of it; `area_id`: those of just this area. Who is logged in may see them all. Raises
    CursorInvalid."""
    above = aliased(PartyOrganisation)
    shown = select(
        *(PartyOrganisation.id, PartyOrganisation.name, PartyOrganisation.kind, PartyOrganisation.founded_on),
        *(above.id.label("parent_id"), above.name.label("parent_name"), Area.name.label("area_name")),
    )
    shown = shown.outerjoin(above, above.id == PartyOrganisation.parent_id).outerjoin(Area, Area.path == PartyOrganisation.area_path)
    wanted = shown.where(found(search, PartyOrganisation.name), lies_in(PartyOrganisation.area_path, area_id))
    if kind is not None:
        wanted = wanted.where(PartyOrganisation.kind == kind)
    return ORGANISATIONS_BY_NAME.page(wanted, page).map(_line)


def _line(row: Row[*tuple[Any, ...]]) -> PartyOrganisationLine:
    parent = None if row.parent_id is None else NamedOrganisation(row.parent_id, row.parent_name)
    return PartyOrganisationLine(row.id, row.name, row.kind, parent, row.area_name, row.founded_on)
