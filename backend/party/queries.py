"""Reads of work units, for the list from which people choose theirs."""

from sqlalchemy import select

from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.search import found
from backend.party.models import UnitNature, WorkUnit

BY_NAME = Order((WorkUnit.name, WorkUnit.id))


def work_units(*, search: str | None, nature: UnitNature | None, page: PageRequest) -> Page[AnyRow]:
    """Units by name; `search` is a part of name or credit code. Who is logged in may see them all. Raises CursorInvalid."""
    shown = select(WorkUnit.id, WorkUnit.name, WorkUnit.credit_code, WorkUnit.nature)
    wanted = shown.where(WorkUnit.is_live(), found(search, WorkUnit.name, WorkUnit.credit_code))
    if nature is not None:
        wanted = wanted.where(WorkUnit.nature == nature)
    return BY_NAME.page(wanted, page)
