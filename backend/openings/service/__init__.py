"""Commands of openings, by noun: places (made, closed, cancelled, recounted), claims, and places given back."""

from backend.openings.service.claims import (
    AlreadyClaimed,
    Claimant,
    ClaimantNotActive,
    ClaimantNotAllowed,
    ClaimReleased,
    OpeningClosed,
    OpeningFull,
    claim_place,
)
from backend.openings.service.places import PlacesInService, cancel_opening, close_openings, make_opening, recount, reopen_openings
from backend.openings.service.releases import give_back
