"""What demands do when they hear of services: a wish is completed by the first one that counts (config/brands.toml: completion)."""

from backend.attendance.events import (
    ConfirmationWithdrawn,
    ServiceCleared,
    ServiceConfirmed,
    ServiceCorrected,
    ServiceFlagged,
    ServiceWithdrawn,
)
from backend.demands.service import settle_by_confirmations, settle_by_flags, settle_by_records
from backend.foundation.outbox import Reactions

REACTIONS: Reactions = {
    ServiceConfirmed.name: settle_by_confirmations,
    ConfirmationWithdrawn.name: settle_by_confirmations,
    ServiceCorrected.name: settle_by_records,
    ServiceWithdrawn.name: settle_by_records,
    ServiceFlagged.name: settle_by_flags,
    ServiceCleared.name: settle_by_flags,
}
