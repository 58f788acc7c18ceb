"""How the mini-program shows itself to somebody. It leaves no event and no audit entry: it is nobody's affair but the holder's."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.models import Preferences
from backend.accounts.policy import Permission, Scope
from backend.areas import service as areas
from backend.areas.models import Area, Level
from backend.foundation.actor import Actor
from backend.foundation.database import db


def set_preferences(actor: Actor, *, elder_mode: bool, community_ids: Sequence[UUID], now: datetime) -> None:
    """Keep how the account wants to be shown things, in place of what it said before. Raises areas.NotACommunity."""
    policy.require(actor, Permission.PREFERENCES_SET, Scope())
    wanted = list(dict.fromkeys(community_ids))
    communities = select(Area.id).where(Area.id.in_(wanted), Area.level == Level.COMMUNITY, Area.withdrawn_on.is_(None))
    if len(db.session.scalars(communities).all()) < len(wanted):
        raise areas.NotACommunity(errors={"community_ids": [areas.NotACommunity.detail]})
    said = {"elder_mode": elder_mode, "community_ids": wanted, "changed_at": now}
    kept = insert(Preferences).values(account_id=actor.account_id, **said)
    db.session.execute(kept.on_conflict_do_update(index_elements=["account_id"], set_=said))


def hand_over_preferences(dissolved_id: UUID, kept_id: UUID) -> None:
    """Let an account that takes over another one have what that said, where it said nothing itself."""
    other = aliased(Preferences)
    has_none = ~exists().where(other.account_id == kept_id)
    moved = update(Preferences).where(Preferences.account_id == dissolved_id, has_none).values(account_id=kept_id)
    db.session.execute(moved.execution_options(synchronize_session=False))
    forget_preferences(dissolved_id)


def forget_preferences(account_id: UUID | None) -> None:
    """Keep nothing of it any more."""
    forgotten = delete(Preferences).where(Preferences.account_id == account_id)
    db.session.execute(forgotten.execution_options(synchronize_session=False))
