"""What attendance hears: who holds a place is no more, or the shift is over at which somebody still served for them."""

from backend.attendance.events import ShiftClosed
from backend.attendance.service import release_after_service, release_for_dissolved_teams, release_for_ended_organisations
from backend.foundation.outbox import Reactions
from backend.organisations.events import OrganisationEnded
from backend.teams.events import TeamDissolved

REACTIONS: Reactions = {
    TeamDissolved.name: release_for_dissolved_teams,
    OrganisationEnded.name: release_for_ended_organisations,
    ShiftClosed.name: release_after_service,
}
