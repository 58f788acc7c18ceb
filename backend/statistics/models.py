"""The rollups: the bookings of each source, the presence of persons, and the cells of the year's table.

All of it is derived and can be thrown away: `ejia rebuild statistics` gives the same values. Nothing here is read as a fact.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, Base, as_text


class Grain(StrEnum):
    """The length of a cell's period, which is named by its first day."""

    MONTH = "month"
    YEAR = "year"


class Booking(Base):
    """What one source of a measure contributes, as the cells hold it: what a change is the difference to."""

    __tablename__ = "statistics_bookings"

    measure: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[UUID] = mapped_column(primary_key=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    area_path: Mapped[AreaPath]
    dimension: Mapped[str] = mapped_column(comment="empty where the measure has none")
    person_id: Mapped[UUID | None]
    quantity: Mapped[int]


class Presence(Base):
    """In how many rows of a measure a person stands with the same months, community and dimension: what makes distinct counts exact."""

    __tablename__ = "statistics_presences"

    measure: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    enters: Mapped[date] = mapped_column(primary_key=True, comment="first day of the month in which the rows begin")
    leaves: Mapped[date] = mapped_column(primary_key=True, comment="first day of the month in which they end; infinity for without end")
    area_path: Mapped[AreaPath] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class Cell(Base):
    """One measure in one area (community, street or district), one dimension value (empty: in all) and one month or year.

    A flow is what came in during the period. A stock at the end of a month is all that came in less all that went out until then.
    `people` counts the distinct persons of the rows that came in; `people_in` and `people_out` those whose presence, as the union of
    their rows, began and ended.
    """

    __tablename__ = "statistics_cells"
    __table_args__ = (
        Index("ix_statistics_cells_area_path", "area_path", "grain", "period"),
        # Cells are updated in place all day long; room on the page keeps the update from touching an index.
        {"postgresql_with": {"fillfactor": 60}},
    )

    measure: Mapped[str] = mapped_column(primary_key=True)
    area_path: Mapped[AreaPath] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    grain: Mapped[Grain] = mapped_column(as_text(Grain), primary_key=True)
    period: Mapped[date] = mapped_column(primary_key=True)
    rows_in: Mapped[int]
    rows_out: Mapped[int]
    quantity_in: Mapped[int]
    quantity_out: Mapped[int]
    people: Mapped[int]
    people_in: Mapped[int]
    people_out: Mapped[int]
