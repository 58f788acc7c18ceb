"""What teams hear from below: somebody is no volunteer any more, or has an account from now on."""

from backend.accounts.events import AccountIdentified
from backend.foundation.outbox import Reactions
from backend.teams.service import end_for_former_volunteers, let_lead
from backend.volunteers.events import VolunteerLeft

REACTIONS: Reactions = {VolunteerLeft.name: end_for_former_volunteers, AccountIdentified.name: let_lead}
