"""What organisations hear from below: somebody agrees to nothing any more, or has an account from now on."""

from backend.accounts.events import AccountIdentified
from backend.foundation.outbox import Happenings, Reactions
from backend.organisations.service import end_for_withdrawn, let_act
from backend.people.events import BasisEnded

REACTIONS: Reactions = {BasisEnded.name: Happenings(end_for_withdrawn), AccountIdentified.name: let_act}
