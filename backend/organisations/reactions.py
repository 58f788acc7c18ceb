"""What organisations hear from below: somebody agrees to nothing any more."""

from backend.foundation.outbox import Happenings, Reactions
from backend.organisations.service import end_for_withdrawn
from backend.people.events import BasisEnded

REACTIONS: Reactions = {BasisEnded.name: Happenings(end_for_withdrawn)}
