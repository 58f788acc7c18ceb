"""Reads of the register of beneficiaries: names masked, never an address or a telephone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.models import Account
from backend.accounts.policy import COMMUNITY_DIGITS, Permission, Scope, ScopeColumns
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.attendance.models import DoorCode
from backend.demands.models import BasisKind, Beneficiary, BeneficiaryBasis, EndCause
from backend.demands.service.bases import to_read
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db, one_of
from backend.foundation.errors import Missing
from backend.foundation.masking import masked
from backend.foundation.paging import Order, Page, PageRequest, TimeSort
from backend.foundation.sealed_text import read_text
from backend.foundation.search import EVER, Days, as_asked, holds, words_of
from backend.foundation.terms import Word
from backend.people.minors import may_be_minor
from backend.people.models import Person
from backend.reveals import queries as reveal_queries
from backend.reveals.models import Reveal

LATEST_ON_RECORD = Order((Beneficiary.id,), latest_first=True)
_MOST_SIMILAR = 20


@dataclass(frozen=True, slots=True)
class DoorInUse:
    """That a printed code of a door is in use: since when, and by whom (masked; None where nobody knows). Never the code."""

    issued_at: datetime
    issued_by: str | None


class BeneficiaryStatus(Word):
    """Whether somebody may still be sent to them."""

    ON_RECORD = "on_record", "在册"
    ENDED = "ended", "不再服务"


@dataclass(frozen=True, slots=True)
class BeneficiaryLine:
    """Somebody on record, without address and phone. `basis`: on what it rests that they are; None: nobody said, or it was taken back.
    `door_code`: None where their door has none."""

    id: UUID
    name: str
    called: str
    age_band: str | None
    area_id: UUID
    area: str
    basis: BasisKind | None
    door_code: DoorInUse | None
    ended_at: datetime | None
    end_cause: EndCause | None

    @property
    def status(self) -> BeneficiaryStatus:
        """In a word."""
        return BeneficiaryStatus.ON_RECORD if self.ended_at is None else BeneficiaryStatus.ENDED


@dataclass(frozen=True, slots=True)
class Similar:
    """Somebody of the same name, address or telephone in the same community: the same person, or not."""

    id: UUID
    name: str
    called: str
    same_name: bool
    same_address: bool
    same_phone: bool


@dataclass(frozen=True, slots=True)
class BeneficiaryView(BeneficiaryLine):
    """One of them, with what was said of the basis, and who looks like them."""

    notice_version: str | None
    cause: str | None
    stated_at: datetime | None
    has_address: bool
    may_be_minor: bool
    person_id: UUID | None
    merged_into_id: UUID | None
    similar: list[Similar]


@dataclass(frozen=True, slots=True)
class BeneficiarySearch:
    """Whom on the register somebody looks for. `q`: how lists call them, and the name by who could read it in clear; `days`: since when
    they are on record."""

    q: str | None = None
    area_id: UUID | None = None
    basis: BasisKind | None = None
    ended: bool | None = None
    days: Days = EVER


def beneficiaries(
    viewer: Actor, search: BeneficiarySearch, *, for_me: bool = False, now: datetime, page: PageRequest
) -> Page[BeneficiaryLine]:
    """Who is on record in the viewer's communities and grids, the latest first. `for_me`: only those for whom the viewer is to say on what
    that rests."""
    register = ScopeColumns(area_path=Beneficiary.area_path)
    may_name = policy.visible(viewer, Permission.BENEFICIARY_REVEAL, register)
    named = (or_(holds(word, Beneficiary.called), and_(holds(word, Beneficiary.name), may_name)) for word in words_of(search.q))
    wanted = _lines().where(policy.visible(viewer, Permission.BENEFICIARY_SEE, register), search.days.hold(Beneficiary.created_at), *named)
    wanted = wanted.where(as_asked((BeneficiaryBasis.basis, search.basis)), lies_in(Beneficiary.area_path, search.area_id))
    if search.ended is not None:
        wanted = wanted.where(Beneficiary.ended_at.is_not(None) if search.ended else Beneficiary.ended_at.is_(None))
    if for_me:
        wanted = wanted.where(lacks_basis(viewer))
    today = clock.shanghai_day(now)
    return LATEST_ON_RECORD.page(wanted, page).map(lambda row: BeneficiaryLine(**_values(row, today)))


def beneficiaries_found(viewer: Actor, condition: ColumnElement[bool], *, most: int, now: datetime) -> list[BeneficiaryLine]:
    """Of those on record whom the condition finds, and whom the viewer could read in clear (service/beneficiaries.py), some."""
    register = ScopeColumns(area_path=Beneficiary.area_path)
    may_read = or_(
        *(policy.visible(viewer, permission, register) for permission in (Permission.BENEFICIARY_REVEAL, Permission.MINOR_REVEAL))
    )
    ever = exists().where(BeneficiaryBasis.beneficiary_id == Beneficiary.id).correlate(Beneficiary)
    readable = and_(Beneficiary.ended_at.is_(None), or_(BeneficiaryBasis.id.is_not(None), ~ever))
    rows = db.session.execute(_lines().where(condition, may_read, readable).order_by(Beneficiary.id).limit(most)).all()
    found = [row for row in rows if policy.allows(viewer, to_read(row.Beneficiary, now=now), Scope(area_path=row.Beneficiary.area_path))]
    return [BeneficiaryLine(**_values(row, clock.shanghai_day(now))) for row in found]


def lacks_basis(viewer: Actor) -> ColumnElement[bool]:
    """Condition: nothing says on what it rests that somebody is on record, and the viewer is to state it, or to end the record."""
    stated = exists().where(BeneficiaryBasis.beneficiary_id == Beneficiary.id, BeneficiaryBasis.is_current()).correlate(Beneficiary)
    mine = policy.visible(viewer, Permission.BENEFICIARY_CHANGE, ScopeColumns(area_path=Beneficiary.area_path))
    # In the words of the partial index, so that what has one is not read; asked all the same, for a release before writes no mark.
    unmarked = Beneficiary.basis_stands.is_not(True)
    return and_(Beneficiary.ended_at.is_(None), Beneficiary.address_sealed.is_not(None), unmarked, mine, ~stated)


def beneficiary(viewer: Actor, beneficiary_id: UUID, *, now: datetime) -> BeneficiaryView:
    """One of them. Raises Missing."""
    row = db.session.execute(_lines().where(Beneficiary.id == beneficiary_id)).one_or_none()
    if row is None:
        raise Missing
    policy.require_seen(viewer, Permission.BENEFICIARY_SEE, Scope(area_path=row.Beneficiary.area_path))
    basis: BeneficiaryBasis | None = row.BeneficiaryBasis
    return BeneficiaryView(
        **_values(row, clock.shanghai_day(now)),
        notice_version=basis.notice_version if basis else None,
        cause=read_text(BeneficiaryBasis.cause_sealed, basis) if basis else None,
        stated_at=basis.recorded_at if basis else None,
        has_address=row.Beneficiary.address_sealed is not None,
        may_be_minor=may_be_minor(row.Beneficiary.born_in, now),
        person_id=row.Beneficiary.person_id,
        merged_into_id=row.Beneficiary.merged_into_id,
        similar=_similar(viewer, row.Beneficiary),
    )


def keeps_register(viewer: Actor) -> bool:
    """Whether the viewer sees who is on record in some area."""
    return policy.could_by_area(viewer, Permission.BENEFICIARY_SEE)


def areas_of_register(viewer: Actor) -> list[str]:
    """The paths of the areas in which the viewer sees who is on record."""
    return policy.area_paths(viewer, Permission.BENEFICIARY_SEE)


def beneficiaries_of(viewer: Actor, beneficiary_ids: Sequence[UUID], *, now: datetime) -> list[BeneficiaryLine]:
    """Those of these whom the viewer may see."""
    seen = policy.visible(viewer, Permission.BENEFICIARY_SEE, ScopeColumns(area_path=Beneficiary.area_path))
    rows = db.session.execute(_lines().where(one_of(Beneficiary.id, beneficiary_ids), seen).order_by(Beneficiary.id)).all()
    return [BeneficiaryLine(**_values(row, clock.shanghai_day(now))) for row in rows]


def may_see_readings(viewer: Actor, seen: BeneficiaryLine) -> bool:
    """Whether the viewer may see who read the data of somebody whom they see."""
    area_path = db.session.scalar(select(Beneficiary.area_path).where(Beneficiary.id == seen.id))
    return policy.allows(viewer, Permission.REVEAL_OVERSEE, Scope(area_path=area_path))


def readings(viewer: Actor, beneficiary_id: UUID, *, sort: TimeSort, page: PageRequest) -> Page[reveal_queries.Reading]:
    """Who read their data in clear, also by a row that was merged into theirs. Raises Missing."""
    area_path = db.session.scalar(select(Beneficiary.area_path).where(Beneficiary.id == beneficiary_id))
    if area_path is None:
        raise Missing
    policy.require_seen(viewer, Permission.REVEAL_OVERSEE, Scope(area_path=area_path))
    theirs = select(Beneficiary.id).where(or_(Beneficiary.id == beneficiary_id, Beneficiary.merged_into_id == beneficiary_id))
    wanted = select(Reveal, Reveal.id, Area.name).outerjoin(Area, Area.path == Reveal.area_path).where(Reveal.beneficiary_id.in_(theirs))
    return reveal_queries.LATEST_FIRST.sorted_by(sort).page(wanted, page).map(lambda row: reveal_queries.line(row.Reveal, row.name))


def _lines() -> Select[*tuple[Any, ...]]:
    standing = and_(BeneficiaryBasis.beneficiary_id == Beneficiary.id, BeneficiaryBasis.is_current())
    whose = (Beneficiary, Beneficiary.id, masked(Beneficiary.name).label("masked_name"), Area.name.label("area"), BeneficiaryBasis)
    return (
        select(*whose, DoorCode.issued_at, masked(Person.name).label("issued_by"))
        .join(Area, Area.id == Beneficiary.area_id)
        .outerjoin(BeneficiaryBasis, standing)
        .outerjoin(DoorCode, and_(DoorCode.home_id == Beneficiary.id, DoorCode.is_in_use()))
        .outerjoin(Account, Account.id == DoorCode.issued_by)
        .outerjoin(Person, Person.id == Account.person_id)
    )


def _values(row: Row[Any], today: date) -> dict[str, Any]:
    person: Beneficiary = row.Beneficiary
    return {
        "id": person.id,
        "name": row.masked_name,
        "called": person.called,
        "age_band": age_band(person.born_in, today),
        "area_id": person.area_id,
        "area": row.area,
        "basis": row.BeneficiaryBasis.basis if row.BeneficiaryBasis else None,
        "door_code": None if row.issued_at is None else DoorInUse(row.issued_at, row.issued_by),
        "ended_at": person.ended_at,
        "end_cause": person.end_cause,
    }


def _similar(viewer: Actor, person: Beneficiary) -> list[Similar]:
    other = aliased(Beneficiary)
    same = {
        "same_name": other.name == person.name,
        "same_address": other.address_index == person.address_index,
        "same_phone": other.phone_index == person.phone_index,
    }
    found = (
        select(other.id, masked(other.name).label("name"), other.called, *(condition.label(name) for name, condition in same.items()))
        .where(
            other.id != person.id,
            other.ended_at.is_(None),
            other.area_path.startswith(person.area_path[:COMMUNITY_DIGITS], autoescape=True),
        )
        .where(or_(*same.values()), policy.visible(viewer, Permission.BENEFICIARY_SEE, ScopeColumns(area_path=other.area_path)))
        .order_by(other.id)
        .limit(_MOST_SIMILAR)
    )
    return [
        Similar(line.id, line.name, line.called, bool(line.same_name), bool(line.same_address), bool(line.same_phone))
        for line in db.session.execute(found)
    ]


def age_band(born_in: int | None, today: date) -> str | None:
    """An age to the decade, from 60 on: enough to know whom one meets."""
    if born_in is None:
        return None
    age = today.year - born_in
    if age < 60:
        return "60岁以下"
    decade = min(age // 10 * 10, 90)
    return f"{decade}岁以上" if decade == 90 else f"{decade}至{decade + 9}岁"
