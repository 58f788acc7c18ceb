"""What teams hear from below: somebody is no volunteer any more."""

from backend.foundation.outbox import Reactions
from backend.teams.service import end_for_former_volunteers
from backend.volunteers.events import VolunteerLeft

REACTIONS: Reactions = {VolunteerLeft.name: end_for_former_volunteers}
