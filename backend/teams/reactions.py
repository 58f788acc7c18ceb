"""What teams hear from below: somebody is no volunteer any more."""

from backend.foundation.outbox import Reactions
from backend.people.events import VolunteerLeft
from backend.teams.service import end_for_former_volunteers

REACTIONS: Reactions = {VolunteerLeft.name: end_for_former_volunteers}
