"""What a browser is asked to have signed by a device: drawn and kept here, good once, for minutes, and for who was asked only."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.models import PasskeyChallenge
from backend.accounts.relying_party import ASKED_FOR, NotSigned, challenge_in
from backend.foundation.database import db, delete_some

CHALLENGE_BYTES = 32
FORGOTTEN_AFTER = timedelta(days=1)


def of_family(family_id: UUID) -> bytes:
    """What is asked of a browser that is logged in is bound to that log-in."""
    return family_id.bytes


def of_ticket(ticket: str) -> bytes:
    """Before that it is bound to the ticket: who else has the password is asked for something else."""
    return hashlib.sha256(ticket.encode()).digest()


def draw_challenge(login_id: UUID, bound_to: bytes, *, now: datetime) -> bytes:
    """Ask for something new. What was asked before in another tab stands beside it."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    db.session.execute(insert(PasskeyChallenge).values(challenge=challenge, login_id=login_id, bound_to=bound_to, made_at=now))
    return challenge


def take_challenge(credential: str, login_id: UUID, bound_to: bytes, *, now: datetime) -> bytes | None:
    """What was asked and is answered by this, which is good for nothing more; None where that was not asked, is over or was answered."""
    try:
        said = challenge_in(credential)
    except NotSigned:
        return None
    return db.session.scalar(
        delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.challenge == said,
            PasskeyChallenge.login_id == login_id,
            PasskeyChallenge.bound_to == bound_to,
            PasskeyChallenge.made_at > now - ASKED_FOR,
        )
        .returning(PasskeyChallenge.challenge)
        .execution_options(synchronize_session=False)
    )


def forget_old_challenges(*, now: datetime, at_most: int = 5_000) -> int:
    """Delete some that nobody answered within a day; returns how many."""
    old = select(PasskeyChallenge.challenge).where(PasskeyChallenge.made_at < now - FORGOTTEN_AFTER).limit(at_most)
    return delete_some(PasskeyChallenge, old)
