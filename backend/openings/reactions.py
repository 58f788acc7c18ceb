"""What openings hear from below: who agrees to nothing any more is invited to nothing."""

from backend.foundation.outbox import Happenings, Reactions
from backend.openings.service import end_invitations_of_withdrawn
from backend.people.events import BasisEnded

REACTIONS: Reactions = {BasisEnded.name: Happenings(end_invitations_of_withdrawn)}
