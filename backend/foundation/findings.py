"""What the checks of each night found: the last finding of each, whichever host made it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import Base, db


class Finding(Base):
    """How much one check found when it last ran."""

    __tablename__ = "findings"

    task: Mapped[str] = mapped_column(primary_key=True)
    found: Mapped[int]
    found_at: Mapped[datetime]


LAST = select(Finding.task, Finding.found, Finding.found_at).order_by(Finding.task)


def keep(task: str, found: int, *, now: datetime) -> None:
    """Note in the caller's transaction what a check found. Of two at once the later one is kept."""
    noted = insert(Finding).values(task=task, found=found, found_at=now)
    db.session.execute(
        noted.on_conflict_do_update(
            index_elements=[Finding.task],
            set_={"found": noted.excluded.found, "found_at": noted.excluded.found_at},
            where=Finding.found_at <= noted.excluded.found_at,
        )
    )
