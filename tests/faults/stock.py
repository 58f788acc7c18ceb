"""The street that the faults befall: the demonstration year, made small, each of its facts announced as the command would have done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

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


_STAND_STILL = """
INSERT INTO demand_prompts (id, demand_id, step, since, at, categories)
SELECT gen_random_uuid(), id, step, since, since + after, '{}' FROM (
  (SELECT id, 'review_told' AS step, submitted_at AS since, interval '3 days' AS after FROM demands ORDER BY id LIMIT 3)
  UNION ALL
  (SELECT id, 'review_street', submitted_at, interval '7 days' FROM demands ORDER BY id LIMIT 3)
  UNION ALL
  (SELECT id, 'street', published_at, interval '6 days' FROM demands WHERE status = 'not_carried_out' ORDER BY id LIMIT 3)
  UNION ALL
  (SELECT id, 'nobody_came', ends_at, interval '1 day' FROM demands d
    WHERE EXISTS (SELECT FROM claims c WHERE c.opening_id = d.opening_id AND c.status = 'held') ORDER BY id LIMIT 3)
) stood_still ON CONFLICT DO NOTHING"""
"""Steps of which the year has none, at least made small: there everything is reviewed on the next day, and whoever holds a place comes."""


def load_street(appid: str, *, scale: float) -> None:
    """Load the year into the empty database, with demands that took every step by themselves; nobody has heard of it yet."""
    load.load_demonstration_year(appid, scale=scale, progress=lambda *_: lambda _: None)
    with transaction():
        db.session.execute(text(_STAND_STILL))


def announce(*, now: datetime) -> int:
    """Tell all consumers of the whole year. Returns how many deliveries wait for them."""
    with transaction():
        outbox.record_all([kind(subject) for kind, subjects in _told().items() for subject in subjects], now=now)
        mix_up(now)
        db.session.execute(text("ANALYZE outbox_events, outbox_deliveries"))
        return waiting()


def untold() -> set[str]:
    """The events of which the street has no row: what nobody hears is not tried."""
    with transaction():
        return {kind.name for kind, subjects in _told().items() if not subjects}


def _told() -> dict[type[Event], Sequence[UUID]]:
    return {kind: db.session.scalars(text(query)).all() for kind, query in SUBJECTS.items()}
