"""Teams whose community is merged into another one."""

from datetime import datetime

from sqlalchemy import select

from backend.areas import transfers
from backend.areas.transfers import Handover
from backend.foundation import outbox
from backend.foundation.database import db
from backend.teams.events import MembershipTransferred, TeamTransferred
from backend.teams.models import Membership, Team, TeamStatus
from backend.teams.service.life import NAMES


def hand_on_teams(handover: Handover, *, now: datetime) -> int:
    """Let the teams of a community, with their members, go on in its successor; returns how many. Those that were dissolved, and who left,
    stay where they were. Raises TeamNameTaken."""
    live = Team.status != TeamStatus.DISSOLVED
    # Held first, as every command on a team does.
    held = select(Team.id).where(handover.leaving(Team), live).order_by(Team.id).with_for_update(key_share=True)
    db.session.scalars(held).all()
    teams = transfers.hand_on(Team, live, handover=handover, now=now, refusals=NAMES)
    members = transfers.hand_on_facts(Membership, Membership.left_on.is_(None), handover=handover, now=now, counted=True)
    outbox.record_all([*map(TeamTransferred, teams), *map(MembershipTransferred, members)], now=now)
    return len(teams)
