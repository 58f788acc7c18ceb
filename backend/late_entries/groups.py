"""For whom somebody served at a past activity, as an officer writes it: by the whole name of a team or an organisation."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, select, union_all

from backend.areas.queries import path_of
from backend.brands import ClaimantKind
from backend.foundation.database import db, one_of
from backend.openings.service import Claimant
from backend.organisations.models import Organisation, OrganisationStatus
from backend.teams.models import Team, TeamStatus


def groups_named(names: Collection[str], community_id: UUID) -> Mapping[str, Claimant]:
    """The active team or verified organisation of each of these names: that of the community before one elsewhere. Of whose name there are
    several, none is meant."""
    asked, here = list(names), path_of(community_id)

    def called(kind: ClaimantKind, model: type[Team | Organisation]) -> Select[*tuple[Any, ...]]:
        is_here = (model.area_path == here).label("is_here")
        return select(model.name, model.id, literal(kind.value).label("kind"), is_here).where(one_of(model.name, asked))

    teams = called(ClaimantKind.TEAM, Team).where(Team.status == TeamStatus.ACTIVE)
    organisations = called(ClaimantKind.ORGANISATION, Organisation).where(Organisation.status == OrganisationStatus.VERIFIED)
    rows = db.session.execute(union_all(teams, organisations)).all()
    of_name = {name: [row for row in rows if row.name == name] for name in asked}
    nearest = {name: [row for row in found if row.is_here] or found for name, found in of_name.items()}
    return {name: Claimant(ClaimantKind(one[0].kind), one[0].id) for name, one in nearest.items() if len(one) == 1}
