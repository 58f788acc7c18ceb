"""What people see of their own protection: who read their data, and what they agreed to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.areas.models import Area
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db
from backend.foundation.paging import Cursor, Page
from backend.foundation.sealing import keyring
from backend.people import purposes
from backend.people.models import REVEAL_NOTE, Reveal
from backend.people.purposes import PersonalField
from backend.people.queries import person_of


@dataclass(frozen=True, slots=True)
class RevealLine:
    """One reading of somebody's data, as they see it: by whom in which role, not by name."""

    id: UUID
    revealed_at: datetime
    role: Role
    area: str | None
    fields: list[PersonalField]
    purpose: str
    note: str | None
    of_beneficiary: bool
    """Whether it was of whom the person had asked a service for, not of themselves."""


def own_reveals(actor: Actor, *, limit: int, after: str | None) -> Page[RevealLine]:
    """Who read the actor's data in clear, the latest first. Raises PersonNeeded, CursorInvalid."""
    cursor = Cursor.decode(after, UUID)
    wanted = (
        select(Reveal, Area.name)
        .outerjoin(Area, Area.path == Reveal.area_path)
        .where(Reveal.person_id == person_of(actor))
        .order_by(Reveal.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        wanted = wanted.where(Reveal.id < cursor.values[0])
    lines = [_line(reveal, area) for reveal, area in db.session.execute(wanted)]
    return Page.of(lines, limit, lambda line: (line.id,))


def _line(reveal: Reveal, area: str | None) -> RevealLine:
    purpose = purposes.catalogue().purposes.get(reveal.purpose)
    sealed = reveal.note_sealed
    return RevealLine(
        id=reveal.id,
        revealed_at=reveal.at,
        role=reveal.role,
        area=area,
        fields=[PersonalField(field) for field in reveal.fields],
        purpose=purpose.name if purpose is not None else reveal.purpose,
        note=None if sealed is None else keyring().unseal(sealed, field=REVEAL_NOTE, row=reveal.id),
        of_beneficiary=reveal.beneficiary_id is not None,
    )
