"""志愿服务队: teams, their members, and those who asked to join."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.brands import TeamCategory as TeamCategory
from backend.foundation.database import AreaPath, Base, RowId, as_text
from backend.foundation.facts import Joining
from backend.foundation.life import Living, StatusChange
from backend.foundation.search import search_index
from backend.foundation.terms import Word


class TeamStatus(Word):
    """applied → active or returned; returned → applied; active → dissolved."""

    APPLIED = "applied", "待审核"
    RETURNED = "returned", "已退回"
    ACTIVE = "active", "已成立"
    DISSOLVED = "dissolved", "已解散"


class JoinStatus(Word):
    """What became of the wish to join."""

    ASKED = "asked", "待答复"
    ACCEPTED = "accepted", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


class Team(Living):
    """A volunteer service team of one community (条例 art. 42: it need not be a legal person)."""

    __tablename__ = "teams"
    __table_args__ = (
        Index("uq_teams_name", "area_path", "name", unique=True, postgresql_where="status IN ('applied', 'active')"),
        Index("uq_teams_name_skeleton", "area_path", "name_skeleton", unique=True, postgresql_where="status IN ('applied', 'active')"),
        Index("ix_teams_area_path", "area_path", "status", "id"),
        Index("ix_teams_status", "status", "id"),
        Index("ix_teams_name", "status", "name", "id"),
        search_index("teams", "name"),
        Index("ix_teams_leader", "leader_person_id"),
    )

    name: Mapped[str]
    name_skeleton: Mapped[str | None] = mapped_column(comment="what the name looks like (UTS 39)")
    category: Mapped[TeamCategory] = mapped_column(as_text(TeamCategory))
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_teams_area_id"))
    area_path: Mapped[AreaPath]
    leader_person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", name="fk_teams_leader_person_id"), comment="empty once who led is gone, until the community names another"
    )
    charter: Mapped[str]
    status: Mapped[TeamStatus] = mapped_column(as_text(TeamStatus))
    founded_on: Mapped[date | None] = mapped_column(comment="the day it became active")
    dissolved_on: Mapped[date | None]
    applied_at: Mapped[datetime]
    applied_by: Mapped[UUID | None]


class TeamChange(StatusChange):
    """One step in the life of a team. Append-only."""

    __tablename__ = "team_changes"
    __table_args__ = (Index("ix_team_changes_team_id", "team_id", "at"),)
    subject = "team_id"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", name="fk_team_changes_team_id"))
    from_status: Mapped[TeamStatus | None] = mapped_column(as_text(TeamStatus))
    to_status: Mapped[TeamStatus] = mapped_column(as_text(TeamStatus))


class JoinRequest(Base):
    """A volunteer's wish to join a team, until its leader decides."""

    __tablename__ = "team_join_requests"
    __table_args__ = (
        Index("uq_team_join_requests_open", "team_id", "person_id", unique=True, postgresql_where="status = 'asked'"),
        Index("ix_team_join_requests_team_id", "team_id", "status", "id"),
        Index("ix_team_join_requests_person_id", "person_id", "id"),
    )

    id: Mapped[RowId]
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", name="fk_team_join_requests_team_id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_team_join_requests_person_id"))
    status: Mapped[JoinStatus] = mapped_column(as_text(JoinStatus))
    message: Mapped[str | None]
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    reason: Mapped[str | None]


class Membership(Joining):
    """That a person belongs to a team, from `joined_on` until the day before `left_on`. Leaving is a further revision."""

    __tablename__ = "team_memberships"
    __table_args__ = (
        Index("ix_team_memberships_fact_id", "fact_id"),
        Index(
            "uq_team_memberships_member",
            "team_id",
            "person_id",
            unique=True,
            postgresql_where="superseded_at IS NULL AND NOT void AND left_on IS NULL",
        ),
        Index("ix_team_memberships_person_id", "person_id", postgresql_where="superseded_at IS NULL AND NOT void"),
        Index("ix_team_memberships_area_path", "area_path", "id", postgresql_where="superseded_at IS NULL AND NOT void"),
        CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="left_after_joined"),
    )

    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", name="fk_team_memberships_team_id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_team_memberships_person_id"))
    area_path: Mapped[AreaPath] = mapped_column(comment="the team's community: where the membership counts")
