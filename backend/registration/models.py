"""双报到: serving Party members register with the community in which they live."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, Base, as_text
from backend.foundation.life import LivingFact
from backend.foundation.search import search_index
from backend.foundation.terms import Word

RECEIPT_NUMBERS = Sequence("registration_receipt_numbers", metadata=Base.metadata)
"""Feeds 回执编号."""


class RegistrationStatus(Word):
    """applied → accepted, returned or withdrawn; returned → applied for again; accepted → ended (moved away, retired, left the post)."""

    APPLIED = "applied", "待接收"
    ACCEPTED = "accepted", "已接收"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"
    ENDED = "ended", "已转出"


ACTIVE = (RegistrationStatus.APPLIED, RegistrationStatus.ACCEPTED)
"""It waits or stands; in the other states it is over."""


class MemberRegistration(LivingFact):
    """党员报到. Each step is a further revision; a person has at most one that is applied for or accepted."""

    __tablename__ = "member_registrations"
    __table_args__ = (
        Index("ix_member_registrations_fact_id", "fact_id"),
        Index(
            "uq_member_registrations_active",
            "person_id",
            unique=True,
            postgresql_where="superseded_at IS NULL AND NOT void AND status IN ('applied', 'accepted')",
        ),
        Index("ix_member_registrations_area_path", "area_path", "status", "id", postgresql_where="superseded_at IS NULL AND NOT void"),
        search_index("member_registrations", "receipt_number", where="receipt_number IS NOT NULL"),
        Index("ix_member_registrations_status", "status", "id", postgresql_where="superseded_at IS NULL AND NOT void"),
        Index("ix_member_registrations_person_id", "person_id", "id", postgresql_where="superseded_at IS NULL AND NOT void"),
        CheckConstraint("(status IN ('accepted', 'ended')) = (accepted_on IS NOT NULL)", name="accepted_has_day"),
        CheckConstraint("(status = 'ended') = (ended_on IS NOT NULL)", name="ended_has_day"),
        CheckConstraint("ended_on >= accepted_on", name="ended_after_accepted"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_member_registrations_person_id"))
    party_member_id: Mapped[UUID] = mapped_column(ForeignKey("party_members.id", name="fk_member_registrations_party_member_id"))
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_member_registrations_area_id"))
    area_path: Mapped[AreaPath]
    status: Mapped[RegistrationStatus] = mapped_column(as_text(RegistrationStatus))
    skills: Mapped[str | None] = mapped_column(comment="专业特长")
    receipt_number: Mapped[str | None] = mapped_column(comment="回执编号, given on acceptance")
    applied_at: Mapped[datetime]
    accepted_on: Mapped[date | None]
    ended_on: Mapped[date | None]
