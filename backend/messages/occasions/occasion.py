"""What an occasion of a message is: an event, the rows that say what it is about, and whom policy or the thing itself names."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Exists, FromClause, Select, Text, Uuid, cast, func, null, select
from sqlalchemy.orm import aliased

from backend.accounts.holders import Instant, holders_among, nearest_holders
from backend.accounts.models import Account, AccountStatus
from backend.accounts.policy import Permission
from backend.foundation.database import Column
from backend.foundation.life import StatusChange
from backend.foundation.outbox import Event
from backend.foundation.terms import Word
from backend.messages.models import Message
from backend.people.minors import AGE_OF_MAJORITY
from backend.people.models import Guardianship, Person

MOST_IN_OFFICE = 50
"""Who is told of one thing by office. That many in one area know of it; the rest find it in the lists of what waits."""

FIELDS = ("area_path", "brand", "number", "role")
"""What a row may say for the text of a message. None of it is about a person: no name, title, reason, address or phone."""

_SCOPES = {"area_path": Text, "team_id": Uuid, "organisation_id": Uuid, "work_unit_id": Uuid, "person_id": Uuid}


class About(Word):
    """The kinds of thing that a message leads to, by their id."""

    DEMAND = "demand", "服务需求"
    CLAIM = "claim", "认领"
    ARRANGEMENT = "arrangement", "约定"
    SHIFT = "shift", "场次"
    ATTENDANCE = "attendance", "签到"
    SERVICE = "service", "服务记录"
    LATE_ENTRY = "late_entry", "补录活动"
    TEAM = "team", "服务队"
    ORGANISATION = "organisation", "社会组织"
    REGISTRATION = "registration", "报到"
    PROXY = "proxy", "代办"
    PERSON = "person", "居民"
    BENEFICIARY = "beneficiary", "服务对象"
    RECOVERY = "recovery", "找回账号"
    CORRECTION = "correction", "更正"
    DEATH = "death", "去世登记"
    RELOCATION = "relocation", "迁居"
    ROLE_GRANT = "role_grant", "职务"
    LOGIN = "login", "登录方式"
    REVEAL = "reveal", "查看个人信息"
    OVERDUE_REPORT = "overdue_report", "超期情况"
    AREA = "area", "区域"


class Audience(Protocol):
    """Who is told."""

    def recipients(self, told: FromClause, *, now: Instant) -> Select[int, UUID]:
        """Rows of `place` (of the row in `told`) and `recipient_id`."""


@dataclass(frozen=True, slots=True)
class Holders:
    """Those of whom policy says that they hold the permission on the rows, by these columns of their scope."""

    permission: Permission
    scope: tuple[str, ...]

    @property
    def by_office(self) -> bool:
        """Whether they are told for the area in which they hold office, not for something of theirs."""
        return "area_path" in self.scope

    def recipients(self, told: FromClause, *, now: Instant) -> Select[int, UUID]:
        """Of those in office the nearest: a demand concerns the community, and the street where the community has nobody."""
        scopes = (told.c[name] if name in self.scope else cast(null(), of) for name, of in _SCOPES.items())
        asked = select(told.c.place, *(scope.label(name) for scope, name in zip(scopes, _SCOPES, strict=True))).subquery("asked")
        if self.by_office:
            held = nearest_holders(self.permission, asked, at_most=MOST_IN_OFFICE, now=now).subquery("held")
        else:
            held = holders_among(self.permission, asked, now=now).subquery("held")
        return select(held.c.place, recipient_of(Account)).join(Account, Account.id == held.c.account_id)


def office(permission: Permission) -> Holders:
    """The community that decides."""
    return Holders(permission, ("area_path",))


def whose(permission: Permission) -> Holders:
    """The person whose it is, by `person_id`, and their proxies where policy lets these see it."""
    return Holders(permission, ("person_id",))


def claimants(permission: Permission) -> Holders:
    """The people of who claimed: a team's leader, an organisation's staff, a unit's officers, or the person."""
    return Holders(permission, ("team_id", "organisation_id", "work_unit_id", "person_id"))


class Guardians:
    """The guardians of the person in `person_id`, while that is a minor."""

    def recipients(self, told: FromClause, *, now: Instant) -> Select[int, UUID]:  # noqa: ARG002 - as of the event
        """By the guardian's word that holds."""
        day = cast(func.timezone("Asia/Shanghai", told.c.happened_at), Date)
        return (
            select(told.c.place, Guardianship.guardian_person_id.label("recipient_id"))
            .join(Guardianship, Guardianship.ward_person_id == told.c.person_id)
            .join(Person, Person.id == Guardianship.ward_person_id)
            .where(Guardianship.is_current(), Guardianship.ended_on.is_(None))
            .where(Person.born_on > day - func.make_interval(AGE_OF_MAJORITY))
        )


class Holder:
    """Who holds the account in `account_id`, or the one that took it over."""

    def recipients(self, told: FromClause, *, now: Instant) -> Select[int, UUID]:  # noqa: ARG002 - an account has no term
        """None for a closed account."""
        named = aliased(Account)
        return (
            select(told.c.place, recipient_of(Account))
            .join(named, named.id == told.c.account_id)
            .join(Account, Account.id == func.coalesce(named.merged_into_id, named.id))
            .where(Account.status == AccountStatus.ACTIVE)
        )


@dataclass(frozen=True, slots=True)
class Occasion:
    """One event, told to one kind of people.

    `rows` selects `subject_id`, `about_id`, some of `FIELDS`, what the audience asks for, and `by_account_id`: who did it, and need not be
    told. One subject may have several rows, or none. `waits`: whether a message still asks for something, by how the thing now stands; it
    looks at the table of the `area_path`, where it is told by office.
    """

    event: type[Event]
    to: str
    about: About
    audience: Audience
    rows: Select[*tuple[Any, ...]]
    waits: Exists | None = None

    @property
    def fields(self) -> frozenset[str]:
        """What the text of a message may name."""
        return frozenset(name for name in FIELDS if name in self.rows.selected_columns)

    @property
    def by_office(self) -> Permission | None:
        """The permission by whose area it is told; who holds it no longer sees the message no longer."""
        return self.audience.permission if isinstance(self.audience, Holders) and self.audience.by_office else None


def rows_of(**columns: Column) -> Select[*tuple[Any, ...]]:
    """A selection of columns by the names that a message knows them by."""
    return select(*(column.label(name) for name, column in columns.items()))


def recipient_of(account: Any) -> ColumnElement[UUID]:
    """Whose inbox an account opens: its person's, or its own as long as it has none."""
    return func.coalesce(account.person_id, account.id).label("recipient_id")


def while_there_is(key: Column, *conditions: ColumnElement[bool]) -> Exists:
    """Condition on messages: the thing that they are about is there and meets these."""
    return select(key).where(key == Message.about_id, *conditions).correlate(Message).exists()


def whoever(changes: type[StatusChange], subject: Column, *to: StrEnum) -> ColumnElement[UUID | None]:
    """The account that took a thing to such a status, the last time."""
    taken = (
        select(changes.actor_account_id)
        .where(getattr(changes, changes.subject) == subject, changes.to_status.in_(to))
        .order_by(changes.at.desc(), changes.id.desc())
        .limit(1)
    )
    return taken.scalar_subquery()
