"""What demands do when they hear of services: a wish is completed by the first one that counts (config/brands.toml: completion); and of who
agrees to nothing any more: what they asked for ends, or is the community's; of who died, also what was for them."""

from backend.attendance.events import (
    ConfirmationWithdrawn,
    ServiceCleared,
    ServiceConfirmed,
    ServiceCorrected,
    ServiceFlagged,
    ServiceWithdrawn,
)
from backend.demands.service import end_for_dead, end_for_withdrawn, settle_by_confirmations, settle_by_flags, settle_by_records
from backend.foundation.outbox import Happenings, Reactions
from backend.people.events import BasisEnded, DeathNoted

REACTIONS: Reactions = {
    BasisEnded.name: Happenings(end_for_withdrawn),
    DeathNoted.name: end_for_dead,
    ServiceConfirmed.name: settle_by_confirmations,
    ConfirmationWithdrawn.name: settle_by_confirmations,
    ServiceCorrected.name: settle_by_records,
    ServiceWithdrawn.name: settle_by_records,
    ServiceFlagged.name: settle_by_flags,
    ServiceCleared.name: settle_by_flags,
}
