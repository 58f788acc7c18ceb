"""What has to be put in order before an account is closed: others rest on it. The one visible list, in the order in which it is told.

What nobody rests on ends by itself (tests/agreements/test_nothing_open.py names all of it).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased

from backend.accounts import queries as account_queries
from backend.accounts.models import Account, AccountStatus
from backend.attendance.models import Attendance
from backend.foundation import clock
from backend.foundation.database import db
from backend.openings.models import Claim, OpeningRole
from backend.people.minors import is_minor_at
from backend.people.models import Guardianship, Person
from backend.proxies.models import Proxy
from backend.teams import queries as teams
from backend.teams.models import Team, TeamStatus


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that stands in the way: a code for programs, and what to do about it."""

    code: str
    text: str


OFFICE = Obstacle("office", "您还担任职务，请先由上级收回")
TEAM = Obstacle("team", "您还是志愿服务队的队长，请先交接；还在申请的，请等社区答复")
SIGNED_IN = Obstacle("signed_in", "您正在服务，请先签退")
CLAIMS = Obstacle("claims", "您个人认领的服务还没有结束，请先取消认领")
WARD = Obstacle("ward", "您是未成年人唯一的监护人，请先撤回您的同意，或者由另一位监护人到社区登记")
ELDER = Obstacle("elder", "您是老人唯一的代办人，请先结束代办，并告诉社区")


def obstacles(account_id: UUID, person_id: UUID | None, *, now: datetime) -> Sequence[Obstacle]:
    """All that stands in the way. The caller holds account and person, so nothing is added meanwhile."""
    found = [OFFICE] if account_queries.holds_office(account_id, now=now) else []
    return [*found, *(() if person_id is None else _of_person(person_id, now=now))]


def _of_person(person_id: UUID, *, now: datetime) -> Iterator[Obstacle]:
    ahead = select(Claim.id).join(OpeningRole, OpeningRole.id == Claim.role_id).where(OpeningRole.closes_at > now)
    asked = (
        (TEAM, _led(person_id, now=now)),
        (
            SIGNED_IN,
            select(Attendance.id).where(
                Attendance.person_id == person_id, Attendance.signed_out_at.is_(None), Attendance.closed_at.is_(None)
            ),
        ),
        (CLAIMS, ahead.where(Claim.person_id == person_id, Claim.takes_place())),
        (ELDER, _only_proxy(person_id, now=now)),
    )
    told = dict.fromkeys(obstacle for obstacle, rows in asked if _any(rows))
    yield from told
    if _is_only_guardian(person_id, now=now):
        yield WARD


def _any(rows: Select[UUID]) -> bool:
    return db.session.scalar(rows.limit(1)) is not None


def _led(person_id: UUID, *, now: datetime) -> Select[UUID]:
    """Teams that they applied for or lead; not those in which nobody else could lead, which go to the community."""
    held = (TeamStatus.APPLIED,) if teams.leads_alone(person_id, now=now) else (TeamStatus.APPLIED, TeamStatus.ACTIVE)
    return select(Team.id).where(Team.leader_person_id == person_id, Team.status.in_(held))


def _only_proxy(person_id: UUID, *, now: datetime) -> Select[UUID]:
    """Elders without an account for whom nobody else acts."""
    other, today = aliased(Proxy), clock.shanghai_day(now)
    another = select(other.id).where(
        other.person_id == Proxy.person_id,
        other.proxy_person_id != person_id,
        other.is_current(),
        other.ended_at.is_(None),
        other.ends_on >= today,
    )
    by_themselves = select(Account.id).where(Account.person_id == Proxy.person_id, Account.status == AccountStatus.ACTIVE)
    return select(Proxy.id).where(
        Proxy.proxy_person_id == person_id,
        Proxy.is_current(),
        Proxy.ended_at.is_(None),
        Proxy.ends_on >= today,
        ~or_(another.exists(), by_themselves.exists()),
    )


def _is_only_guardian(person_id: UUID, *, now: datetime) -> bool:
    other = aliased(Guardianship)
    another = select(other.id).where(
        other.ward_person_id == Guardianship.ward_person_id,
        other.guardian_person_id != person_id,
        other.is_current(),
        other.ended_on.is_(None),
    )
    wards = (
        select(Person.born_on)
        .join(Guardianship, Guardianship.ward_person_id == Person.id)
        .where(Guardianship.guardian_person_id == person_id, Guardianship.is_current(), Guardianship.ended_on.is_(None), ~another.exists())
    )
    return any(is_minor_at(born_on, now) for born_on in db.session.scalars(wards))
