"""What the inbox hears: every event that is told. Each time counts, so it hears happenings."""

from functools import partial

from backend.foundation.outbox import Happenings, Reactions
from backend.messages.occasions import OCCASIONS
from backend.messages.service import tell

REACTIONS: Reactions = {event: Happenings(partial(tell, event)) for event in sorted({event for event, _ in OCCASIONS})}
