"""What follows when a registration ends: the places that it allowed the member to take are given back, one at which they are serving when
the shift is over.

An application that was withdrawn had allowed none. Whose last consent is gone, or that to Party membership, ends both.
Who was registered before they had an account acts as a Party member from the day that they have one.
"""

from backend.accounts.events import AccountIdentified
from backend.attendance.events import ShiftClosed
from backend.foundation.outbox import Happenings, Reactions
from backend.people.events import BasisEnded, PartyConsentWithdrawn
from backend.registration.events import RegistrationEnded
from backend.registration.service import end_for_withdrawn, let_claim, release_after_service, release_for_ended

REACTIONS: Reactions = {
    AccountIdentified.name: let_claim,
    BasisEnded.name: Happenings(end_for_withdrawn),
    PartyConsentWithdrawn.name: Happenings(end_for_withdrawn),
    RegistrationEnded.name: release_for_ended,
    ShiftClosed.name: release_after_service,
}
