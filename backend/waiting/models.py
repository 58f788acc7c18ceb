"""超期情况: what waited past its day in the communities of a street, once a week."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, Base, RowId


class OverdueReport(Base):
    """That a street was looked at in a week: the key says that this happens once. Also where nothing was late, which is told to nobody."""

    __tablename__ = "overdue_reports"
    __table_args__ = (
        Index("uq_overdue_reports_week", "area_path", "week_on", unique=True),
        CheckConstraint("number >= 0", name="number_sensible"),
    )

    id: Mapped[RowId]
    area_path: Mapped[AreaPath] = mapped_column(comment="of the street")
    week_on: Mapped[date] = mapped_column(comment="the Monday of the week")
    counted_at: Mapped[datetime]
    number: Mapped[int] = mapped_column(comment="how many things were late in all")


class OverdueLine(Base):
    """How many things of one kind were late in one community."""

    __tablename__ = "overdue_lines"
    __table_args__ = (CheckConstraint("number > 0", name="something_late"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("overdue_reports.id", name="fk_overdue_lines_report_id"), primary_key=True)
    community_path: Mapped[AreaPath] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True, comment="of config/waiting.toml")
    number: Mapped[int]
    since: Mapped[datetime] = mapped_column(comment="when the first of them began to wait")
