"""Persons, their registration as volunteers, and what they agreed to."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Sequence, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.actor import Role
from backend.foundation.database import AreaPath, Base, RowId, as_text
from backend.foundation.facts import FactRevision
from backend.foundation.identifiers import Sex
from backend.foundation.life import Living, StatusChange
from backend.foundation.sealing import INDEX_OF, SEALED

VOLUNTEER_NUMBERS = Sequence("volunteer_numbers", metadata=Base.metadata)
"""Feeds 志愿者编号: a number of our own, because the layout of the national one is not ours to invent."""


ID_NUMBER, PHONE, REVEAL_NOTE = "people.id_number", "people.phone", "reveals.note"
"""What a sealed number is bound to (`foundation.sealing`)."""


class Person(Base):
    """A natural person, once. ID number and phone are sealed and found by their blind index."""

    __tablename__ = "people"
    __table_args__ = (
        Index("uq_people_id_number", "id_number_index", unique=True),
        Index("ix_people_phone", "phone_index"),
        Index("ix_people_area_path", "area_path", "id"),
    )

    id: Mapped[RowId]
    name: Mapped[str]
    id_number_sealed: Mapped[bytes] = mapped_column(info={SEALED: ID_NUMBER})
    id_number_index: Mapped[bytes] = mapped_column(info={INDEX_OF: "id_number_sealed"})
    born_on: Mapped[date]
    sex: Mapped[Sex] = mapped_column(as_text(Sex))
    phone_sealed: Mapped[bytes | None] = mapped_column(info={SEALED: PHONE})
    phone_index: Mapped[bytes | None] = mapped_column(info={INDEX_OF: "phone_sealed"})
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_people_area_id"), comment="the community of residence")
    area_path: Mapped[AreaPath]
    created_at: Mapped[datetime]


class Volunteer(FactRevision):
    """That a person is a registered volunteer (志愿服务条例 art. 7) in the community of residence. Leaving is a further revision."""

    __tablename__ = "volunteers"
    __table_args__ = (
        Index("ix_volunteers_fact_id", "fact_id"),
        Index("uq_volunteers_person", "person_id", unique=True, postgresql_where="superseded_at IS NULL AND NOT void AND left_on IS NULL"),
        Index("uq_volunteers_number", "number", unique=True, postgresql_where="superseded_at IS NULL AND NOT void"),
        Index("ix_volunteers_area_path", "area_path", "registered_on", "id", postgresql_where="superseded_at IS NULL AND NOT void"),
        CheckConstraint("left_on IS NULL OR left_on >= registered_on", name="left_after_registered"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_volunteers_person_id"))
    number: Mapped[str] = mapped_column(comment="志愿者编号")
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_volunteers_area_id"))
    area_path: Mapped[AreaPath]
    registered_on: Mapped[date]
    left_on: Mapped[date | None]


class Consent(FactRevision):
    """That a person agreed to one version of a notice (个人信息保护法 arts 14, 17). Withdrawing it voids the fact."""

    __tablename__ = "consents"
    __table_args__ = (
        Index("ix_consents_fact_id", "fact_id"),
        Index("uq_consents_given", "person_id", "notice", "version", unique=True, postgresql_where="superseded_at IS NULL AND NOT void"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_consents_person_id"))
    notice: Mapped[str]
    version: Mapped[str]
    given_at: Mapped[datetime]
    channel: Mapped[str]
    guardian_person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", name="fk_consents_guardian_person_id"), comment="who agreed for a minor"
    )


class Relation(StrEnum):
    """What a guardian is to a minor (民法典 art. 27)."""

    FATHER = "father"
    MOTHER = "mother"
    GRANDPARENT = "grandparent"
    SIBLING = "sibling"
    OTHER = "other"


class Guardianship(FactRevision):
    """That an adult person, proved by name and number, is the guardian of a minor and agrees to their volunteering."""

    __tablename__ = "guardianships"
    __table_args__ = (
        Index("ix_guardianships_fact_id", "fact_id"),
        Index("ix_guardianships_guardian", "guardian_person_id", "id"),
        Index(
            "uq_guardianships_held",
            "ward_person_id",
            "guardian_person_id",
            unique=True,
            postgresql_where="superseded_at IS NULL AND NOT void AND ended_on IS NULL",
        ),
        CheckConstraint("ward_person_id <> guardian_person_id", name="two_persons"),
        CheckConstraint("ended_on IS NULL OR ended_on >= since", name="ended_after_since"),
    )

    ward_person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_guardianships_ward_person_id"))
    guardian_person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_guardianships_guardian_person_id"))
    relation: Mapped[Relation] = mapped_column(as_text(Relation))
    channel: Mapped[str]
    since: Mapped[date]
    ended_on: Mapped[date | None]


class Reveal(Base):
    """That somebody read personal data in clear: in which role, what, of whom, why. Append-only; only the seal of its note is renewed."""

    __tablename__ = "reveals"
    __table_args__ = (
        Index("ix_reveals_person_id", "person_id", "id", postgresql_where="person_id IS NOT NULL"),
        Index("ix_reveals_account_id", "account_id", "at"),
        Index("ix_reveals_at", "at"),
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
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    purpose: Mapped[str]
    note_sealed: Mapped[bytes | None] = mapped_column(info={SEALED: REVEAL_NOTE})


class Proxy(FactRevision):
    """代办: that a person acts for another who has no phone, until a day. Renewing and ending it are further revisions."""

    __tablename__ = "proxies"
    __table_args__ = (
        Index("ix_proxies_fact_id", "fact_id"),
        Index(
            "uq_proxies_pair",
            "person_id",
            "proxy_person_id",
            unique=True,
            postgresql_where="superseded_at IS NULL AND NOT void AND ended_at IS NULL",
        ),
        Index("ix_proxies_proxy_person_id", "proxy_person_id", "id", postgresql_where="superseded_at IS NULL AND NOT void"),
        Index("ix_proxies_area_path", "area_path", "id", postgresql_where="superseded_at IS NULL AND NOT void"),
        CheckConstraint("person_id <> proxy_person_id", name="of_somebody_else"),
        CheckConstraint("ends_on >= began_on", name="term_goes_forward"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_proxies_person_id"), comment="who is acted for")
    proxy_person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_proxies_proxy_person_id"))
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_proxies_area_id"), comment="where who is acted for lives")
    area_path: Mapped[AreaPath]
    relation: Mapped[str]
    cause: Mapped[str] = mapped_column(comment="why somebody else acts")
    began_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(comment="the last day of the term")
    ended_at: Mapped[datetime | None] = mapped_column(comment="ended before its time")
    consent_seen_by: Mapped[UUID | None] = mapped_column(comment="the account that saw the consent on paper")


class RecoveryStatus(StrEnum):
    """submitted → confirmed, returned or withdrawn."""

    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class RecoveryProof(StrEnum):
    """By what the community knew the person again."""

    ID_CARD = "id_card"
    HOUSEHOLD_REGISTER = "household_register"
    KNOWN_IN_PERSON = "known_in_person"


class AccountRecovery(Living):
    """That somebody with a new WeChat asks for the account of a person. Without a person nobody has that name and number."""

    __tablename__ = "account_recoveries"
    __table_args__ = (
        Index("uq_account_recoveries_open", "account_id", unique=True, postgresql_where="status = 'submitted'"),
        Index("ix_account_recoveries_account_id", "account_id", "id"),
        Index("ix_account_recoveries_person_id", "person_id", "id", postgresql_where="person_id IS NOT NULL"),
        Index("ix_account_recoveries_area_path", "area_path", "status", "id", postgresql_where="area_path IS NOT NULL"),
        CheckConstraint("(person_id IS NULL) = (area_path IS NULL)", name="area_with_person"),
        CheckConstraint("(status = 'confirmed') = (proof IS NOT NULL)", name="confirmed_with_proof"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", name="fk_account_recoveries_account_id"), comment="who asks")
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", name="fk_account_recoveries_person_id"))
    area_path: Mapped[AreaPath | None] = mapped_column(comment="where the person lives, whose community decides")
    status: Mapped[RecoveryStatus] = mapped_column(as_text(RecoveryStatus))
    proof: Mapped[RecoveryProof | None] = mapped_column(as_text(RecoveryProof))
    applied_at: Mapped[datetime]


class AccountRecoveryChange(StatusChange):
    """One step of an application. Append-only."""

    __tablename__ = "account_recovery_changes"
    __table_args__ = (Index("ix_account_recovery_changes_recovery_id", "recovery_id", "at"),)
    subject = "recovery_id"

    recovery_id: Mapped[UUID] = mapped_column(ForeignKey("account_recoveries.id", name="fk_account_recovery_changes_recovery_id"))
    from_status: Mapped[RecoveryStatus | None] = mapped_column(as_text(RecoveryStatus))
    to_status: Mapped[RecoveryStatus] = mapped_column(as_text(RecoveryStatus))
