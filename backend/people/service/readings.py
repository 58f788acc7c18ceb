"""Names that were kept before each name was read (names.py), brought to their reading by night."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute

from backend.foundation.database import db
from backend.people.models import Person
from backend.people.names import NOT_READ_ALIKE, NotAName, real_name

_AT_ONCE = 500


def read_old_names(after: UUID | None) -> UUID | None:
    """Read the names of some persons on record. Returns the last one looked at, None where nobody is left; see `read_names_of`."""
    return read_names_of(Person.id, Person.name, after)


def read_names_of(key: InstrumentedAttribute[UUID], name: InstrumentedAttribute[str], after: UUID | None) -> UUID | None:
    """Read the names of some rows behind this one, by their id; who is held by a request now is taken in another night.

    What is no name, and what stands under a mask, stays as it is: a correction puts it right.
    """
    unread = select(key, name).where(name.op("~")(NOT_READ_ALIKE)).order_by(key).limit(_AT_ONCE).with_for_update(skip_locked=True)
    rows = db.session.execute(unread if after is None else unread.where(key > after)).all()
    for row_id, kept in rows:
        try:
            reading = real_name(kept)
        except NotAName:
            continue
        if reading != kept:
            db.session.execute(update(name.class_).where(key == row_id).values(name=reading))
    return rows[-1][0] if rows else None
