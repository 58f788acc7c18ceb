"""Who is a registered volunteer."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, Base
from backend.foundation.facts import Belonging
from backend.foundation.search import search_index

VOLUNTEER_NUMBERS = Sequence("volunteer_numbers", metadata=Base.metadata)
"""Feeds 志愿者编号: a number of our own, because the layout of the national one is not ours to invent."""


class Volunteer(Belonging):
    """That a person is a registered volunteer (志愿服务条例 art. 7) in the community of residence. Leaving is a further revision.

    Who moves to another community ends this fact, and begins another one with the same number and the same day of registration.
    """

    __tablename__ = "volunteers"
    __table_args__ = (
        Index("ix_volunteers_fact_id", "fact_id"),
        Index("uq_volunteers_person", "person_id", unique=True, postgresql_where="superseded_at IS NULL AND NOT void AND left_on IS NULL"),
        Index("ix_volunteers_person_id", "person_id", postgresql_where="superseded_at IS NULL AND NOT void"),
        Index("ix_volunteers_person_id_ever", "person_id"),
        Index(
            "uq_volunteers_live_number", "number", unique=True, postgresql_where="superseded_at IS NULL AND NOT void AND left_on IS NULL"
        ),
        search_index("volunteers", "number", where="superseded_at IS NULL AND NOT void AND left_on IS NULL"),
        Index("ix_volunteers_area_path", "area_path", "registered_on", "id", postgresql_where="superseded_at IS NULL AND NOT void"),
        CheckConstraint("left_on IS NULL OR left_on >= registered_on", name="left_after_registered"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_volunteers_person_id"))
    number: Mapped[str] = mapped_column(comment="志愿者编号")
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_volunteers_area_id"))
    area_path: Mapped[AreaPath]
    registered_on: Mapped[date]
    since: Mapped[date | None] = mapped_column(comment="of who moved here from another community: the day they did")
