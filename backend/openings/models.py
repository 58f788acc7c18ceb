"""名额与认领: anything with places. `OpeningRole.taken` is the contended row and decides; claims say who holds the places."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Text, and_, false, func, or_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.brands import ClaimantKind as ClaimantKind
from backend.foundation.database import AreaPath, Base, RowId, as_text
from backend.foundation.facts import FactRevision
from backend.foundation.life import Living, StatusChange
from backend.foundation.search import search_index
from backend.foundation.terms import Word


class OpeningStatus(StrEnum):
    """A closed opening takes no more claims; a cancelled one releases those it has."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ClaimStatus(Word):
    """asked → held, refused or withdrawn, where the community is asked first; elsewhere a claim is held at once. held → released, where
    nobody had signed in on it; held → ended, where somebody had. Only what is asked for or held takes a place; the same claimant may claim
    again with a new claim. That the window of one is over is a predicate, not a status."""

    ASKED = "asked", "待答复"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"
    HELD = "held", "已认领"
    RELEASED = "released", "已取消"
    ENDED = "ended", "已终止"


class Opening(Base):
    """Places to take, with all that a claim must know of the demand or activity behind it, written when it is made, and again when that is
    changed."""

    __tablename__ = "openings"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="window_goes_forward"),
        CheckConstraint("people_per_place >= 1", name="people_per_place_sensible"),
        Index("ix_openings_area_path", "area_path", "id"),
        search_index("openings", "title"),
    )

    id: Mapped[RowId]
    brand: Mapped[str]
    title: Mapped[str] = mapped_column(comment="how lists of claims and shifts call it; says nothing of a beneficiary")
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_openings_area_id"))
    area_path: Mapped[AreaPath]
    status: Mapped[OpeningStatus] = mapped_column(as_text(OpeningStatus))
    claimant_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    asks_first: Mapped[bool] = mapped_column(server_default=false(), comment="a claim is asked for, and held when the community accepts it")
    requester_person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", name="fk_openings_requester_person_id"), comment="who asked for it, and so sees who claims"
    )
    people_per_place: Mapped[int | None] = mapped_column(comment="the most people whom one claim brings to a shift; empty: as many as come")
    home_id: Mapped[UUID | None] = mapped_column(comment="who is visited, where it is a visit")
    home_path: Mapped[AreaPath | None] = mapped_column(comment="the community or grid in which they live")
    claimants_path: Mapped[AreaPath | None] = mapped_column(
        comment="teams and organisations of this area claim without an invitation; empty: all do"
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime | None] = mapped_column(comment="when what is published of it was changed, the last time")


class OpeningRole(Base):
    """Places of one kind within an opening. `taken` moves by conditional UPDATE only; `is_open` and `closes_at` repeat the opening's
    state here, so that one row answers whether a place may be taken."""

    __tablename__ = "opening_roles"
    __table_args__ = (
        CheckConstraint("taken BETWEEN 0 AND slots", name="taken_within_slots"),
        CheckConstraint("slots BETWEEN 1 AND 10000", name="slots_sensible"),
        Index("ix_opening_roles_opening_id", "opening_id"),
    )

    id: Mapped[RowId]
    opening_id: Mapped[UUID] = mapped_column(ForeignKey("openings.id", name="fk_opening_roles_opening_id"))
    name: Mapped[str]
    slots: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    is_open: Mapped[bool]
    closes_at: Mapped[datetime]


class Claim(Living):
    """One place taken by one claimant, whatever number of people it sends."""

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("num_nonnulls(team_id, organisation_id, work_unit_id, person_id) = 1", name="exactly_one_claimant"),
        CheckConstraint("(status IN ('asked', 'held')) = (released_at IS NULL)", name="taken_until_released"),
        CheckConstraint("released_at >= claimed_at", name="released_after_claimed"),
        Index(
            "uq_claims_held",
            "opening_id",
            "team_id",
            "organisation_id",
            "work_unit_id",
            "person_id",
            unique=True,
            postgresql_where="released_at IS NULL",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_claims_opening_id", "opening_id", "id"),
        Index("ix_claims_role_id", "role_id", postgresql_where="released_at IS NULL"),
        Index("ix_claims_asked", "id", postgresql_where="status = 'asked'"),
        Index("ix_claims_team_id", "team_id", "id", postgresql_where="team_id IS NOT NULL"),
        Index("ix_claims_organisation_id", "organisation_id", "id", postgresql_where="organisation_id IS NOT NULL"),
        Index("ix_claims_work_unit_id", "work_unit_id", "id", postgresql_where="work_unit_id IS NOT NULL"),
        Index("ix_claims_person_id", "person_id", "id", postgresql_where="person_id IS NOT NULL"),
    )

    opening_id: Mapped[UUID] = mapped_column(ForeignKey("openings.id", name="fk_claims_opening_id"))
    role_id: Mapped[UUID] = mapped_column(ForeignKey("opening_roles.id", name="fk_claims_role_id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", name="fk_claims_team_id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id", name="fk_claims_organisation_id"))
    work_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("work_units.id", name="fk_claims_work_unit_id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", name="fk_claims_person_id"))
    status: Mapped[ClaimStatus] = mapped_column(as_text(ClaimStatus))
    claimed_at: Mapped[datetime] = mapped_column(comment="since when it is held; before that, when it was asked for")
    claimed_by: Mapped[UUID | None]
    released_at: Mapped[datetime | None] = mapped_column(comment="when its place was given back")

    @classmethod
    def takes_place(cls) -> ColumnElement[bool]:
        """Condition: it takes a place, held or asked for. Only `is_held` lets anybody see or serve."""
        return cls.released_at.is_(None)

    @classmethod
    def is_held(cls) -> ColumnElement[bool]:
        """Condition: it was taken at once or accepted, and not given back."""
        return cls.status == ClaimStatus.HELD

    @classmethod
    def stands(cls) -> ColumnElement[bool]:
        """Condition: it is held, or ended after a service: what was served on it counts."""
        return or_(cls.status == ClaimStatus.HELD, cls.status == ClaimStatus.ENDED)


