"""Whether anything came to stand on what an import made: asked of every foreign key that the models declare."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute

from backend.foundation.database import db, one_of
from backend.foundation.references import referring
from backend.imports.models import ImportPart
from backend.people.models import Person


def refer_to_people(made: Sequence[UUID], all_of_them: Sequence[UUID], *, since: UUID, besides: Collection[str]) -> bool:
    """Whether a row of any table but these names one of the people whom an import made, or came to name another one after its id."""
    return refer_to(Person.id, made, besides=besides) or refer_to(Person.id, all_of_them, since=since, besides=besides)


def made_by(import_id: UUID, what: str) -> list[UUID]:
    """All of a kind that an import made, in whichever part: of lines that refer to one another, what stands below may be in a later one."""
    parts = db.session.scalars(select(ImportPart.made).where(ImportPart.import_id == import_id, ImportPart.made.is_not(None)))
    return [UUID(row_id) for made in parts for row_id in (made or {}).get(what, ())]


def refer_to(key: InstrumentedAttribute[UUID], ids: Sequence[UUID], *, since: UUID | None = None, besides: Collection[str]) -> bool:
    """Whether a row of any table but these refers to one of the rows; with `since` one that was made later, as its own id says (UUIDv7).
    One statement; it asks each column by its index."""
    asked = []
    for column in referring(key):
        if column.table.name in besides or (since is not None and "id" not in column.table.columns):
            continue
        naming = select(column).where(one_of(column, ids))
        asked.append((naming if since is None else naming.where(column.table.columns["id"] > since)).exists())
    return bool(ids) and db.session.scalar(select(or_(*asked))) is True
