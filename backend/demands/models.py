"""服务需求: what is needed, of which brand, and, kept apart from it, for whom."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, Base, RowId, as_text
from backend.foundation.facts import FactRevision
from backend.foundation.life import Living, StatusChange
from backend.foundation.sealed_text import WAS
from backend.foundation.sealing import INDEX_OF, SEALED
from backend.foundation.search import search_index
from backend.foundation.terms import Word

ADDRESS, PHONE, NOTE = "beneficiaries.address", "beneficiaries.phone", "beneficiaries.contact_note"
DETAILS, CAUSE = "demands.details", "beneficiary_bases.cause"
"""What the sealed values are bound to (`foundation.sealing`)."""

DEMAND_NUMBERS = Sequence("demand_numbers", metadata=Base.metadata)
"""Feeds 需求编号, which people see and say on the phone."""


class DemandStatus(Word):
    """submitted → published, returned or withdrawn; returned → submitted again or withdrawn; published → completed, cancelled before its
    time is over, or not carried out after it; completed → published again when no service counts any more, or not carried out where the
    community is gone. 'Claimed', 'full' and 'partly claimed' are predicates over its opening, not states."""

    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"
    PUBLISHED = "published", "已发布"
    COMPLETED = "completed", "已完成"
    CANCELLED = "cancelled", "已取消"
    NOT_CARRIED_OUT = "not_carried_out", "未开展"


class EndCause(Word):
    """Why nobody visits somebody any more."""

    MOVED_AWAY = "moved_away", "迁出"
    DIED = "died", "去世"
    NO_LONGER_WISHES = "no_longer_wishes", "不再需要"
    MERGED = "merged", "与另一条重复，已合并"  # it was the same person as in another row


class Beneficiary(Base):
    """服务对象 of home visits: the most dangerous row of the platform (an elder living alone, and where). May have no account.

    Address, phone and note are sealed; they show only to holders of an active claim and to the own community. Address and phone are found
    by their blind index, so that one elder has one row.
    """

    __tablename__ = "beneficiaries"
    __table_args__ = (
        Index("ix_beneficiaries_area_path", "area_path", "id"),
        Index("ix_beneficiaries_name", "name"),
        search_index("beneficiaries", "name", "called"),
        Index("ix_beneficiaries_address", "address_index"),
        Index("ix_beneficiaries_phone", "phone_index", postgresql_where="phone_index IS NOT NULL"),
        Index("uq_beneficiaries_person", "person_id", unique=True, postgresql_where="person_id IS NOT NULL AND ended_at IS NULL"),
        Index(
            "ix_beneficiaries_without_basis",
            "area_path",
            postgresql_where="ended_at IS NULL AND address_sealed IS NOT NULL AND basis_stands IS NOT TRUE",
        ),
        CheckConstraint("(ended_at IS NULL) = (end_cause IS NULL)", name="ended_for_a_cause"),
        CheckConstraint("merged_into_id <> id", name="merged_into_another"),
    )

    id: Mapped[RowId]
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_beneficiaries_area_id"))
    area_path: Mapped[AreaPath]
    name: Mapped[str]
    called: Mapped[str] = mapped_column(comment="how lists call them: 王奶奶")
    born_in: Mapped[int | None] = mapped_column(comment="year of birth")
    said_adult: Mapped[bool | None] = mapped_column(comment="that they are 18 or older, where the year of birth is not known")
    address_sealed: Mapped[bytes | None] = mapped_column(info={SEALED: ADDRESS}, comment="empty once nobody needed it any more")
    address_index: Mapped[bytes | None] = mapped_column(info={INDEX_OF: "address_sealed"})
    phone_sealed: Mapped[bytes | None] = mapped_column(info={SEALED: PHONE})
    phone_index: Mapped[bytes | None] = mapped_column(info={INDEX_OF: "phone_sealed"})
    contact_note: Mapped[str | None] = mapped_column(comment="as releases before 0027 wrote it; sealed by night")
    contact_note_sealed: Mapped[bytes | None] = mapped_column(
        info={SEALED: NOTE, WAS: "contact_note"}, comment="how to visit: 听力不好，请多敲几声"
    )
    person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", name="fk_beneficiaries_person_id"), comment="who they are, where they are on record as a person"
    )
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_cause: Mapped[EndCause | None] = mapped_column(as_text(EndCause))
    basis_stands: Mapped[bool | None] = mapped_column(comment="whether a basis does; derived, and empty where a release before wrote")
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("beneficiaries.id", name="fk_beneficiaries_merged_into_id"))


class BasisKind(Word):
    """On what it rests that somebody's data is kept and used (个人信息保护法 arts 13, 29, 31)."""

    OWN_CONSENT = "own_consent", "本人同意"
    PROXY_CONSENT = "proxy_consent", "代办人同意"
    GUARDIAN_CONSENT = "guardian_consent", "监护人同意"
    DUTY_OF_CARE = "duty_of_care", "社区照护职责"


