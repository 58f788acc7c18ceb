"""社会组织: social organisations, their staff on the platform, and their life."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, Base, RowId, as_text
from backend.foundation.facts import Joining
from backend.foundation.life import Living, StatusChange
from backend.foundation.search import search_index
from backend.foundation.terms import Word


class Origin(Word):
    """引进: an existing body that took on work here. 培育: founded here with support. No body is both."""

    INTRODUCED = "introduced", "引进"
    INCUBATED = "incubated", "培育"


class Filing(Word):
    """How an organisation is known to the authorities: 登记 with a credit code, or 备案 with the community's record number only."""

    REGISTERED = "registered", "登记"
    ON_RECORD = "on_record", "备案"


class OrganisationStatus(Word):
    """applied → verified or returned; returned → applied; verified → ended."""

    APPLIED = "applied", "待核实"
    RETURNED = "returned", "已退回"
    VERIFIED = "verified", "已核实"
    ENDED = "ended", "已终止"


class Organisation(Living):
    """A social organisation as one community verified it."""

    __tablename__ = "organisations"
    __table_args__ = (
        Index("uq_organisations_credit_code", "credit_code", unique=True, postgresql_where="status IN ('applied', 'verified')"),
        Index(
            "uq_organisations_record_number",
            "area_path",
            "record_number",
            unique=True,
            postgresql_where="status IN ('applied', 'verified')",
        ),
        Index(
            "uq_organisations_name_skeleton",
            "area_path",
            "name_skeleton",
            unique=True,
            postgresql_where="status IN ('applied', 'verified')",
        ),
        Index("ix_organisations_area_path", "area_path", "status", "id"),
        Index("ix_organisations_status", "status", "id"),
        Index("ix_organisations_name", "status", "name", "id"),
        search_index("organisations", "name", "credit_code", "record_number"),
        CheckConstraint(
            "CASE filing WHEN 'registered' THEN credit_code IS NOT NULL WHEN 'on_record' THEN record_number IS NOT NULL ELSE false END",
            name="number_of_its_filing",
        ),
    )

    name: Mapped[str]
    name_skeleton: Mapped[str | None] = mapped_column(comment="what the name looks like (UTS 39)")
    origin: Mapped[Origin] = mapped_column(as_text(Origin))
    filing: Mapped[Filing] = mapped_column(as_text(Filing))
    credit_code: Mapped[str | None]
    record_number: Mapped[str | None] = mapped_column(comment="备案编号, given by the community")
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_organisations_area_id"))
    area_path: Mapped[AreaPath]
    purpose: Mapped[str]
    officer_person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", name="fk_organisations_officer_person_id"), comment="empty once who was officer agreed to nothing any more"
    )
    status: Mapped[OrganisationStatus] = mapped_column(as_text(OrganisationStatus))
    counted_on: Mapped[date | None] = mapped_column(comment="the day of the agreement, or of the record; counts from then")
    proof: Mapped[str | None] = mapped_column(comment="by which paper that day is known: the agreement or record, by title and number")
    registered_on: Mapped[date | None] = mapped_column(comment="when one that was on record was registered (备案 → 登记)")
    registration_proof: Mapped[str | None]
    former_id: Mapped[UUID | None] = mapped_column(
        comment="the same body as it was counted first in the street; as one that came back it is counted as no new one"
    )
    ended_on: Mapped[date | None]
    applied_at: Mapped[datetime]
    applied_by: Mapped[UUID | None]


class OrganisationChange(StatusChange):
    """One step in the life of an organisation. Append-only."""

    __tablename__ = "organisation_changes"
    __table_args__ = (Index("ix_organisation_changes_organisation_id", "organisation_id", "at"),)
    subject = "organisation_id"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id", name="fk_organisation_changes_organisation_id"))
    from_status: Mapped[OrganisationStatus | None] = mapped_column(as_text(OrganisationStatus))
    to_status: Mapped[OrganisationStatus] = mapped_column(as_text(OrganisationStatus))


class DayCorrection(Base):
    """That the day from which an organisation counts was wrong: what stood, what stands since, why, and by whom. Append-only."""

    __tablename__ = "organisation_day_corrections"
    __table_args__ = (Index("ix_organisation_day_corrections_organisation_id", "organisation_id", "at"),)

    id: Mapped[RowId]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id", name="fk_organisation_day_corrections_organisation_id"))
    at: Mapped[datetime]
    actor_account_id: Mapped[UUID | None]
    reason: Mapped[str]
    was: Mapped[date]
    was_proof: Mapped[str | None]
    counted_on: Mapped[date]
    proof: Mapped[str]


class Staff(Joining):
    """That a person acts for an organisation; its officer adds and removes them. Removal is a further revision."""

    __tablename__ = "organisation_staff"
    __table_args__ = (
        Index("ix_organisation_staff_fact_id", "fact_id"),
        Index(
            "uq_organisation_staff_person",
            "organisation_id",
            "person_id",
            unique=True,
            postgresql_where="superseded_at IS NULL AND NOT void AND left_on IS NULL",
        ),
        Index("ix_organisation_staff_person_id", "person_id", postgresql_where="superseded_at IS NULL AND NOT void"),
        Index("ix_organisation_staff_person_id_ever", "person_id"),
        CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="left_after_joined"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id", name="fk_organisation_staff_organisation_id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_organisation_staff_person_id"))
    is_officer: Mapped[bool]
