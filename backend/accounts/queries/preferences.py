"""How the mini-program shows itself to somebody."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import any_, select

from backend.accounts import policy
from backend.accounts.models import Preferences
from backend.accounts.policy import Permission, Scope
from backend.areas.models import Area
from backend.foundation.actor import Actor
from backend.foundation.database import db

MOST_COMMUNITIES = 5


@dataclass(frozen=True, slots=True)
class PreferredCommunity:
    """A community whose needs one wants to see first."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class OwnPreferences:
    """What an account said, or what holds where it said nothing: the usual letters, and its person's own community first."""

    elder_mode: bool
    communities: list[PreferredCommunity]


def own_preferences(viewer: Actor) -> OwnPreferences:
    """How the viewer wants to be shown things: with the communities that are still in use, in their order."""
    policy.require(viewer, Permission.PREFERENCES_SET, Scope())
    mine = select(Preferences.elder_mode, Preferences.community_ids, Area.id, Area.name)
    in_use = (Area.id == any_(Preferences.community_ids)) & Area.withdrawn_on.is_(None)
    wanted = mine.outerjoin(Area, in_use).where(Preferences.account_id == viewer.account_id).limit(MOST_COMMUNITIES)
    rows = db.session.execute(wanted).all()
    if not rows:
        return OwnPreferences(elder_mode=False, communities=[])
    named = {row.id: PreferredCommunity(row.id, row.name) for row in rows if row.id is not None}
    return OwnPreferences(rows[0].elder_mode, [named[one] for one in rows[0].community_ids if one in named])
