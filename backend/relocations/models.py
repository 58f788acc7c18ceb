"""Wishes to move to another community, and their steps."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, as_text
from backend.foundation.life import Living, StatusChange
from backend.foundation.terms import Word


class RelocationStatus(Word):
    """asked → accepted, refused or withdrawn."""

    ASKED = "asked", "等待新社区答复"
    ACCEPTED = "accepted", "已迁入"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


class Relocation(Living):
    """That a person says they live in another community now, which is to take them in. One at a time."""

    __tablename__ = "relocations"
    __table_args__ = (
        Index("uq_relocations_open", "person_id", unique=True, postgresql_where="status = 'asked'"),
        Index("ix_relocations_person_id", "person_id", "id"),
        Index("ix_relocations_area_path", "area_path", "status", "id"),
        CheckConstraint("(status = 'asked') = (decided_at IS NULL)", name="decided_has_instant"),
        CheckConstraint("area_path <> from_path", name="goes_somewhere"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_relocations_person_id"))
    from_area_id: Mapped[UUID] = mapped_column(
        ForeignKey("areas.id", name="fk_relocations_from_area_id"), comment="where they lived when they asked"
    )
    from_path: Mapped[AreaPath]
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_relocations_area_id"), comment="the community that decides")
    area_path: Mapped[AreaPath]
    status: Mapped[RelocationStatus] = mapped_column(as_text(RelocationStatus))
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class RelocationChange(StatusChange):
    """One step of a wish. Append-only."""

    __tablename__ = "relocation_changes"
    __table_args__ = (Index("ix_relocation_changes_relocation_id", "relocation_id", "at"),)
    subject = "relocation_id"

    relocation_id: Mapped[UUID] = mapped_column(ForeignKey("relocations.id", name="fk_relocation_changes_relocation_id"))
    from_status: Mapped[RelocationStatus | None] = mapped_column(as_text(RelocationStatus))
    to_status: Mapped[RelocationStatus] = mapped_column(as_text(RelocationStatus))
