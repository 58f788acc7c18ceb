"""去世登记: that somebody died, as an officer saw it on papers, until a second one agrees."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, as_text
from backend.foundation.life import Living, StatusChange
from backend.foundation.references import COUNTS_WHILE
from backend.foundation.terms import Word


class DeathStatus(Word):
    """reported → confirmed or returned; confirmed → undone."""

    REPORTED = "reported", "待另一位工作人员核对"
    CONFIRMED = "confirmed", "已登记去世"
    RETURNED = "returned", "已退回"
    UNDONE = "undone", "登记有误，已撤销"


class DeathProof(Word):
    """By what the officer saw it."""

    MEDICAL_CERTIFICATE = "medical_certificate", "死亡医学证明"
    CREMATION_CERTIFICATE = "cremation_certificate", "火化证明"
    HOUSEHOLD_CANCELLED = "household_cancelled", "户口注销证明"
    COURT_JUDGMENT = "court_judgment", "法院宣告死亡判决书"


class Death(Living):
    """That a person died. What it ends is in the hands of others (`deaths.service`); a person's own row says the day (`Person.died_on`)."""

    __tablename__ = "deaths"
    __table_args__ = (
        Index("uq_deaths_standing", "person_id", unique=True, postgresql_where="status IN ('reported', 'confirmed')"),
        Index("ix_deaths_person_id", "person_id", "id"),
        Index("ix_deaths_area_path", "area_path", "status", "id"),
    )

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", name="fk_deaths_person_id"),
        # Nobody needs to know of whom a second officer refused it.
        info={COUNTS_WHILE: lambda deaths: deaths.c.status != DeathStatus.RETURNED},
    )
    area_path: Mapped[AreaPath] = mapped_column(comment="where the person lived, whose community decides")
    status: Mapped[DeathStatus] = mapped_column(as_text(DeathStatus))
    proof: Mapped[DeathProof] = mapped_column(as_text(DeathProof))
    died_on: Mapped[date]
    reported_at: Mapped[datetime]
    reported_by: Mapped[UUID | None] = mapped_column(comment="the account of the first officer; a second one agrees")
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(comment="the account of the second officer; another one undoes a mistake")


class DeathChange(StatusChange):
    """One step of it. Append-only."""

    __tablename__ = "death_changes"
    __table_args__ = (Index("ix_death_changes_death_id", "death_id", "at"),)
    subject = "death_id"

    death_id: Mapped[UUID] = mapped_column(ForeignKey("deaths.id", name="fk_death_changes_death_id"))
    from_status: Mapped[DeathStatus | None] = mapped_column(as_text(DeathStatus))
    to_status: Mapped[DeathStatus] = mapped_column(as_text(DeathStatus))
