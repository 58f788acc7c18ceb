"""Commands of openings, by noun: places (made, closed, cancelled, recounted), claims (taken, released, in
service), and what is given back when a claimant is no more."""

from backend.openings.service.claims import (
    AlreadyClaimed,
    Claimant,
    ClaimantNotActive,
    ClaimantNotAllowed,
    ClaimInService,
    ClaimReleased,
    OpeningClosed,
    OpeningFull,
    begin_service,
    claim_place,
    release_claim,
)
from backend.openings.service.places import PlacesInService, cancel_opening, close_openings, make_opening, recount, reopen_openings
from backend.openings.service.releases import release_for_dissolved_teams, release_for_ended_organisations, release_for_former_members