class BeneficiaryBasis(FactRevision):
    """That there is a basis for keeping a beneficiary's data: who agreed to which version of the notice, or why care could not wait for
    that. Who stated it stands with the revision; taking it back voids the fact. Who was on record before bases were has none.

    Why care could not wait may tell of somebody's health: it is sealed, and erased with the address.
    """

    __tablename__ = "beneficiary_bases"
    __table_args__ = (
        Index("ix_beneficiary_bases_fact_id", "fact_id"),
        Index("ix_beneficiary_bases_beneficiary_id", "beneficiary_id", "id"),
        Index("uq_beneficiary_bases_standing", "beneficiary_id", unique=True, postgresql_where="superseded_at IS NULL AND NOT void"),
        CheckConstraint("(basis = 'duty_of_care') = (notice_version IS NULL)", name="agreed_to_a_notice"),
        CheckConstraint(
            "void OR basis <> 'duty_of_care' OR num_nonnulls(cause, cause_sealed, erased_at) > 0",
            name="care_has_a_cause",
        ),
    )

    beneficiary_id: Mapped[UUID] = mapped_column(ForeignKey("beneficiaries.id", name="fk_beneficiary_bases_beneficiary_id"))
    basis: Mapped[BasisKind] = mapped_column(as_text(BasisKind))
    notice_version: Mapped[str | None]
    cause: Mapped[str | None] = mapped_column(comment="as releases before 0045 wrote it; sealed by night")
    cause_sealed: Mapped[bytes | None] = mapped_column(info={SEALED: CAUSE, WAS: "cause"}, comment="why care could not wait for a consent")
    erased_at: Mapped[datetime | None] = mapped_column(comment="when the cause went, because nobody needed it any more")


class Demand(Living):
    """A need as somebody submitted it, and as the community published it."""

    __tablename__ = "demands"
    __table_args__ = (
        UniqueConstraint("number", name="uq_demands_number"),
        UniqueConstraint("opening_id", name="uq_demands_opening_id"),
        CheckConstraint("places BETWEEN 1 AND 10000", name="places_sensible"),
        CheckConstraint("ends_at > starts_at", name="window_goes_forward"),
        CheckConstraint(
            "(status IN ('published', 'completed', 'cancelled', 'not_carried_out')) = (published_at IS NOT NULL)", name="published_is_dated"
        ),
        Index("ix_demands_area_path", "area_path", "status", "id"),
        Index("ix_demands_status", "status", "id"),
        Index("ix_demands_published", "published_at", "id", postgresql_where="status = 'published'"),
        Index("ix_demands_published_start", "starts_at", "id", postgresql_where="status = 'published'"),
        search_index("demands", "number", "title"),
        Index("ix_demands_requester", "requester_person_id", "id", postgresql_where="requester_person_id IS NOT NULL"),
        Index("ix_demands_submitted_by", "submitted_by", "id"),
    )

    number: Mapped[str]
    brand: Mapped[str]
    title: Mapped[str]
    details: Mapped[str | None] = mapped_column(comment="as releases before 0045 wrote it; sealed by night")
    details_sealed: Mapped[bytes | None] = mapped_column(
        info={SEALED: DETAILS, WAS: "details"}, comment="for the community, who asked, and who was accepted; empty once erased"
    )
    content: Mapped[str | None] = mapped_column(comment="this and the next four: for everybody, from the publication on")
    place_in_words: Mapped[str | None]
    conditions: Mapped[str | None]
    risks: Mapped[str | None]
    safeguards: Mapped[str | None]
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_demands_area_id"))
    area_path: Mapped[AreaPath]
    requester_person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", name="fk_demands_requester_person_id"), comment="who confirms the service, besides the community"
    )
    beneficiary_id: Mapped[UUID | None] = mapped_column(ForeignKey("beneficiaries.id", name="fk_demands_beneficiary_id"))
    submitted_by: Mapped[UUID | None]
    submitted_at: Mapped[datetime]
    status: Mapped[DemandStatus] = mapped_column(as_text(DemandStatus))
    places: Mapped[int]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    opening_id: Mapped[UUID | None] = mapped_column(ForeignKey("openings.id", name="fk_demands_opening_id"))
    former_demand_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("demands.id", name="fk_demands_former_demand_id"), comment="the one that it was published again from"
    )


