"""Who acts for whom, as officers, proxies and those acted for see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, union
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.models import Area, Level
from backend.areas.queries import MOST_IN_TREE, lies_in
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.masking import masked
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.sealed_text import read_text
from backend.foundation.search import EVER, Days
from backend.foundation.terms import Word
from backend.people.models import Person
from backend.people.queries import Community
from backend.proxies import rules
from backend.proxies.models import Proxy

NEWEST_FIRST = Order((Proxy.id,), latest_first=True)


class ProxyStatus(Word):
    """Where it stands in its term."""

    HELD = "held", "有效"
    RUN_OUT = "run_out", "已到期"  # may be renewed
    ENDED = "ended", "已终止"


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two. `name` is masked."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class ProxyLine:
    """That one person acts for another."""

    id: UUID
    elder: Party
    proxy: Party
    relation: str
    relation_name: str
    cause: str
    community: Community
    began_on: date
    ends_on: date
    status: ProxyStatus
    ended_at: datetime | None
    end_reason: str | None
    consent_seen_by: UUID | None


@dataclass(frozen=True, slots=True)
class ProxySearch:
    """Which somebody looks for. `people`: one of these acts or is acted for; `days`: the last ones of the terms."""

    status: ProxyStatus | None = None
    community_id: UUID | None = None
    people: Select[UUID] | None = None
    days: Days = EVER


def proxies(viewer: Actor, search: ProxySearch, *, for_me: bool = False, now: datetime, page: PageRequest) -> Page[ProxyLine]:
    """Those of the viewer's communities, and those that they are a party of; the newest first. `for_me`: only those that the viewer is to
    renew or to end. Raises paging.CursorInvalid."""
    wanted, status = _seen(viewer).where(search.days.hold(Proxy.ends_on)), search.status
    wanted = wanted.where(lies_in(Proxy.area_path, search.community_id))
    if search.people is not None:
        of_either = aliased(Proxy)
        party = (select(of_either.id).where(column.in_(search.people)) for column in (of_either.person_id, of_either.proxy_person_id))
        wanted = wanted.where(Proxy.id.in_(union(*party)))
    if status is not None:
        wanted = wanted.where(_is(status, clock.shanghai_day(now)))
    if for_me:
        wanted = wanted.where(is_to_renew(viewer, now=now))
    return NEWEST_FIRST.page(wanted, page).map(lambda row: _line(row, clock.shanghai_day(now)))


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees who acts for whom in some area, beside their own."""
    return policy.could_by_area(viewer, Permission.PROXY_SEE)


def areas_looked_after(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees all of them."""
    return policy.area_paths(viewer, Permission.PROXY_SEE)


def communities_to_record_in(viewer: Actor) -> Sequence[AnyRow]:
    """The communities for whose elders the viewer may record it, by code: to choose from."""
    reached = policy.visible(viewer, Permission.PROXY_GRANT, ScopeColumns(area_path=Area.path))
    communities = select(Area.id, Area.name).where(Area.level == Level.COMMUNITY, Area.withdrawn_on.is_(None), reached)
    return db.session.execute(communities.order_by(Area.path).limit(MOST_IN_TREE)).all()


def is_to_renew(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition: its term ran out, and the viewer is to renew or to end it; nobody by office what they are a party of."""
    return and_(
        Proxy.is_current(),
        _is(ProxyStatus.RUN_OUT, clock.shanghai_day(now)),
        policy.visible(viewer, Permission.PROXY_GRANT, ScopeColumns(area_path=Proxy.area_path)),
        Proxy.person_id.is_distinct_from(viewer.person_id),
        Proxy.proxy_person_id.is_distinct_from(viewer.person_id),
    )


def proxy(viewer: Actor, fact_id: UUID, *, now: datetime) -> ProxyLine:
    """One of them. Raises Missing if the viewer may not see it."""
    row = db.session.execute(_seen(viewer).where(Proxy.fact_id == fact_id)).one_or_none()
    if row is None:
        raise Missing
    return _line(row, clock.shanghai_day(now))


def _seen(viewer: Actor) -> Select[*tuple[Any, ...]]:
    elder, acting = aliased(Person), aliased(Person)
    seen = or_(
        policy.visible(viewer, Permission.PROXY_SEE, ScopeColumns(area_path=Proxy.area_path, person_id=Proxy.person_id)),
        policy.visible(viewer, Permission.PROXY_SEE, ScopeColumns(person_id=Proxy.proxy_person_id)),
    )
    return (
        select(
            Proxy, Proxy.id, masked(elder.name).label("elder_name"), masked(acting.name).label("proxy_name"), Area.name.label("area_name")
        )
        .join(elder, elder.id == Proxy.person_id)
        .join(acting, acting.id == Proxy.proxy_person_id)
        .join(Area, Area.id == Proxy.area_id)
        .where(Proxy.is_current(), seen)
    )


def _is(status: ProxyStatus, today: date) -> ColumnElement[bool]:
    match status:
        case ProxyStatus.HELD:
            return and_(Proxy.ended_at.is_(None), Proxy.ends_on >= today)
        case ProxyStatus.RUN_OUT:
            return and_(Proxy.ended_at.is_(None), Proxy.ends_on < today)
        case ProxyStatus.ENDED:
            return Proxy.ended_at.is_not(None)


def _line(row: Row[Any], today: date) -> ProxyLine:
    fact: Proxy = row.Proxy
    over = ProxyStatus.HELD if fact.ends_on >= today else ProxyStatus.RUN_OUT
    return ProxyLine(
        id=fact.fact_id,
        elder=Party(fact.person_id, row.elder_name),
        proxy=Party(fact.proxy_person_id, row.proxy_name),
        relation=fact.relation,
        relation_name=rules.relation_names().get(fact.relation, fact.relation),
        cause=read_text(Proxy.cause_sealed, fact) or "",
        community=Community(fact.area_id, row.area_name),
        began_on=fact.began_on,
        ends_on=fact.ends_on,
        status=over if fact.ended_at is None else ProxyStatus.ENDED,
        ended_at=fact.ended_at,
        end_reason=fact.reason if fact.ended_at is not None else None,
        consent_seen_by=fact.consent_seen_by,
    )
