"""What the inbox hears: every event that is told, for which each time counts, whose an account now is, and where an
office goes on."""

from functools import partial

from backend.accounts.events import AccountIdentified, AccountMerged
from backend.areas.events import AreaSucceeded
from backend.foundation.outbox import Happenings, Reactions
from backend.messages.occasions import OCCASIONS
from backend.messages.service import carry_over, follow_office, tell

REACTIONS: Reactions = {
    AccountMerged.name: carry_over,
    AccountIdentified.name: carry_over,
    AreaSucceeded.name: follow_office,
    **{event: Happenings(partial(tell, event)) for event in sorted({event for event, _ in OCCASIONS})},
}