class DemandChange(StatusChange):
    """One step in the life of a demand; "published / completed" of the statistics count from it. Append-only."""

    __tablename__ = "demand_changes"
    __table_args__ = (Index("ix_demand_changes_demand_id", "demand_id", "at"),)
    subject = "demand_id"

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demands.id", name="fk_demand_changes_demand_id"))
    on_behalf_of: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", name="fk_demand_changes_on_behalf_of"), comment="for whom a proxy took the step"
    )
    from_status: Mapped[DemandStatus | None] = mapped_column(as_text(DemandStatus))
    to_status: Mapped[DemandStatus] = mapped_column(as_text(DemandStatus))


class NextStep(Word):
    """What happens by itself to a demand of which nobody takes care; the days of each are the brand's (`brands.NextDays`), by its word.
    The last one is its end (service/endings.py), and stands in no row."""

    REVIEW_TOLD = "review_told", "提醒社区审核"
    REVIEW_STREET = "review_street", "未审核，告知街道"
    OFFERED = "offered", "推荐给本社区的队伍和组织"
    NEIGHBOURS = "neighbours", "推荐给邻近社区的队伍和组织"
    STREET = "street", "无人认领，告知街道"
    NOBODY_CAME = "nobody_came", "无人到场，提醒社区"
    CONFIRM_TOLD = "confirm_told", "提醒社区确认"
    CONFIRM_STREET = "confirm_street", "未确认，告知街道"
    ENDS = "ends", "到期自动办结或者登记为未开展"


class DemandPrompt(Base):
    """That a demand stood still since an instant, and what happened by itself for that. Append-only."""

    __tablename__ = "demand_prompts"
    __table_args__ = (Index("uq_demand_prompts_step", "demand_id", "step", "since", unique=True),)

    id: Mapped[RowId]
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demands.id", name="fk_demand_prompts_demand_id"))
    step: Mapped[NextStep] = mapped_column(as_text(NextStep))
    since: Mapped[datetime] = mapped_column(comment="when it began to wait for what did not come")
    at: Mapped[datetime]
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="of the teams to which it was offered")


class DemandReassignment(Base):
    """That a demand went to another row of the register, because two rows were one person: whose it had been. So what is known of an
    instant stays known. Append-only."""

    __tablename__ = "demand_reassignments"
    __table_args__ = (Index("ix_demand_reassignments_demand_id", "demand_id", "at"),)

    id: Mapped[RowId]
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demands.id", name="fk_demand_reassignments_demand_id"))
    at: Mapped[datetime]
    former_beneficiary_id: Mapped[UUID] = mapped_column(
        ForeignKey("beneficiaries.id", name="fk_demand_reassignments_former_beneficiary_id")
    )


class PublicationChange(Base):
    """What the community changed of a published demand: what was before and after, by the names of its columns. Append-only."""

    __tablename__ = "publication_changes"
    __table_args__ = (Index("ix_publication_changes_demand_id", "demand_id", "id"),)

    id: Mapped[RowId]
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demands.id", name="fk_publication_changes_demand_id"))
    at: Mapped[datetime]
    actor_account_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(comment="for everybody, as what was changed is")
    before: Mapped[dict[str, str | int | None]] = mapped_column(JSONB)
    after: Mapped[dict[str, str | int | None]] = mapped_column(JSONB, comment="the same names as before")
