"""Reads of work units, for the list from which people choose theirs."""

from sqlalchemy import or_, select

from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.party.models import WorkUnit

BY_NAME = Order((WorkUnit.name, WorkUnit.id))


def work_units(*, search: str | None, page: PageRequest) -> Page[AnyRow]:
    """Units by name; `search` is a part of the name or the whole credit code. Who is logged in may see them all. Raises CursorInvalid."""
    wanted = select(WorkUnit.id, WorkUnit.name, WorkUnit.credit_code, WorkUnit.nature).where(WorkUnit.is_live())
    if search is not None:
        wanted = wanted.where(or_(WorkUnit.name.contains(search, autoescape=True), WorkUnit.credit_code == search.upper()))
    return BY_NAME.page(wanted, page)
