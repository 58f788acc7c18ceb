"""更正姓名和身份证号: what an officer saw on papers, until a second one agrees."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, as_text
from backend.foundation.life import Living, StatusChange
from backend.foundation.sealing import SEALED
from backend.foundation.terms import Word

NEW_NAME, NEW_ID_NUMBER = "corrections.name", "corrections.id_number"
"""What a sealed value is bound to (`foundation.sealing`)."""


class CorrectionStatus(Word):
    """proposed → confirmed or returned."""

    PROPOSED = "proposed", "待另一位工作人员核对"
    CONFIRMED = "confirmed", "已更正"
    RETURNED = "returned", "已退回"


class CorrectionProof(Word):
    """By what the officer saw it."""

    ID_CARD = "id_card", "身份证"
    HOUSEHOLD_REGISTER = "household_register", "户口簿"
    POLICE_CERTIFICATE = "police_certificate", "公安机关证明"


class IdentityCorrection(Living):
    """That a person's name or identity number is another one. What is proposed is sealed, and gone once it is decided: the person's own
    row has the right value then, and nothing the wrong one."""

    __tablename__ = "identity_corrections"
    __table_args__ = (
        Index("uq_identity_corrections_open", "person_id", unique=True, postgresql_where="status = 'proposed'"),
        Index("ix_identity_corrections_person_id", "person_id", "id"),
        Index("ix_identity_corrections_area_path", "area_path", "status", "id"),
        CheckConstraint("of_name OR of_id_number", name="of_something"),
        CheckConstraint("status = 'proposed' OR num_nonnulls(name_sealed, id_number_sealed) = 0", name="decided_keeps_nothing"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_identity_corrections_person_id"))
    area_path: Mapped[AreaPath] = mapped_column(comment="where the person lives, whose community decides")
    status: Mapped[CorrectionStatus] = mapped_column(as_text(CorrectionStatus))
    proof: Mapped[CorrectionProof] = mapped_column(as_text(CorrectionProof))
    of_name: Mapped[bool]
    of_id_number: Mapped[bool]
    name_sealed: Mapped[bytes | None] = mapped_column(info={SEALED: NEW_NAME})
    id_number_sealed: Mapped[bytes | None] = mapped_column(info={SEALED: NEW_ID_NUMBER})
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[UUID | None] = mapped_column(comment="the account of the first officer; a second one agrees")


class IdentityCorrectionChange(StatusChange):
    """One step of a correction. Append-only."""

    __tablename__ = "identity_correction_changes"
    __table_args__ = (Index("ix_identity_correction_changes_correction_id", "correction_id", "at"),)
    subject = "correction_id"

    correction_id: Mapped[UUID] = mapped_column(ForeignKey("identity_corrections.id", name="fk_identity_correction_changes_correction_id"))
    from_status: Mapped[CorrectionStatus | None] = mapped_column(as_text(CorrectionStatus))
    to_status: Mapped[CorrectionStatus] = mapped_column(as_text(CorrectionStatus))