class ClaimChange(StatusChange):
    """One step in the life of a claim. Append-only."""

    __tablename__ = "claim_changes"
    __table_args__ = (Index("ix_claim_changes_claim_id", "claim_id", "at"),)
    subject = "claim_id"

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id", name="fk_claim_changes_claim_id"))
    from_status: Mapped[ClaimStatus | None] = mapped_column(as_text(ClaimStatus))
    to_status: Mapped[ClaimStatus] = mapped_column(as_text(ClaimStatus))


class Arrangement(FactRevision):
    """That a team or organisation claims without being asked about: at one opening (an invitation), at a home, or in an area, until a day.
    A serving Party member, or those of a work unit, may be invited only. Ending it before is a further revision."""

    __tablename__ = "arrangements"
    __table_args__ = (
        Index("ix_arrangements_fact_id", "fact_id"),
        Index("ix_arrangements_area_path", "area_path", "id"),
        Index("ix_arrangements_team_id", "team_id", "id", postgresql_where="team_id IS NOT NULL"),
        Index("ix_arrangements_organisation_id", "organisation_id", "id", postgresql_where="organisation_id IS NOT NULL"),
        Index("ix_arrangements_work_unit_id", "work_unit_id", "id", postgresql_where="work_unit_id IS NOT NULL"),
        Index("ix_arrangements_person_id", "person_id", "id", postgresql_where="person_id IS NOT NULL"),
        Index("ix_arrangements_opening_id", "opening_id", "id", postgresql_where="opening_id IS NOT NULL"),
        CheckConstraint("num_nonnulls(team_id, organisation_id, work_unit_id, person_id) = 1", name="with_one_of_four"),
        CheckConstraint("num_nonnulls(work_unit_id, person_id) = 0 OR opening_id IS NOT NULL", name="members_to_one_opening"),
        CheckConstraint("num_nonnulls(opening_id, home_id) <= 1", name="about_one_thing"),
        CheckConstraint("ends_on >= begins_on", name="term_goes_forward"),
    )

    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", name="fk_arrangements_team_id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id", name="fk_arrangements_organisation_id"))
    work_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("work_units.id", name="fk_arrangements_work_unit_id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", name="fk_arrangements_person_id"))
    opening_id: Mapped[UUID | None] = mapped_column(ForeignKey("openings.id", name="fk_arrangements_opening_id"))
    home_id: Mapped[UUID | None] = mapped_column(comment="who is visited")
    area_id: Mapped[UUID] = mapped_column(
        ForeignKey("areas.id", name="fk_arrangements_area_id"), comment="for which it holds, or of the home"
    )
    area_path: Mapped[AreaPath]
    cause: Mapped[str]
    begins_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(comment="the last day of the term")
    ended_at: Mapped[datetime | None] = mapped_column(comment="ended before its time")

    @classmethod
    def holds_on(cls, day: date | ColumnElement[date]) -> ColumnElement[bool]:
        """Condition: on this day it lets somebody claim."""
        return and_(cls.is_current(), cls.ended_at.is_(None), cls.begins_on <= day, cls.ends_on >= day)

    @classmethod
    def covers(cls, opening: type[Opening]) -> ColumnElement[bool]:
        """Condition: it is about this opening, its home, or an area in which that lies."""
        by_area = and_(
            cls.opening_id.is_(None),
            cls.home_id.is_(None),
            func.starts_with(func.coalesce(opening.home_path, opening.area_path), cls.area_path),
        )
        return or_(cls.opening_id == opening.id, cls.home_id == opening.home_id, by_area)
