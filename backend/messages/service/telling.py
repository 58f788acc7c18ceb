"""Telling people what happened: each event once to each, in one statement for a batch of events and a kind of message."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import ARRAY, CTE, DateTime, Insert, Table, Uuid, bindparam, column, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from backend.accounts.models import Account
from backend.foundation.database import db
from backend.foundation.outbox import Happening
from backend.messages import kinds
from backend.messages.kinds import Kind
from backend.messages.models import Message
from backend.messages.occasions.occasion import FIELDS, recipient_of

_NOW = bindparam("now", type_=DateTime(timezone=True))


def tell(event: str, happenings: Sequence[Happening], *, now: datetime) -> None:
    """Write down for everybody whom these concern what happened. Whoever was told of one of them is not told again."""
    happened = {
        "event_ids": [each.event_id for each in happenings],
        "subject_ids": [each.subject_id for each in happenings],
        "instants": [each.at for each in happenings],
        "now": now,
    }
    for kind in kinds.current().of_event(event):
        db.session.execute(_telling(kind), happened)


@cache
def _telling(kind: Kind) -> Insert:
    """The insertion of the messages of one kind, built once: that takes longer than to send it."""
    told = _told(kind)
    found = kind.occasion.audience.recipients(told, now=_NOW).subquery("found")
    written = {
        "recipient_id": found.c.recipient_id,
        "event_id": told.c.event_id,
        "kind": literal(kind.code),
        "happened_at": told.c.happened_at,
        "told_at": _NOW,
        "about_id": told.c.about_id,
        **{name: told.c[name] for name in FIELDS if name in told.c},
    }
    rows = select(*written.values()).join(told, told.c.place == found.c.place)
    if "by_account_id" in told.c:  # nobody is told what they did themselves
        doer = aliased(Account)
        rows = rows.outerjoin(doer, doer.id == told.c.by_account_id).where(found.c.recipient_id.is_distinct_from(recipient_of(doer)))
    return insert(cast(Table, Message.__table__)).from_select(list(written), rows).on_conflict_do_nothing()


def _told(kind: Kind) -> CTE:
    """What happened with what it is about, a row for each; `place` is its number."""
    happened = func.unnest(
        bindparam("event_ids", type_=ARRAY(Uuid)),
        bindparam("subject_ids", type_=ARRAY(Uuid)),
        bindparam("instants", type_=ARRAY(DateTime(timezone=True))),
    )
    columns = column("event_id", Uuid), column("subject_id", Uuid), column("happened_at", DateTime(timezone=True))
    rows = happened.table_valued(*columns, name="happened").render_derived()
    about = kind.occasion.rows.subquery("about")
    return (
        select(
            func.row_number().over().label("place"),
            rows.c.event_id,
            rows.c.happened_at,
            *(each for each in about.c if each.key != "subject_id"),
        )
        .join_from(rows, about, about.c.subject_id == rows.c.subject_id)
        .cte("told")
    )
