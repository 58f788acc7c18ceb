"""Party organisations, work units (employers) and serving Party members. The tree of the Party is not the tree of the areas."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, Base, RowId, as_text
from backend.foundation.facts import Joining
from backend.foundation.search import search_index
from backend.foundation.terms import Word


class PartyOrganisationKind(Word):
    """党工委 › 党委 › 党总支 › 党支部: from above."""

    WORKING_COMMITTEE = "working_committee", "党工委"
    COMMITTEE = "committee", "党委"
    GENERAL_BRANCH = "general_branch", "党总支"
    BRANCH = "branch", "党支部"


class UnitNature(Word):
    """单位性质."""

    GOVERNMENT = "government", "机关"
    PUBLIC_INSTITUTION = "public_institution", "事业单位"
    STATE_ENTERPRISE = "state_enterprise", "国有企业"
    PRIVATE_ENTERPRISE = "private_enterprise", "非公企业"
    SOCIAL_ORGANISATION = "social_organisation", "社会组织"
    OTHER = "other", "其他"


class PartyOrganisation(Base):
    """党组织. It names the area whose it is, or whose officers brought it; there each name is one. One that names none is an employer's."""

    __tablename__ = "party_organisations"
    __table_args__ = (
        Index("ix_party_organisations_parent_id", "parent_id"),
        Index("ix_party_organisations_area_path", "area_path"),
        Index("uq_party_organisations_name", "name_skeleton", "area_path", unique=True, postgresql_where="name_skeleton IS NOT NULL"),
        Index("ix_party_organisations_name", "name", "id"),
        search_index("party_organisations", "name"),
    )

    id: Mapped[RowId]
    name: Mapped[str]
    kind: Mapped[PartyOrganisationKind] = mapped_column(as_text(PartyOrganisationKind))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("party_organisations.id", name="fk_party_organisations_parent_id"))
    area_path: Mapped[AreaPath | None]
    founded_on: Mapped[date | None]
    created_at: Mapped[datetime]
    name_skeleton: Mapped[str | None] = mapped_column(comment="what the name looks like (UTS 39)")


class WorkUnit(Base):
    """单位: an employer whose Party organisation and members report to communities."""

    __tablename__ = "work_units"
    __table_args__ = (
        UniqueConstraint("credit_code", name="uq_work_units_credit_code"),
        Index("ix_work_units_name", "name", "id"),
        Index("ix_work_units_name_skeleton", "name_skeleton"),
        search_index("work_units", "name", "credit_code"),
    )

    id: Mapped[RowId]
    name: Mapped[str]
    credit_code: Mapped[str | None]
    nature: Mapped[UnitNature] = mapped_column(as_text(UnitNature))
    party_organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("party_organisations.id", name="fk_work_units_party_organisation_id")
    )
    created_at: Mapped[datetime]
    name_skeleton: Mapped[str | None] = mapped_column(comment="what the name looks like (UTS 39)")
    merged_into_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("work_units.id", name="fk_work_units_merged_into_id"), comment="the row that stands for both"
    )
    merged_at: Mapped[datetime | None]
    ended_on: Mapped[date | None] = mapped_column(comment="it is no employer any more")

    @classmethod
    def is_live(cls) -> ColumnElement[bool]:
        """Condition: no other row stands for it, and it has not ended."""
        return cls.merged_into_id.is_(None) & cls.ended_on.is_(None)


class PartyMember(Base):
    """在职党员: a person with a Party organisation and a work unit, as they gave them last. Where they worked on a day is a
    UnitMembership's, and where they registered a MemberRegistration's."""

    __tablename__ = "party_members"
    __table_args__ = (
        UniqueConstraint("person_id", name="uq_party_members_person_id"),
        Index("ix_party_members_work_unit_id", "work_unit_id"),
        Index("ix_party_members_party_organisation_id", "party_organisation_id", postgresql_where="party_organisation_id IS NOT NULL"),
        Index("ix_party_members_without_organisation", "party_organisation_name", postgresql_where="party_organisation_id IS NULL"),
    )

    id: Mapped[RowId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_party_members_person_id"))
    party_organisation_name: Mapped[str] = mapped_column(comment="as the member gave it")
    party_organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("party_organisations.id", name="fk_party_members_party_organisation_id"),
        comment="the one that is called so, where one alone is",
    )
    work_unit_id: Mapped[UUID] = mapped_column(ForeignKey("work_units.id", name="fk_party_members_work_unit_id"))
    joined_party_on: Mapped[date | None]
    created_at: Mapped[datetime]


class UnitMembership(Joining):
    """在职党员的单位: that a Party member works at a unit and belongs to its Party organisation, from `joined_on` until the day before
    `left_on`. Who moves leaves by a further revision, and joins by a fact of its own."""

    __tablename__ = "unit_memberships"
    __table_args__ = (
        Index("ix_unit_memberships_fact_id", "fact_id"),
        Index(
            "uq_unit_memberships_member",
            "person_id",
            unique=True,
            postgresql_where="superseded_at IS NULL AND NOT void AND left_on IS NULL",
        ),
        Index("ix_unit_memberships_person_id", "person_id", postgresql_where="superseded_at IS NULL AND NOT void"),
        Index("ix_unit_memberships_work_unit_id", "work_unit_id", "person_id", postgresql_where="superseded_at IS NULL AND NOT void"),
        CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="left_after_joined"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_unit_memberships_person_id"))
    work_unit_id: Mapped[UUID] = mapped_column(ForeignKey("work_units.id", name="fk_unit_memberships_work_unit_id"))
    party_organisation_name: Mapped[str] = mapped_column(comment="单位党组织, as the member gave it")
