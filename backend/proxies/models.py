"""Who acts for whom."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath
from backend.foundation.facts import FactRevision
from backend.foundation.sealed_text import WAS
from backend.foundation.sealing import SEALED

CAUSE = "proxies.cause"
"""What the sealed cause is bound to (`foundation.sealing`)."""


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
    cause: Mapped[str] = mapped_column(comment="as releases before 0045 wrote it; sealed by night, and empty since")
    cause_sealed: Mapped[bytes | None] = mapped_column(info={SEALED: CAUSE, WAS: "cause"}, comment="why somebody else acts")
    began_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(comment="the last day of the term")
    ended_at: Mapped[datetime | None] = mapped_column(comment="ended before its time")
    consent_seen_by: Mapped[UUID | None] = mapped_column(comment="the account that saw the consent on paper")
