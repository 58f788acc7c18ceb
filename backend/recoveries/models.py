"""Applications for the account of a person, and their steps."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, as_text
from backend.foundation.life import Living, StatusChange


class RecoveryStatus(StrEnum):
    """submitted → confirmed, returned or withdrawn."""

    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class RecoveryProof(StrEnum):
    """By what the community knew the person again."""

    ID_CARD = "id_card"
    HOUSEHOLD_REGISTER = "household_register"
    KNOWN_IN_PERSON = "known_in_person"


class AccountRecovery(Living):
    """That somebody with a new WeChat asks for the account of a person. Without a person nobody has that name and number."""

    __tablename__ = "account_recoveries"
    __table_args__ = (
        Index("uq_account_recoveries_open", "account_id", unique=True, postgresql_where="status = 'submitted'"),
        Index("ix_account_recoveries_account_id", "account_id", "id"),
        Index("ix_account_recoveries_person_id", "person_id", "id", postgresql_where="person_id IS NOT NULL"),
        Index("ix_account_recoveries_area_path", "area_path", "status", "id", postgresql_where="area_path IS NOT NULL"),
        CheckConstraint("(person_id IS NULL) = (area_path IS NULL)", name="area_with_person"),
        CheckConstraint("(status = 'confirmed') = (proof IS NOT NULL)", name="confirmed_with_proof"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", name="fk_account_recoveries_account_id"), comment="who asks")
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", name="fk_account_recoveries_person_id"))
    area_path: Mapped[AreaPath | None] = mapped_column(comment="where the person lives, whose community decides")
    status: Mapped[RecoveryStatus] = mapped_column(as_text(RecoveryStatus))
    proof: Mapped[RecoveryProof | None] = mapped_column(as_text(RecoveryProof))
    applied_at: Mapped[datetime]


class AccountRecoveryChange(StatusChange):
    """One step of an application. Append-only."""

    __tablename__ = "account_recovery_changes"
    __table_args__ = (Index("ix_account_recovery_changes_recovery_id", "recovery_id", "at"),)
    subject = "recovery_id"

    recovery_id: Mapped[UUID] = mapped_column(ForeignKey("account_recoveries.id", name="fk_account_recovery_changes_recovery_id"))
    from_status: Mapped[RecoveryStatus | None] = mapped_column(as_text(RecoveryStatus))
    to_status: Mapped[RecoveryStatus] = mapped_column(as_text(RecoveryStatus))
