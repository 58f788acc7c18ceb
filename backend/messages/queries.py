"""One's own inbox: what one was told, in words, and what of it still waits."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, case, column, false, func, or_, select
from sqlalchemy.dialects.postgresql import array

from backend import brands
from backend.accounts import policy
from backend.accounts.policy import Permission, Scope, ScopeColumns
from backend.areas.models import Area
from backend.foundation import clock
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db, one_of
from backend.foundation.paging import AnyRow, Order, Page, PageRequest, TimeSort
from backend.foundation.search import EVER, Days, found_among_few, words_of
from backend.messages import kinds
from backend.messages.kinds import Kind
from backend.messages.models import Message
from backend.messages.occasions.occasion import About, Occasion

NEWEST_FIRST = Order((Message.event_id,), latest_first=True)
MOST_COUNTED = 1_000
"""Of messages; who has more is told this number."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What a message is about."""

    kind: About
    id: UUID


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message as its recipient reads it. Its id is that of the event: nobody is told of one event twice.

    `due_on` is set where it asks for something; it `waits` until the thing has moved on.
    """

    id: UUID
    kind: str
    title: str
    text: str
    about: Thing | None
    happened_at: datetime
    read_at: datetime | None
    due_on: date | None
    waits: bool


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """How many messages of a kind still wait, and by when the first of them should have been done."""

    kind: str
    title: str
    number: int
    first_due_on: date


@dataclass(frozen=True, slots=True)
class InboxCount:
    """How much is unread, and what waits."""

    unread: int
    waiting: list[WaitingLine]


@dataclass(frozen=True, slots=True)
class MessageSearch:
    """Which messages somebody looks for: what is not read yet, what still waits, of a kind, of the days on which it happened, and by what
    they say."""

    unread: bool = False
    waiting: bool = False
    kind: str | None = None
    days: Days = EVER
    q: str | None = None


def own_messages(viewer: Actor, search: MessageSearch, *, sort: TimeSort = TimeSort.LATEST, page: PageRequest) -> Page[MessageLine]:
    """What the viewer was told, in the order in which it happened. Raises CursorInvalid."""
    policy.require(viewer, Permission.MESSAGE_SEE, Scope())
    wanted = (
        select(Message, Message.event_id, Area.name.label("area"), _waits(viewer).label("waits"))
        .outerjoin(Area, Area.path == Message.area_path)
        .where(is_own(viewer), search.days.hold(Message.happened_at))
    )
    if search.kind is not None:
        wanted = wanted.where(Message.kind == search.kind)
    if search.unread:
        wanted = wanted.where(Message.read_at.is_(None))
    if search.waiting:
        wanted = wanted.where(_waits(viewer))
    wanted = wanted.where(*(_says(word) for word in words_of(search.q)))
    return NEWEST_FIRST.sorted_by(sort).page(wanted, page).map(_line)


def _says(word: str) -> ColumnElement[bool]:
    """Condition on messages with their area: the word stands in what they say. A text is put together when it is read, so it is asked of
    its parts; of the rows only those of one recipient are looked at."""
    told = kinds.current().by_code.values()
    worded = [(kind.code, f"{kind.title}，{kind.text.format(**dict.fromkeys(kinds.PLACEHOLDERS, '，'))}") for kind in told]
    said = {
        "brand": Message.brand.in_(_of_those([(code, brand.name) for code, brand in brands.current().items()], word)),
        "role": Message.role.in_(_of_those([(role.value, role.chinese) for role in Role], word)),
        "number": found_among_few(word, Message.number),
        "area": found_among_few(word, Area.name),
    }
    saying = {name: one_of(Message.kind, [kind.code for kind in told if f"{{{name}}}" in kind.text]) for name in said}
    return or_(Message.kind.in_(_of_those(worded, word)), *(and_(saying[name], condition) for name, condition in said.items()))


def _of_those(words: list[tuple[str, str]], word: str) -> Select[str]:
    """The codes of which the text has the word."""
    codes, texts = (array(part, type_=Text) for part in zip(*words, strict=True))
    told = func.unnest(codes, texts).table_valued(column("code", Text), column("text", Text)).render_derived()
    return select(told.c.code).where(found_among_few(word, told.c.text))


def own_count(viewer: Actor) -> InboxCount:
    """How many of the viewer's messages are unread, and what waits by kind, the most urgent first."""
    policy.require(viewer, Permission.MESSAGE_SEE, Scope())
    asking = (
        select(Message.kind, Message.happened_at)
        .where(is_own(viewer), _waits(viewer))
        .order_by(Message.event_id.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    waiting = select(asking.c.kind, func.count().label("number"), func.min(asking.c.happened_at).label("since")).group_by(asking.c.kind)
    rows = {row.kind: row for row in db.session.execute(waiting)}
    lines = [_waiting(kind, rows[kind.code]) for kind in kinds.current().kinds if kind.code in rows]
    return InboxCount(unread=unread(viewer), waiting=sorted(lines, key=lambda line: (line.first_due_on, line.kind)))


def unread(viewer: Actor) -> int:
    """How many of the viewer's messages are unread."""
    policy.require(viewer, Permission.MESSAGE_SEE, Scope())
    some = select(Message.event_id).where(is_own(viewer), Message.read_at.is_(None)).limit(MOST_COUNTED).subquery()
    return db.session.scalars(select(func.count()).select_from(some)).one()


def is_own(viewer: Actor) -> ColumnElement[bool]:
    """Condition: the message was told to the viewer, and they still hold the office by which it was. Of kinds of the catalogue only."""
    personal, of_office = [reminder.code for reminder in kinds.current().reminders], dict[Permission, list[str]]()
    for kind in kinds.current().kinds:
        permission = kind.occasion.by_office
        (personal if permission is None else of_office.setdefault(permission, [])).append(kind.code)
    ways = [
        and_(one_of(Message.kind, codes), policy.visible(viewer, permission, ScopeColumns(area_path=Message.area_path)))
        for permission, codes in of_office.items()
    ]
    return and_(Message.recipient_id == (viewer.person_id or viewer.account_id), or_(one_of(Message.kind, personal), *ways))


def _waits(viewer: Actor) -> ColumnElement[bool]:
    """Condition: the message asks for something, and what it is about has not moved on, nor to where others decide on it."""
    asking = [kind for kind in kinds.current().kinds if kind.days is not None]
    waits = [(Message.kind == kind.code, _still(viewer, kind.occasion)) for kind in asking]
    return case(*waits, else_=false()) if waits else false()


def _still(viewer: Actor, occasion: Occasion) -> ColumnElement[bool]:
    if occasion.waits is None:
        return false()
    if occasion.by_office is None:
        return occasion.waits
    lies = ScopeColumns(area_path=occasion.rows.selected_columns["area_path"])
    return occasion.waits.where(policy.visible(viewer, occasion.by_office, lies))


def _line(row: AnyRow) -> MessageLine:
    message: Message = row.Message
    worded = kinds.current().by_code[message.kind]
    kind = worded if isinstance(worded, Kind) else None
    return MessageLine(
        id=message.event_id,
        kind=worded.code,
        title=worded.title,
        text=worded.text.format(**_words(message, row.area)),
        about=None if kind is None or message.about_id is None else Thing(kind.occasion.about, message.about_id),
        happened_at=message.happened_at,
        read_at=message.read_at,
        due_on=None if kind is None else _due_on(kind, message.happened_at),
        waits=row.waits,
    )


def _words(message: Message, area: str | None) -> dict[str, str]:
    brand = brands.current().get(message.brand or "")
    return {
        "area": area or "所在社区",
        "brand": brand.name if brand is not None else "志愿服务",
        "number": message.number or "未编号",
        "role": message.role.chinese if message.role is not None else "工作人员",
    }


def _waiting(kind: Kind, row: AnyRow) -> WaitingLine:
    return WaitingLine(kind.code, kind.title, row.number, clock.shanghai_day(row.since) + timedelta(days=kind.days or 0))


def _due_on(kind: Kind, happened_at: datetime) -> date | None:
    return None if kind.days is None else clock.shanghai_day(happened_at) + timedelta(days=kind.days)
