"""代办: one person acts for another who has no phone. The community records it and sees the consent on paper."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, literal, or_, select, update

from backend.accounts import allowances, policy
from backend.accounts import service as accounts
from backend.accounts.limits import Written
from backend.accounts.policy import Permission, Scope
from backend.areas import service as areas
from backend.areas import transfers
from backend.areas.models import Area
from backend.areas.transfers import Handover
from backend.foundation import audit, clock, facts, outbox
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Forbidden, Missing, Unprocessable
from backend.people.models import Person
from backend.people.notices import NoticeName
from backend.people.service import (
    Channel,
    Identity,
    PersonExists,
    give_consent,
    hold_person,
    look_up,
    put_on_record,
    read_adult,
    require_current,
    require_standing,
)
from backend.proxies import rules
from backend.proxies.events import ProxyEnded, ProxyRecorded, ProxyRenewed
from backend.proxies.models import Proxy

_AT_ONCE = 200


class ProxyUnknown(Unprocessable):
    """Nobody of this name and identity number is registered here with an account of their own."""

    code = "proxy_unknown"
    detail = "没有找到代办人，代办人须先用自己的手机完成实名登记"


class ProxyOfOneself(Unprocessable):
    """Both are the same person."""

    code = "proxy_of_oneself"
    detail = "代办人和被代办人不能是同一人"


class OwnProxy(Forbidden):
    """Whoever records it would be the proxy, or who is acted for."""

    code = "own_proxy"
    detail = "涉及本人的代办须由其他工作人员登记"


class RelationUnknown(Unprocessable):
    """Not a relation of config/proxies.toml."""

    code = "relation_unknown"
    detail = "请选择与被代办人的关系"


class ProxyTermInvalid(Unprocessable):
    """It would be over already, or hold for longer than may be recorded at a time."""

    code = "proxy_term_invalid"
    detail = "代办期限应在今天之后，最长一年，到期可续"


class AlreadyProxy(Conflict):
    """It is on record: what is about to end can be renewed."""

    code = "already_proxy"
    detail = "已登记过这一代办，可以续期"


class TooManyElders(Conflict):
    """The proxy acts for as many people as one person may."""

    code = "too_many_elders"
    detail = "该代办人代办的人数已达上限"


class ProxyOver(Conflict):
    """Somebody ended it."""

    code = "proxy_over"
    detail = "该代办已经结束"


@dataclass(frozen=True, slots=True)
class NewProxy:
    """What the community writes down: both identity cards lie on the desk, and so does the signed paper."""

    elder_name: str
    elder_id_number: str
    community_id: UUID
    proxy_name: str
    proxy_id_number: str
    relation: str
    cause: str
    ends_on: date
    notice_version: str


def record_proxy(actor: Actor, wanted: NewProxy, *, now: datetime) -> Proxy:
    """Let one person act for another until a day. Who is acted for is put on record where they are not; the actor saw their consent.

    Raises NotACommunity, NoticeOutdated, RelationUnknown, ProxyTermInvalid, NameInvalid, IdNumberInvalid, GuardianNeeded, PersonExists,
    ProxyUnknown, DataWithdrawn, ProxyOfOneself, OwnProxy, AlreadyProxy, TooManyElders, TooManyToday, Forbidden.
    """
    community = areas.community(wanted.community_id)
    policy.require(actor, Permission.PROXY_GRANT, Scope(area_path=community.path))
    require_current(NoticeName.PROXY, wanted.notice_version)
    if wanted.relation not in rules.relation_names():
        raise RelationUnknown(errors={"relation": [f"请选择：{'、'.join(rules.relation_names().values())}"]})
    _refuse_term(wanted.ends_on, now=now)
    allowances.take(actor, Written.PROXY, now=now)
    proxy_id = _proxy_of(actor, read_adult(wanted.proxy_name, wanted.proxy_id_number, now=now))
    elder = _elder_of(actor, read_adult(wanted.elder_name, wanted.elder_id_number, now=now), community, now=now)
    if elder.id == proxy_id:
        raise ProxyOfOneself
    if actor.person_id is not None and actor.person_id in (elder.id, proxy_id):
        raise OwnProxy
    _refuse_more_elders(proxy_id, now=now)
    proxy = facts.state(
        Proxy,
        actor,
        now=now,
        conflicts={"uq_proxies_pair": AlreadyProxy},
        person_id=elder.id,
        proxy_person_id=proxy_id,
        area_id=elder.area_id,
        area_path=elder.area_path,
        relation=wanted.relation,
        cause="",  # as the old column is left, once it is sealed
        cause_sealed=wanted.cause,
        began_on=clock.shanghai_day(now),
        ends_on=wanted.ends_on,
        consent_seen_by=actor.account_id,
    )
    give_consent(actor, elder.id, NoticeName.PROXY, channel=Channel.PAPER, now=now)
    accounts.grant_to_person(actor, proxy_id, _role_in(proxy), now=now)
    outbox.record(ProxyRecorded(proxy.id), now=now)
    audit.record(actor, Permission.PROXY_GRANT, proxy.id, now=now, person=str(elder.id), proxy=str(proxy_id))
    return proxy


def renew_proxy(actor: Actor, fact_id: UUID, *, ends_on: date, now: datetime) -> Proxy:
    """Let it hold until another day, also when its term ran out meanwhile; who is acted for has agreed anew.

    Raises ProxyTermInvalid, OwnProxy, ProxyOver, TooManyElders, AlreadyCorrected, Missing, Forbidden.
    """
    seen = known_proxy(actor, fact_id)
    policy.require(actor, Permission.PROXY_GRANT, Scope(area_path=seen.area_path))
    if actor.person_id is not None and actor.person_id in (seen.person_id, seen.proxy_person_id):
        raise OwnProxy
    if seen.ended_at is not None:
        raise ProxyOver
    _refuse_term(ends_on, now=now)
    _refuse_more_elders(seen.proxy_person_id, besides=seen.fact_id, now=now)
    renewed = facts.revise(seen, actor, now=now, reason=None, ends_on=ends_on, consent_seen_by=actor.account_id)
    give_consent(actor, seen.person_id, NoticeName.PROXY, channel=Channel.PAPER, now=now)
    accounts.grant_to_person(actor, seen.proxy_person_id, _role_in(renewed), now=now)
    outbox.record(ProxyRenewed(renewed.id), now=now)
    audit.record(actor, Permission.PROXY_GRANT, renewed.id, now=now, renewed=True)
    return renewed


def end_proxy(actor: Actor, fact_id: UUID, *, reason: str | None, now: datetime) -> Proxy:
    """End it before its time: who is acted for, the proxy, or the community, at any time.

    Raises ProxyOver, AlreadyCorrected, Missing, Forbidden.
    """
    seen = known_proxy(actor, fact_id)
    if not is_allowed(actor, Permission.PROXY_END, seen):
        raise Forbidden(policy.who_may(Permission.PROXY_END))
    if seen.ended_at is not None:
        raise ProxyOver
    return _end(actor, seen, reason=reason, now=now)


def end_proxies_of(actor: Actor, person_id: UUID, *, reason: str, now: datetime) -> None:
    """Let nobody act for a person any more. The caller has asked policy. Raises AlreadyCorrected."""
    held = select(Proxy).where(Proxy.person_id == person_id, Proxy.is_current(), Proxy.ended_at.is_(None)).order_by(Proxy.id)
    for proxy in db.session.scalars(held).all():
        _end(actor, proxy, reason=reason, now=now)


def end_proxies_by(actor: Actor, person_id: UUID, *, reason: str, now: datetime) -> None:
    """Let a person act for nobody any more. The caller has asked policy. Raises AlreadyCorrected."""
    held = select(Proxy).where(Proxy.proxy_person_id == person_id, Proxy.is_current(), Proxy.ended_at.is_(None)).order_by(Proxy.id)
    for proxy in db.session.scalars(held).all():
        _end(actor, proxy, reason=reason, now=now)


def erase_causes(*, now: datetime) -> int:
    """Erase why somebody acted for another, some of what is over for as long as `config/proxies.toml` says, or where who was acted for
    agrees to nothing any more. Returns how many revisions."""
    before = literal(now) - func.make_interval(0, rules.current().limits.cause_months)
    is_old = or_(Proxy.superseded_at <= before, Proxy.ended_at <= before, Proxy.ends_on <= before)
    is_withdrawn = exists().where(Person.id == Proxy.person_id, Person.withdrawn_at.is_not(None))
    some = (
        select(Proxy.id)
        .where(or_(Proxy.cause != "", Proxy.cause_sealed.is_not(None)), or_(is_old, is_withdrawn))
        .order_by(Proxy.id)
        .limit(_AT_ONCE)
    )
    rows = db.session.scalars(some.with_for_update(skip_locked=True)).all()
    emptied = update(Proxy).where(Proxy.id.in_(rows)).values(cause="", cause_sealed=None)
    db.session.execute(emptied.execution_options(synchronize_session=False))
    for proxy_id in rows:
        audit.record(Actor.system(), Permission.PROXY_END, proxy_id, now=now, erased=True)
    return len(rows)


def _end(actor: Actor, seen: Proxy, *, reason: str | None, now: datetime) -> Proxy:
    ended = facts.revise(seen, actor, now=now, reason=reason, ended_at=now)
    accounts.withdraw_from_person(actor, seen.proxy_person_id, _role_in(seen), reason="proxy_ended", now=now)
    outbox.record(ProxyEnded(ended.id), now=now)
    audit.record(actor, Permission.PROXY_END, ended.id, now=now)
    return ended


def known_proxy(actor: Actor, fact_id: UUID) -> Proxy:
    """It as it stands, for who may see it. Raises Missing."""
    proxy = db.session.scalars(select(Proxy).where(Proxy.fact_id == fact_id, Proxy.is_current())).one_or_none()
    if proxy is None or not is_allowed(actor, Permission.PROXY_SEE, proxy):
        raise Missing
    return proxy


def is_allowed(actor: Actor, permission: Permission, proxy: Proxy) -> bool:
    """Whether the actor has this right, by office where the elder lives or as one of the two."""
    both = (Scope(area_path=proxy.area_path, person_id=proxy.person_id), Scope(person_id=proxy.proxy_person_id))
    return any(policy.allows(actor, permission, scope) for scope in both)


def _proxy_of(actor: Actor, identity: Identity) -> UUID:
    person = look_up(identity).person
    if person is None or accounts.account_of_person(person.id) is None:
        raise ProxyUnknown
    require_standing(actor, person.id)
    return person.id


def _elder_of(actor: Actor, identity: Identity, community: Area, *, now: datetime) -> Person:
    """Who is acted for. Somebody of the same number elsewhere, or by another name, is not told apart from one that exists."""
    found = look_up(identity)
    if found.differs:
        raise PersonExists
    person = found.person
    if person is None:
        return put_on_record(actor, identity, community, None, now=now)
    if not policy.allows(actor, Permission.PROXY_GRANT, Scope(area_path=person.area_path)):
        raise PersonExists
    return person


def _refuse_term(ends_on: date, *, now: datetime) -> None:
    today = clock.shanghai_day(now)
    if not today <= ends_on <= today + timedelta(days=rules.current().limits.longest_term_days):
        raise ProxyTermInvalid(errors={"ends_on": [ProxyTermInvalid.detail]})


def _refuse_more_elders(proxy_id: UUID, *, besides: UUID | None = None, now: datetime) -> None:
    # The proxy's row is the lock: of two that are recorded at once, the later one counts the earlier.
    hold_person(proxy_id)
    live = select(func.count()).where(
        Proxy.proxy_person_id == proxy_id,
        Proxy.is_current(),
        Proxy.ended_at.is_(None),
        Proxy.ends_on >= clock.shanghai_day(now),
        Proxy.fact_id.is_distinct_from(besides),
    )
    if (db.session.scalar(live) or 0) >= rules.current().limits.most_elders:
        raise TooManyElders


def _role_in(proxy: Proxy) -> Grant:
    return Grant(Role.PROXY, person_id=proxy.person_id, ends_at=clock.start_of_day(proxy.ends_on + timedelta(days=1)))


def hand_on_proxies(handover: Handover, *, now: datetime) -> None:
    """Let it be known that elders for whom somebody acts live in the successor of their community."""
    transfers.hand_on_facts(Proxy, Proxy.ended_at.is_(None), handover=handover, now=now, counted=False)
