"""区域: a tree of district › street › community › grid. The statistical code of an area is its path in the tree."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, Base, RowId, as_text
from backend.foundation.terms import Word


class Level(Word):
    """Levels of the tree, from above."""

    DISTRICT = "district", "区"
    STREET = "street", "街道"
    COMMUNITY = "community", "社区"
    GRID = "grid", "网格"


LENGTH_OF_PATH = {Level.DISTRICT: 6, Level.STREET: 9, Level.COMMUNITY: 12, Level.GRID: 15}


class Area(Base):
    """One area. `code` is its 12-digit statistical code (a grid: its community's and 3 digits of the street's own).

    `path` is what of the code means something: 6, 9, 12 or 15 digits, so an area's subtree is all that begins with its path.
    """

    __tablename__ = "areas"
    __table_args__ = (
        UniqueConstraint("code", name="uq_areas_code"),
        UniqueConstraint("path", name="uq_areas_path"),
        CheckConstraint("code LIKE path || '%' AND length(code) IN (12, 15)", name="code_begins_with_path"),
        CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= valid_from", name="withdrawn_after_valid"),
    )

    id: Mapped[RowId]
    code: Mapped[str]
    path: Mapped[AreaPath]
    level: Mapped[Level] = mapped_column(as_text(Level))
    name: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("areas.id", name="fk_areas_parent_id"), index=True)
    valid_from: Mapped[date]
    withdrawn_on: Mapped[date | None]
    successor_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("areas.id", name="fk_areas_successor_id"), comment="the area into which it was merged"
    )
    pilot_since: Mapped[date | None] = mapped_column(comment="三社联动试点社区: the day it was designated")


class AreaTransfer(Base):
    """That something lies in another area since a day, because the one in which it lay was merged into that, or gave it a part: where it
    had lain. So what was counted before that day stays there. Append-only; the subject is a row or a fact of any kind."""

    __tablename__ = "area_transfers"
    __table_args__ = (
        Index("ix_area_transfers_subject_id", "subject_id", "at", "id"),
        Index("ix_area_transfers_from_path", "from_path", "day"),
    )

    id: Mapped[RowId]
    subject_id: Mapped[UUID]
    from_path: Mapped[AreaPath]
    day: Mapped[date] = mapped_column(comment="the first on which it lies in the other one")
    at: Mapped[datetime]
