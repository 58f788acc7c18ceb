"""Commands of openings, by noun: places (made, changed, closed, cancelled, recounted), claims, requests answered, and places given back."""

from backend.openings.service.arrangements import (
    NewArrangement,
    OpeningOver,
    PartyUnknown,
    end_arrangement,
    end_invitations_of_unit,
    end_invitations_of_withdrawn,
    make_arrangement,
)
from backend.openings.service.claimable import invites
from backend.openings.service.claims import (
    AlreadyClaimed,
    Claimant,
    ClaimantNotAllowed,
    ClaimReleased,
    OpeningFull,
    claim_place,
)
from backend.openings.service.handing_on import hand_on_openings, hand_on_unit
from backend.openings.service.life import ClaimAnswered
from backend.openings.service.places import (
    STREET_DIGITS,
    Home,
    PlacesInService,
    cancel_opening,
    change_opening,
    close_openings,
    leave_to_community,
    let_street_claim,
    make_opening,
    make_past_opening,
    people_per_place,
    recount,
    reopen_openings,
)
from backend.openings.service.releases import give_back
from backend.openings.service.requests import UNANSWERED, OwnClaim, accept_claim, end_unanswered, is_too_late, refuse_claim, require_review
