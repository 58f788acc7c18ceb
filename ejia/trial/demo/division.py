"""Lets one community give another one a part, at the end of the demonstration year and as `ejia areas split` does."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from backend.areas import service as areas
from backend.foundation.database import db
from backend.foundation.outbox import OutboxDelivery, OutboxEvent
from backend.organisations.models import Organisation, OrganisationStatus
from backend.successions.splitting import Share, split_community
from backend.teams.models import Membership, Team, TeamStatus
from backend.volunteers.models import Volunteer
from ejia.trial.demo import plan

_WITHOUT_TEAM = 3
"""So many volunteers go where a small year has no team in the community."""


def divide() -> None:
    """A grid goes with who is visited there, the oldest team with its members who live there, and the first organisation."""
    former, successor = areas.area_of_code(plan.DIVIDED), areas.area_of_code(plan.DIVIDED_FOR)
    there = Team.area_path == former.path, Team.status == TeamStatus.ACTIVE
    teams = db.session.scalars(select(Team).where(*there).order_by(Team.founded_on, Team.id).limit(1)).all()
    share = Share(
        grids=[plan.GRID_GIVEN],
        people=_people(former.path, teams),
        teams=[team.name for team in teams],
        organisations=_first(Organisation.name, Organisation.area_path == former.path, Organisation.status == OrganisationStatus.VERIFIED),
    )
    split_community(former.id, successor.id, share, day=plan.DIVIDED_ON, now=plan.DIVIDED_AT)


def forget_events() -> None:
    """Nobody has yet to hear of it: figures are counted and inboxes filled when the whole year stands."""
    events = select(OutboxEvent.id).where(OutboxEvent.at == plan.DIVIDED_AT)
    db.session.execute(delete(OutboxDelivery).where(OutboxDelivery.event_id.in_(events)))
    db.session.execute(delete(OutboxEvent).where(OutboxEvent.at == plan.DIVIDED_AT))


def _people(path: str, teams: Sequence[Team]) -> Sequence[str]:
    live = Volunteer.is_live(), Volunteer.area_path == path
    if not teams:
        return db.session.scalars(select(Volunteer.number).where(*live).order_by(Volunteer.number).limit(_WITHOUT_TEAM)).all()
    members = select(Membership.person_id).where(Membership.is_live(), Membership.team_id == teams[0].id)
    return db.session.scalars(select(Volunteer.number).where(*live, Volunteer.person_id.in_(members)).order_by(Volunteer.number)).all()


def _first(name: Any, *which: Any) -> Sequence[str]:
    return db.session.scalars(select(name).where(*which).order_by(name).limit(1)).all()
