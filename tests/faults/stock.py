"""The street that the faults befall: the demonstration year, made small, each of its facts announced as the command would have done."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text

from backend.attendance.events import ServiceConfirmed, ServiceCorrected, ServiceRecorded, ServiceWithdrawn
from backend.demands.events import DemandCompleted, DemandNotCarriedOut, DemandPublished, DemandSubmitted
from backend.demands.service.prompts import PROMPTS
from backend.foundation import outbox
from backend.foundation.database import db, transaction
from backend.foundation.outbox import Event
from backend.openings.events import PlaceAskedFor, PlaceClaimed, PlaceRefused, PlaceReleased, PlaceUnanswered
from backend.organisations.events import OrganisationVerified
from backend.registration.events import RegistrationAccepted, RegistrationEnded
from backend.teams.events import MembershipEnded, MembershipStarted, TeamActivated, TeamDissolved
from backend.volunteers.events import VolunteerLeft, VolunteerRegistered
from ejia.trial.demo import load
from tests.faults.deliveries import mix_up, waiting

_PROMPTED = "SELECT id FROM demand_prompts WHERE step = '{}'"
SUBJECTS: Mapping[type[Event], str] = {
    TeamActivated: "SELECT id FROM teams WHERE status IN ('active', 'dissolved')",
    TeamDissolved: "SELECT id FROM teams WHERE status = 'dissolved'",
    MembershipStarted: "SELECT id FROM team_memberships WHERE id = fact_id",
    MembershipEnded: "SELECT id FROM team_memberships WHERE id <> fact_id",
    VolunteerRegistered: "SELECT id FROM volunteers WHERE id = fact_id",
    VolunteerLeft: "SELECT id FROM volunteers WHERE id <> fact_id",
    OrganisationVerified: "SELECT id FROM organisations WHERE status IN ('verified', 'ended')",
    RegistrationAccepted: "SELECT id FROM member_registrations WHERE accepted_on IS NOT NULL",
    RegistrationEnded: "SELECT id FROM member_registrations WHERE ended_on IS NOT NULL",
    DemandSubmitted: "SELECT id FROM demands",
    DemandPublished: "SELECT demand_id FROM demand_changes WHERE to_status = 'published'",
    DemandCompleted: "SELECT demand_id FROM demand_changes WHERE to_status = 'completed'",
    DemandNotCarriedOut: "SELECT demand_id FROM demand_changes WHERE to_status = 'not_carried_out'",
    **{prompt.event: _PROMPTED.format(prompt.step.value) for prompt in PROMPTS},
    PlaceAskedFor: "SELECT claim_id FROM claim_changes WHERE to_status = 'asked'",
    PlaceRefused: "SELECT claim_id FROM claim_changes WHERE to_status = 'refused' AND actor_account_id IS NOT NULL",
    PlaceUnanswered: "SELECT claim_id FROM claim_changes WHERE to_status = 'refused' AND actor_account_id IS NULL",
    PlaceClaimed: "SELECT id FROM claims WHERE status IN ('held', 'released', 'ended')",
    PlaceReleased: "SELECT id FROM claims WHERE status IN ('released', 'ended')",
    ServiceRecorded: "SELECT id FROM service_records WHERE id = fact_id",
    ServiceCorrected: "SELECT id FROM service_records WHERE id <> fact_id AND NOT void",
    ServiceWithdrawn: "SELECT id FROM service_records WHERE id <> fact_id AND void",
    ServiceConfirmed: "SELECT id FROM service_confirmations WHERE NOT void",
}
"""Which rows of the loaded year each event would have told of."""


def load_street(appid: str, *, scale: float) -> None:
    """Load the year into the empty database; nobody has heard of it yet."""
    load.load_demonstration_year(appid, scale=scale, progress=lambda *_: lambda _: None)


def announce(*, now: datetime) -> int:
    """Tell all consumers of the whole year. Returns how many deliveries wait for them."""
    with transaction():
        events = [kind(subject) for kind, query in SUBJECTS.items() for subject in db.session.scalars(text(query))]
        outbox.record_all(events, now=now)
        mix_up(now)
        db.session.execute(text("ANALYZE outbox_events, outbox_deliveries"))
        return waiting()
