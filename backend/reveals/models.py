"""Who read personal data in clear."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.actor import Role
from backend.foundation.database import AreaPath, Base, RowId, as_text
from backend.foundation.sealing import SEALED

WINDOW = timedelta(hours=1)
"""Within it counts what an account reads."""
REVEAL_NOTE = "reveals.note"
"""What a sealed note is bound to (`foundation.sealing`)."""


class Reveal(Base):
    """That somebody read personal data in clear: in which role, what, of whom, why. Append-only; only the seal of its note is renewed."""

    __tablename__ = "reveals"
    __table_args__ = (
        Index("ix_reveals_person_id", "person_id", "id", postgresql_where="person_id IS NOT NULL"),
        Index("ix_reveals_beneficiary_id", "beneficiary_id", "id", postgresql_where="beneficiary_id IS NOT NULL"),
        Index("ix_reveals_account_id", "account_id", "at"),
        Index("ix_reveals_at", "at"),
        Index("ix_reveals_claim_id", "claim_id", postgresql_where="claim_id IS NOT NULL"),
        CheckConstraint("num_nonnulls(person_id, beneficiary_id) > 0", name="of_somebody"),
    )

    id: Mapped[RowId]
    at: Mapped[datetime]
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(as_text(Role), comment="in which the reader may")
    area_path: Mapped[AreaPath | None] = mapped_column(comment="of the reader's role")
    person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", name="fk_reveals_person_id"), comment="who it is about, or asked for the service of whom it is about"
    )
    beneficiary_id: Mapped[UUID | None]
    claim_id: Mapped[UUID | None] = mapped_column(comment="by which the reader may, who visits")
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    purpose: Mapped[str]
    note_sealed: Mapped[bytes | None] = mapped_column(info={SEALED: REVEAL_NOTE})
