"""积分: a ledger of balanced entries between points accounts. Append-only; a correction is a reversing transaction."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, Base, RowId, as_text


class PointsAccountKind(StrEnum):
    """Points are issued by the one account of its kind and held by persons."""

    ISSUED = "issued"
    PERSON = "person"


class PointsAccount(Base):
    """Who holds points. `balance` is the sum of the account's entries, kept beside them; a rebuild gives the same value."""

    __tablename__ = "points_accounts"
    __table_args__ = (
        Index("uq_points_accounts_person", "person_id", unique=True, postgresql_where="person_id IS NOT NULL"),
        Index("uq_points_accounts_issued", "kind", unique=True, postgresql_where="kind = 'issued'"),
        CheckConstraint("(kind = 'person') = (person_id IS NOT NULL)", name="person_of_its_kind"),
    )

    id: Mapped[RowId]
    kind: Mapped[PointsAccountKind] = mapped_column(as_text(PointsAccountKind))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", name="fk_points_accounts_person_id"))
    balance: Mapped[int] = mapped_column(default=0, comment="points; derived from the entries")


class LedgerTransaction(Base):
    """One booking by one rule for one source, or its reversal. `turn` counts the reversals before it."""

    __tablename__ = "ledger_transactions"
    __table_args__ = (
        Index("uq_ledger_transactions_rule_source_turn", "rule", "source", "turn", unique=True, postgresql_where="reverses_id IS NULL"),
        Index("uq_ledger_transactions_reverses", "reverses_id", unique=True, postgresql_where="reverses_id IS NOT NULL"),
        Index("ix_ledger_transactions_person_id", "person_id", "booked_at", "id"),
        Index("ix_ledger_transactions_area_path", "area_path", "counts_on", "id"),
    )

    id: Mapped[RowId]
    rule: Mapped[str] = mapped_column(comment="a block of config/points.toml")
    source: Mapped[str] = mapped_column(comment="what it was booked for: a record's fact_id, or person × brand for a 'first' rule")
    turn: Mapped[int]
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_transactions.id", name="fk_ledger_transactions_reverses_id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_ledger_transactions_person_id"))
    points: Mapped[int] = mapped_column(comment="what the person's account moved by; its entries hold the two sides")
    fact_amount: Mapped[int] = mapped_column(comment="of the fact that earned it: minutes, or 1")
    counts_on: Mapped[date] = mapped_column(comment="the day whose year and month it counts in")
    area_path: Mapped[AreaPath] = mapped_column(comment="the community it counts in")
    reason: Mapped[str] = mapped_column(comment="one Chinese sentence for the person")
    booked_at: Mapped[datetime]


class LedgerEntry(Base):
    """One side of a transaction; the sides of a transaction sum to zero."""

    __tablename__ = "ledger_entries"
    transaction_id: Mapped[UUID] = mapped_column(
        ForeignKey("ledger_transactions.id", name="fk_ledger_entries_transaction_id"), primary_key=True
    )
    points_account_id: Mapped[UUID] = mapped_column(
        ForeignKey("points_accounts.id", name="fk_ledger_entries_points_account_id"), primary_key=True
    )
    amount: Mapped[int]
