"""What corrections hear from below: of who agrees to nothing any more nothing is corrected, and what was proposed is kept no longer."""

from backend.corrections.service import return_for_withdrawn
from backend.foundation.outbox import Happenings, Reactions
from backend.people.events import BasisEnded

REACTIONS: Reactions = {BasisEnded.name: Happenings(return_for_withdrawn)}
