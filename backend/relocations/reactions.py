"""What follows when somebody's last consent is gone: their wish to move ends."""

from backend.foundation.outbox import Happenings, Reactions
from backend.people.events import BasisEnded
from backend.relocations.service import withdraw_for_withdrawn

REACTIONS: Reactions = {BasisEnded.name: Happenings(withdraw_for_withdrawn)}
