"""Applications for the account of a person, and their steps."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, as_text
from backend.foundation.life import Living, StatusChange
from backend.foundation.terms import Word


class RecoveryStatus(Word):
    """submitted → seen → confirmed; before that returned or withdrawn. Two accounts that an officer joins begin as seen."""

    SUBMITTED = "submitted", "待社区核实"
    SEEN = "seen", "已由一人核实，待同意"  # by one officer; a second one, the holder or the clock is waited for
    CONFIRMED = "confirmed", "已办结"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


class RecoveryProof(Word):
    """By what the community knew the person again."""

    ID_CARD = "id_card", "身份证"
    HOUSEHOLD_REGISTER = "household_register", "户口簿"
    KNOWN_IN_PERSON = "known_in_person", "当面认识"


class RecoveryKind(Word):
    """What becomes of the ways into the person's account."""

    RECOVERY = "recovery", "换微信找回"  # a new WeChat takes the place of the old one
    MERGE = "merge", "用户名登录并入本人账号"  # a log-in by password joins them


class AccountRecovery(Living):
    """That another log-in is to open the account of a person. Without a person nobody has the name and number that were given."""

    __tablename__ = "account_recoveries"
    __table_args__ = (
        Index("uq_account_recoveries_open", "account_id", unique=True, postgresql_where="status IN ('submitted', 'seen')"),
        Index("ix_account_recoveries_seen_at", "seen_at", "id", postgresql_where="status = 'seen'"),
        Index("ix_account_recoveries_account_id", "account_id", "id"),
        Index("ix_account_recoveries_person_id", "person_id", "id", postgresql_where="person_id IS NOT NULL"),
        Index("ix_account_recoveries_area_path", "area_path", "status", "id", postgresql_where="area_path IS NOT NULL"),
        CheckConstraint("(person_id IS NULL) = (area_path IS NULL)", name="area_with_person"),
        CheckConstraint("status NOT IN ('seen', 'confirmed') OR seen_at IS NOT NULL", name="confirmed_after_seen"),
        CheckConstraint("seen_at IS NULL OR kind = 'merge' OR proof IS NOT NULL", name="seen_with_proof"),
    )

    kind: Mapped[RecoveryKind] = mapped_column(as_text(RecoveryKind), default=RecoveryKind.RECOVERY, server_default=RecoveryKind.RECOVERY)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", name="fk_account_recoveries_account_id"), comment="who asks, or which account joins"
    )
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", name="fk_account_recoveries_person_id"))
    area_path: Mapped[AreaPath | None] = mapped_column(comment="where the person lives, whose community decides")
    status: Mapped[RecoveryStatus] = mapped_column(as_text(RecoveryStatus))
    proof: Mapped[RecoveryProof | None] = mapped_column(as_text(RecoveryProof))
    applied_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[UUID | None] = mapped_column(comment="the account of the first officer; a second one agrees")


class AccountRecoveryChange(StatusChange):
    """One step of an application. Append-only."""

    __tablename__ = "account_recovery_changes"
    __table_args__ = (Index("ix_account_recovery_changes_recovery_id", "recovery_id", "at"),)
    subject = "recovery_id"

    recovery_id: Mapped[UUID] = mapped_column(ForeignKey("account_recoveries.id", name="fk_account_recovery_changes_recovery_id"))
    from_status: Mapped[RecoveryStatus | None] = mapped_column(as_text(RecoveryStatus))
    to_status: Mapped[RecoveryStatus] = mapped_column(as_text(RecoveryStatus))
