"""A copy of all that is held about somebody, for themselves (个人信息保护法 art. 45)."""

from dataclasses import dataclass
from datetime import datetime

from backend.accounts import allowances, policy
from backend.accounts.limits import Written
from backend.accounts.policy import Permission, Scope
from backend.foundation import audit, clock, outbox
from backend.foundation.actor import Actor
from backend.own_data import archive
from backend.own_data.events import OwnDataCopied
from backend.people.service import person_of


@dataclass(frozen=True, slots=True)
class Copy:
    """An archive, and its name."""

    name: str
    content: bytes


def copy_own_data(actor: Actor, *, now: datetime) -> Copy:
    """Put together what is held about the actor. It is counted, written down, and told to them, wherever they are logged in.

    Also for who withdrew everything: what is still kept is theirs to see. Raises PersonNeeded, TooManyToday.
    """
    person_id = person_of(actor)
    policy.require(actor, Permission.OWN_DATA_COPY, Scope(person_id=person_id))
    allowances.take(actor, Written.COPY, now=now)
    content = archive.write(person_id, now=now)
    if actor.account_id is not None:
        outbox.record(OwnDataCopied(actor.account_id), now=now)
    audit.record(actor, Permission.OWN_DATA_COPY, person_id, now=now, bytes=len(content))
    return Copy(f"ejia-personal-data-{clock.shanghai_day(now):%Y%m%d}.zip", content)
