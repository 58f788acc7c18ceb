"""What the people of the demonstration year were told: as the worker would have, of what happened in the year."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import text

from backend.areas.events import CommunityDivided, CommunityExtended
from backend.attendance.events import AttendanceExpired, ServiceCorrected, ServiceWithdrawn, ShiftClosed
from backend.demands.events import DemandCancelled, DemandChanged, DemandCompleted, DemandNotCarriedOut, DemandPublished, DemandReturned
from backend.demands.service.prompts import PROMPTS
from backend.foundation.database import allow_long_statements, db
from backend.foundation.outbox import Event, Happening
from backend.messages import service as messages
from backend.openings.events import ArrangementMade, PlaceClaimed, PlaceRefused, PlaceReleased, PlaceUnanswered
from backend.organisations.events import OrganisationVerified
from backend.registration.events import RegistrationAccepted
from backend.teams.events import TeamActivated, TeamTransferred
from ejia.trial.demo import plan
from ejia.trial.demo.world import World

_AT_A_TIME = 1_000

_DEMAND = "SELECT demand_id, at FROM demand_changes WHERE to_status = '{}'"
_PROMPTED = "SELECT id, at FROM demand_prompts WHERE step = '{}'"
_REFUSED = "SELECT claim_id, at FROM claim_changes WHERE to_status = 'refused' AND actor_account_id {}"
_SPLIT = "FROM audit_entries JOIN areas ON code = details ->> 'to' WHERE action = 'area.split'"
HAPPENED: Mapping[type[Event], str] = {
    TeamActivated: "SELECT team_id, at FROM team_changes WHERE to_status = 'active'",
    OrganisationVerified: "SELECT organisation_id, at FROM organisation_changes WHERE to_status = 'verified'",
    RegistrationAccepted: "SELECT id, recorded_at FROM member_registrations WHERE status = 'accepted'",
    DemandPublished: _DEMAND.format("published"),
    DemandReturned: _DEMAND.format("returned"),
    DemandCompleted: _DEMAND.format("completed"),
    DemandCancelled: _DEMAND.format("cancelled"),
    DemandNotCarriedOut: _DEMAND.format("not_carried_out"),
    DemandChanged: "SELECT id, at FROM publication_changes",
    **{prompt.event: _PROMPTED.format(prompt.step.value) for prompt in PROMPTS},
    PlaceClaimed: "SELECT id, claimed_at FROM claims WHERE status IN ('held', 'released', 'ended')",
    PlaceRefused: _REFUSED.format("IS NOT NULL"),
    PlaceUnanswered: _REFUSED.format("IS NULL"),
    ArrangementMade: "SELECT id, recorded_at FROM arrangements",
    PlaceReleased: "SELECT id, released_at FROM claims WHERE status IN ('released', 'ended')",
    ShiftClosed: "SELECT id, ends_at FROM shifts WHERE status = 'closed'",
    AttendanceExpired: "SELECT id, closed_at FROM attendances WHERE closed_at IS NOT NULL",
    ServiceCorrected: "SELECT id, recorded_at FROM service_records WHERE id <> fact_id AND NOT void",
    CommunityDivided: f"SELECT subject_id, at {_SPLIT}",
    CommunityExtended: f"SELECT areas.id, at {_SPLIT}",
    TeamTransferred: "SELECT teams.id, at FROM area_transfers JOIN teams ON teams.id = subject_id",
    ServiceWithdrawn: "SELECT id, recorded_at FROM service_records WHERE id <> fact_id AND void",
}
"""What is told of the loaded year: event → its subjects, and when it happened."""


def tell_of_year(*, now: datetime, advance: Callable[[int], None]) -> None:
    """Fill the inboxes of those who can log in, in the caller's transaction."""
    allow_long_statements()
    world = World(plan.SEED)
    for event, query in HAPPENED.items():
        rows = db.session.execute(text(f"{query} ORDER BY 2, 1")).all()
        happenings = [Happening(world.id_at(at), subject_id, at) for subject_id, at in rows]
        for start in range(0, len(happenings), _AT_A_TIME):
            messages.tell(event.name, happenings[start : start + _AT_A_TIME], now=now)
        advance(1)
