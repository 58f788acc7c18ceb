"""Persons, what they agreed to, and who is whose guardian."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, Base, RowId, as_text
from backend.foundation.facts import FactRevision
from backend.foundation.identifiers import Sex
from backend.foundation.sealing import INDEX_OF, SEALED
from backend.foundation.search import search_index
from backend.foundation.terms import Word

ID_NUMBER, PHONE, NAME = "people.id_number", "people.phone", "people.name"
"""What a sealed value is bound to (`foundation.sealing`)."""


class Person(Base):
    """A natural person, once. ID number and phone are sealed and found by their blind index.

    Who agrees to nothing any more stands under a mask (`withdrawn_at`): the name is masked, the one in clear sealed beside it, the phone
    gone. Where no fact needs to know who it was, name and number are gone too (`erased_at`). So does who died (`died_on`), for good.
    """

    __tablename__ = "people"
    __table_args__ = (
        Index("uq_people_id_number", "id_number_index", unique=True),
        Index("ix_people_phone", "phone_index"),
        Index("ix_people_area_path", "area_path", "id"),
        search_index("people", "name"),
    )

    id: Mapped[RowId]
    name: Mapped[str] = mapped_column(comment="masked since withdrawn_at")
    name_sealed: Mapped[bytes | None] = mapped_column(info={SEALED: NAME}, comment="in clear, while `name` is masked")
    id_number_sealed: Mapped[bytes] = mapped_column(info={SEALED: ID_NUMBER})
    id_number_index: Mapped[bytes] = mapped_column(info={INDEX_OF: "id_number_sealed"})
    born_on: Mapped[date]
    sex: Mapped[Sex] = mapped_column(as_text(Sex))
    phone_sealed: Mapped[bytes | None] = mapped_column(info={SEALED: PHONE})
    phone_index: Mapped[bytes | None] = mapped_column(info={INDEX_OF: "phone_sealed"})
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_people_area_id"), comment="the community of residence")
    area_path: Mapped[AreaPath]
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None] = mapped_column(comment="since when nothing is agreed to any more; what the law keeps is masked")
    erased_at: Mapped[datetime | None] = mapped_column(comment="when name and number went, because no fact needed them")
    died_on: Mapped[date | None] = mapped_column(comment="by papers that two officers saw")


class Consent(FactRevision):
    """That a person agreed to one version of a notice (个人信息保护法 arts 14, 17). Withdrawing it voids the fact."""

    __tablename__ = "consents"
    __table_args__ = (
        Index("ix_consents_fact_id", "fact_id"),
        Index("ix_consents_person_id", "person_id", "notice", postgresql_where="superseded_at IS NULL"),
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
    paper: Mapped[str | None] = mapped_column(comment="by which paper, of who agreed on one before this platform")
    signed_on: Mapped[date | None] = mapped_column(comment="the day on that paper")


class Relation(Word):
    """What a guardian is to a minor (民法典 art. 27)."""

    FATHER = "father", "父亲"
    MOTHER = "mother", "母亲"
    GRANDPARENT = "grandparent", "祖父母或外祖父母"
    SIBLING = "sibling", "兄姐"
    OTHER = "other", "其他监护人"


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
