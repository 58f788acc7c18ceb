"""What the faults do to deliveries: put off and mixed up, inserted once more."""

from datetime import datetime, timedelta

from sqlalchemy import text

from backend.foundation.database import db
from backend.foundation.outbox import consumers

HELD_BACK = timedelta(hours=2)
"""How much later deliveries become due than they were written, so that a fault can be prepared before the first of them is taken."""
SOONER = timedelta(hours=1)
"""After this time those are due of the consumer that goes first."""


def mix_up(now: datetime, *, first: str | None = None) -> None:
    """Make all deliveries that nobody holds due in a random order, in the minute before `now + HELD_BACK`; those of the consumer that
    goes first before `now + SOONER`."""
    order = text(
        """
        UPDATE outbox_deliveries d
        SET due_at = CASE WHEN d.consumer = :first THEN :sooner ELSE :later END - make_interval(secs => 60 * random())
        WHERE d.ctid = ANY (ARRAY(SELECT ctid FROM outbox_deliveries FOR UPDATE SKIP LOCKED))
        """
    )
    with db.session.begin_nested():  # what waits for the commit to be written is written before a savepoint
        db.session.execute(order, {"first": first, "sooner": now + SOONER, "later": now + HELD_BACK})


def insert_once_more(now: datetime) -> int:
    """Insert each delivery that there ever was once more, unless it still waits. Returns how many that were."""
    again = text(
        """
        INSERT INTO outbox_deliveries (event_id, consumer, due_at, attempts)
        SELECT id, :consumer, :now, 0 FROM outbox_events WHERE name = ANY (:heard)
        ON CONFLICT DO NOTHING RETURNING 1
        """
    )
    added = 0
    for consumer, reactions in consumers().items():
        added += len(db.session.execute(again, {"consumer": consumer, "now": now, "heard": list(reactions)}).all())
    mix_up(now)
    return added


def waiting() -> int:
    """How many deliveries are not done."""
    return db.session.scalars(text("SELECT count(*) FROM outbox_deliveries")).one()
