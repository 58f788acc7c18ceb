"""What the inbox hears: every event that is told, for which each time counts, and whose an account now is."""

from functools import partial

from backend.accounts.events import AccountIdentified, AccountMerged
from backend.foundation.outbox import Happenings, Reactions
from backend.messages.occasions import OCCASIONS
from backend.messages.service import carry_over, tell

REACTIONS: Reactions = {
    AccountMerged.name: carry_over,
    AccountIdentified.name: carry_over,
    **{event: Happenings(partial(tell, event)) for event in sorted({event for event, _ in OCCASIONS})},
}
