"""场次、签到签退、服务记录与确认: when it takes place, who was there, how long, and whose word makes it count."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Double,
    Exists,
    ForeignKey,
    Index,
    Integer,
    Interval,
    Text,
    UniqueConstraint,
    and_,
    cast,
    exists,
    false,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, mapped_column

from backend.brands import Confirmer as Confirmer
from backend.foundation.database import AreaPath, Base, RowId, as_text
from backend.foundation.facts import FactRevision
from backend.foundation.life import Living, StatusChange
from backend.foundation.terms import Word


class ShiftStatus(Word):
    """planned → closed (its window and grace are over) or cancelled."""

    PLANNED = "planned", "已安排"
    CLOSED = "closed", "已结束"
    CANCELLED = "cancelled", "已取消"


class Capacity(Word):
    """In what capacity somebody served: what the claim named."""

    TEAM = "team", "服务队"
    ORGANISATION = "organisation", "社会组织"
    WORK_UNIT = "work_unit", "单位"
    REGISTRATION = "registration", "报到党员"
    SELF = "self", "个人"


class Evidence(Word):
    """What a sign-in, sign-out or record rests on, the best first. A position within the radius makes no better grade than none: a phone
    can make it up.

    At a home it matters who showed the code: the community, who asked or their proxy (`code`); the door (`door_code`); or those who visit
    themselves (`own_code`), whose record is one of two who were there together, or of one alone. A code that was scanned a while ago
    (`sent_later`) may have been photographed and passed on.
    """

    CODE = "code", "扫现场签到码"
    DOOR_CODE = "door_code", "扫门牌码"
    CODE_ELSEWHERE = "code_elsewhere", "扫码，不在现场范围内"
    TOGETHER = "together", "两人同行，互相作证"
    OWN_CODE = "own_code", "扫自己出示的签到码"
    SENT_LATER = "sent_later", "过后补传的扫码"
    COMMUNITY_WORD = "community_word", "社区补录"


WANTS_COMMUNITY = (Evidence.OWN_CODE, Evidence.SENT_LATER)
"""Of a record that rests on these the word of who asked is not enough."""


class FlagKind(StrEnum):
    """Why a record is looked at before it counts."""

    FAR_AWAY = "far_away"


class Shift(Living):
    """One planned occurrence of an opening, with all that attendance must know of it, written when it is made. Its window alone is moved
    later, while nobody has signed in."""

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="window_goes_forward"),
        CheckConstraint("grace_minutes BETWEEN 0 AND 240", name="grace_sensible"),
        CheckConstraint("num_nonnulls(latitude, longitude, radius_m) IN (0, 3)", name="place_whole_or_none"),
        Index("ix_shifts_opening_id", "opening_id", "starts_at", "id"),
        Index("ix_shifts_to_close", "ends_at", postgresql_where="status = 'planned'"),
        Index("ix_shifts_area_path", "area_path", "starts_at", "id"),
        Index("ix_shifts_starts_at", "starts_at", "id"),
        Index("ix_shifts_place", "latitude", "longitude", postgresql_where="status = 'planned' AND latitude IS NOT NULL"),
        Index("ix_shifts_unsettled", "area_path", postgresql_where="settled_at IS NULL"),
        Index("ix_shifts_to_settle", "ends_at", "id", postgresql_where="settled_at IS NULL"),
        Index("ix_shifts_requester", "requester_person_id", postgresql_where="requester_person_id IS NOT NULL"),
    )

    opening_id: Mapped[UUID] = mapped_column(ForeignKey("openings.id", name="fk_shifts_opening_id"))
    brand: Mapped[str]
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_shifts_area_id"))
    area_path: Mapped[AreaPath]
    requester_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", name="fk_shifts_requester_person_id"))
    confirmers: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="words of Confirmer")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    grace_minutes: Mapped[int] = mapped_column(comment="how early one may sign in and how late one may sign out")
    latitude: Mapped[float | None] = mapped_column(Double, comment="GCJ-02")
    longitude: Mapped[float | None] = mapped_column(Double, comment="GCJ-02")
    radius_m: Mapped[int | None]
    home_id: Mapped[UUID | None] = mapped_column(comment="who is visited, where the shift is a visit")
    status: Mapped[ShiftStatus] = mapped_column(as_text(ShiftStatus))
    settled_at: Mapped[datetime | None] = mapped_column(comment="nothing at it waits any more; derived")

    @classmethod
    def grace(cls) -> ColumnElement[timedelta]:
        """The grace as an interval, for arithmetic in a query."""
        return func.make_interval(0, 0, 0, 0, 0, cast(cls.grace_minutes, Integer), type_=Interval)

    @classmethod
    def is_unsettled(cls) -> ColumnElement[bool]:
        """Condition: something at it may wait, as at each that goes on. In the words of the partial index."""
        return cls.settled_at.is_(None)

    @classmethod
    def is_not_over(cls, now: datetime) -> ColumnElement[bool]:
        """Condition: its window and grace are not over, so that one may still sign in at it."""
        return cls.ends_at + cls.grace() >= now


class ShiftChange(StatusChange):
    """One step in the life of a shift. Append-only."""

    __tablename__ = "shift_changes"
    __table_args__ = (Index("ix_shift_changes_shift_id", "shift_id", "at"),)
    subject = "shift_id"

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id", name="fk_shift_changes_shift_id"))
    from_status: Mapped[ShiftStatus | None] = mapped_column(as_text(ShiftStatus))
    to_status: Mapped[ShiftStatus] = mapped_column(as_text(ShiftStatus))


class Attendance(Base):
    """One person at one shift: in once, out once. Of a position only inside yes/no and the distance are kept."""

    __tablename__ = "attendances"
    __table_args__ = (
        UniqueConstraint("shift_id", "person_id", name="uq_attendances_shift_person"),
        Index("uq_attendances_open", "person_id", unique=True, postgresql_where="signed_out_at IS NULL AND closed_at IS NULL"),
        Index("uq_attendances_seat", "claim_id", "shift_id", "seat", unique=True, postgresql_where="seat IS NOT NULL"),
        CheckConstraint("seat >= 1", name="seat_sensible"),
        Index("ix_attendances_claim_id", "claim_id"),
        Index("ix_attendances_never_out", "shift_id", postgresql_where="signed_out_at IS NULL AND closed_at IS NOT NULL"),
        Index("ix_attendances_unsettled", "shift_id", postgresql_where="settled_at IS NULL"),
        Index("ix_attendances_open_shift", "shift_id", postgresql_where="signed_out_at IS NULL AND closed_at IS NULL"),
        CheckConstraint("signed_out_at >= signed_in_at", name="out_after_in"),
        Index("ix_attendances_person_id", "person_id", "signed_in_at", "id"),
    )

    id: Mapped[RowId]
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id", name="fk_attendances_shift_id"))
    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id", name="fk_attendances_claim_id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_attendances_person_id"))
    capacity: Mapped[Capacity] = mapped_column(as_text(Capacity))
    capacity_id: Mapped[UUID]
    seat: Mapped[int | None] = mapped_column(comment="which of the people of the claim's place; empty where the opening sets no number")
    signed_in_at: Mapped[datetime]
    in_evidence: Mapped[Evidence] = mapped_column(as_text(Evidence))
    in_inside: Mapped[bool | None]
    in_distance_m: Mapped[int | None]
    signed_out_at: Mapped[datetime | None]
    out_evidence: Mapped[Evidence | None] = mapped_column(as_text(Evidence))
    out_inside: Mapped[bool | None]
    out_distance_m: Mapped[int | None]
    closed_at: Mapped[datetime | None] = mapped_column(comment="closed by job because nobody signed out")
    settled_at: Mapped[datetime | None] = mapped_column(comment="at a shift that is not settled: nothing of it waits any more; derived")

    @classmethod
    def is_unsettled(cls) -> ColumnElement[bool]:
        """Condition: its record may wait for a word, or be missing. In the words of the partial index."""
        return cls.settled_at.is_(None)

    @classmethod
    def is_open(cls) -> ColumnElement[bool]:
        """Condition: they are signed in. In the words of the partial indexes."""
        return and_(cls.signed_out_at.is_(None), cls.closed_at.is_(None))

    @classmethod
    def lacks_record(cls) -> ColumnElement[bool]:
        """Condition: it was closed without a sign-out, and there is no record."""
        of_it = (ServiceRecord.attendance_id == cls.id, ServiceRecord.superseded_at.is_(None))
        # Each in the words of its partial index.
        counts, withdrawn = (exists().where(*of_it, which).correlate(cls) for which in (~ServiceRecord.void, ServiceRecord.void))
        return and_(cls.signed_out_at.is_(None), cls.closed_at.is_not(None), ~counts, ~withdrawn)


class DoorCode(Base):
    """门牌码: a code that is printed for somebody who is visited; of each home one is in use. Only a keyed hash of it is kept."""

    __tablename__ = "door_codes"
    __table_args__ = (
        Index("uq_door_codes_in_use", "home_id", unique=True, postgresql_where="ended_at IS NULL"),
        CheckConstraint("octet_length(proof) = 32", name="proof_whole"),
    )

    id: Mapped[RowId]
    home_id: Mapped[UUID] = mapped_column(comment="who is visited there")
    proof: Mapped[bytes] = mapped_column(comment="keyed hash")
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]

    @classmethod
    def is_in_use(cls) -> ColumnElement[bool]:
        """Condition: it opens the door. In the words of the partial index."""
        return cls.ended_at.is_(None)


class DoorTry(Base):
    """How often somebody gave a wrong code of a door, since the last right one or in the last day."""

    __tablename__ = "door_tries"

    home_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_door_tries_person_id"), primary_key=True)
    tries: Mapped[int] = mapped_column(comment="wrong ones in a row")
    last_at: Mapped[datetime]


class ServiceRecord(FactRevision):
    """服务记录: minutes that one person served at one shift. It counts while it and its confirmation are both current. Nobody serves at two
    places at once."""

    __tablename__ = "service_records"
    __table_args__ = (
        Index("ix_service_records_fact_id", "fact_id"),
        Index("uq_service_records_attendance", "attendance_id", unique=True, postgresql_where="superseded_at IS NULL AND NOT void"),
        Index("ix_service_records_withdrawn", "attendance_id", postgresql_where="superseded_at IS NULL AND void"),
        Index("ix_service_records_person_id", "person_id", "served_on", "id", postgresql_where="superseded_at IS NULL AND NOT void"),
        Index("ix_service_records_area_path", "area_path", "served_on", "id", postgresql_where="superseded_at IS NULL AND NOT void"),
        Index("ix_service_records_served_on", "served_on", "id", postgresql_where="superseded_at IS NULL AND NOT void"),
        Index("ix_service_records_capacity_id", "capacity_id", "served_on", "id", postgresql_where="superseded_at IS NULL AND NOT void"),
        Index(
            "ix_service_records_people_of_capacity",
            "capacity_id",
            "person_id",
            "served_on",
            postgresql_where="superseded_at IS NULL AND NOT void",
        ),
        Index("ix_service_records_shift_id", "shift_id", postgresql_where="superseded_at IS NULL AND NOT void"),
        Index("ix_service_records_opening_id", "opening_id", postgresql_where="superseded_at IS NULL AND NOT void"),
        CheckConstraint("minutes BETWEEN 0 AND 1440", name="minutes_of_a_day"),
        CheckConstraint("ended_at >= started_at", name="ended_after_started"),
        ExcludeConstraint(
            (text("uuid_range(person_id, person_id, '[]')"), "&&"),
            (text("tstzrange(started_at, ended_at)"), "&&"),
            where=text("superseded_at IS NULL AND NOT void AND exclusive"),
            name="ex_service_records_person",
        ),
    )

    attendance_id: Mapped[UUID] = mapped_column(ForeignKey("attendances.id", name="fk_service_records_attendance_id"))
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id", name="fk_service_records_shift_id"))
    opening_id: Mapped[UUID] = mapped_column(ForeignKey("openings.id", name="fk_service_records_opening_id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", name="fk_service_records_person_id"))
    brand: Mapped[str]
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id", name="fk_service_records_area_id"))
    area_path: Mapped[AreaPath]
    capacity: Mapped[Capacity] = mapped_column(as_text(Capacity))
    capacity_id: Mapped[UUID]
    served_on: Mapped[date] = mapped_column(comment="the Shanghai day on which it began")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    minutes: Mapped[int]
    evidence: Mapped[Evidence] = mapped_column(as_text(Evidence))
    late_entry: Mapped[bool] = mapped_column(server_default=false(), comment="of an activity that was entered afterwards")
    exclusive: Mapped[bool | None] = mapped_column(
        server_default=true(), comment="that it overlaps no other; empty where it was recorded before"
    )

    @classmethod
    def overlaps_another(cls) -> Exists:
        """Condition: the person has another record of the same time that stands, too."""
        other = aliased(cls)
        days = (cls.served_on - 1, cls.served_on + 1)
        return exists().where(
            other.person_id == cls.person_id,
            other.superseded_at.is_(None),
            ~other.void,
            other.served_on.between(*days),
            other.fact_id != cls.fact_id,
            other.started_at < cls.ended_at,
            other.ended_at > cls.started_at,
        )


class Confirmation(FactRevision):
    """确认: that the requester or the community stands by a service record. It survives a correction of the record, for as many minutes
    as counted before."""

    __tablename__ = "service_confirmations"
    __table_args__ = (
        Index("ix_service_confirmations_fact_id", "fact_id"),
        Index("uq_service_confirmations_record", "record_fact_id", unique=True, postgresql_where="superseded_at IS NULL AND NOT void"),
        CheckConstraint("most_minutes >= 0", name="most_minutes_sensible"),
    )

    record_fact_id: Mapped[UUID]
    confirmer: Mapped[Confirmer] = mapped_column(as_text(Confirmer))
    confirmed_at: Mapped[datetime]
    on_behalf_of: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", name="fk_service_confirmations_on_behalf_of"), comment="whose word a proxy gave"
    )
    most_minutes: Mapped[int | None] = mapped_column(comment="so many of the record's minutes count; all where it is empty")

    @classmethod
    def counted(cls) -> ColumnElement[int]:
        """The minutes of `ServiceRecord` that this word lets count (LEAST passes over what is empty)."""
        return func.least(ServiceRecord.minutes, cls.most_minutes)

    @classmethod
    def is_partial(cls) -> ColumnElement[bool]:
        """Condition: `ServiceRecord` has more minutes than this word stands for."""
        return cls.most_minutes < ServiceRecord.minutes


class ServiceFlag(FactRevision):
    """存疑: that a record is looked at before it counts. It stands until somebody clears it, which is a last revision that is void; where
    it was right, the record is withdrawn."""

    __tablename__ = "service_flags"
    __table_args__ = (
        Index("ix_service_flags_fact_id", "fact_id"),
        Index("uq_service_flags_record", "record_fact_id", "kind", unique=True, postgresql_where="superseded_at IS NULL AND NOT void"),
        Index("ix_service_flags_record", "record_fact_id"),
    )

    record_fact_id: Mapped[UUID]
    kind: Mapped[FlagKind] = mapped_column(as_text(FlagKind))

    @classmethod
    def stands_on(cls, record_fact_id: ColumnElement[UUID] | InstrumentedAttribute[UUID], known_at: datetime | None = None) -> Exists:
        """Condition: the record is flagged, now or as known at an instant."""
        return exists().where(cls.record_fact_id == record_fact_id, cls.known_at(known_at))
