"""The life of a thing: which status it had as known at an instant."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from backend.foundation.actor import Actor
from backend.foundation.database import db, transaction
from backend.foundation.life import status_at
from backend.teams.models import Team, TeamChange
from backend.teams.service.life import ACCEPT
from tests.support.teams import applied_team


def test_a_status_is_known_from_the_instant_of_its_step(leader, street):
    team_id = UUID(applied_team(leader, street)["id"])
    began = db.session.scalars(select(TeamChange.at).where(TeamChange.team_id == team_id)).one()
    then, just = began + timedelta(days=1), timedelta(microseconds=1)
    with transaction():
        ACCEPT.take(Actor.system(), team_id, now=then, founded_on=then.date())

    known = [db.session.scalar(select(status_at(Team, TeamChange, instant))) for instant in (began - just, began, then - just, then, None)]
    assert known == [None, "applied", "applied", "active", "active"]
