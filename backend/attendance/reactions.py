"""What attendance hears from below: who holds a place is no more."""

from backend.attendance.service import release_for_dissolved_teams, release_for_ended_organisations
from backend.foundation.outbox import Reactions
from backend.organisations.events import OrganisationEnded
from backend.teams.events import TeamDissolved

REACTIONS: Reactions = {
    TeamDissolved.name: release_for_dissolved_teams,
    OrganisationEnded.name: release_for_ended_organisations,
}
