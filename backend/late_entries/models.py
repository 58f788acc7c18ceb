"""补录活动: a past activity that nobody published, as one officer entered it; it counts when another one approves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, Base, RowId, as_text
from backend.foundation.life import Living, StatusChange
from backend.foundation.search import search_index
from backend.foundation.terms import Word


class LateEntryStatus(Word):
    """submitted → approved, from when its records count, or refused."""

    SUBMITTED = "submitted", "待审批"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"


class LateEntry(Living):
    """What took place, when and where, why it was not published, and what proves it."""

    __tablename__ = "late_entries"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="window_goes_forward"),
        CheckConstraint("(status = 'approved') = (shift_id IS NOT NULL)", name="approved_has_shift"),
        Index("ix_late_entries_area_path", "area_path", "status", "id"),
        Index("ix_late_entries_status", "status", "id"),
        search_index("late_entries", "title"),
        Index("uq_late_entries_shift", "shift_id", unique=True, postgresql_where="shift_id IS NOT NULL"),
    )

    brand: Mapped[str]
    title: Mapped[str]
    place_in_words: Mapped[str]
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_late_entries_area_id"))
    area_path: Mapped[AreaPath]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(comment="why it was not published")
    proven_by: Mapped[str] = mapped_column(comment="what proves it, and where that is kept")
    no_file_because: Mapped[str | None] = mapped_column(comment="why no file proves it")
    entered_at: Mapped[datetime]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", name="fk_late_entries_entered_by"))
    status: Mapped[LateEntryStatus] = mapped_column(as_text(LateEntryStatus))
    shift_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("shifts.id", name="fk_late_entries_shift_id"), comment="where its records stand, once it is approved"
    )


class LateEntryChange(StatusChange):
    """One step in its life. Append-only."""

    __tablename__ = "late_entry_changes"
    __table_args__ = (Index("ix_late_entry_changes_entry_id", "entry_id", "at"),)
    subject = "entry_id"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("late_entries.id", name="fk_late_entry_changes_entry_id"))
    from_status: Mapped[LateEntryStatus | None] = mapped_column(as_text(LateEntryStatus))
    to_status: Mapped[LateEntryStatus] = mapped_column(as_text(LateEntryStatus))


class LatePerson(Base):
    """Who served there, for whom, and how long, from its beginning on."""

    __tablename__ = "late_entry_people"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes_of_a_day"),
        CheckConstraint("num_nonnulls(team_id, organisation_id) <= 1", name="for_one_group"),
        Index("ix_late_entry_people_person_id", "person_id"),
        Index("ix_late_entry_people_team_id", "team_id", "entry_id", postgresql_where="team_id IS NOT NULL"),
        Index("ix_late_entry_people_organisation_id", "organisation_id", "entry_id", postgresql_where="organisation_id IS NOT NULL"),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("late_entries.id", name="fk_late_entry_people_entry_id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_late_entry_people_person_id"), primary_key=True)
    minutes: Mapped[int]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", name="fk_late_entry_people_team_id"))
    organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisations.id", name="fk_late_entry_people_organisation_id"),
        comment="for whom they served; for themselves where both are empty",
    )


class LateProof(Base):
    """A file that proves it. Nothing is added once it is decided."""

    __tablename__ = "late_entry_proofs"
    __table_args__ = (
        Index("ix_late_entry_proofs_entry_id", "entry_id", "id"),
        Index("uq_late_entry_proofs_file", "file_id", unique=True),
    )

    id: Mapped[RowId]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("late_entries.id", name="fk_late_entry_proofs_entry_id"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", name="fk_late_entry_proofs_file_id"))
    added_at: Mapped[datetime]
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", name="fk_late_entry_proofs_added_by"))
