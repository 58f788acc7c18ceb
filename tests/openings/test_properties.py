"""Whatever is claimed and released in whatever order: places taken are claims held, and never more than there are."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend import brands
from backend.attendance import service as attendance
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Refusal
from backend.openings import service as openings
from backend.openings.models import Claim, OpeningRole
from backend.openings.service import AlreadyClaimed, Claimant, ClaimReleased, OpeningFull
from tests.support.demands import area, resident, team_led_by

SYSTEM = Actor.system()
STEPS = st.lists(st.tuples(st.sampled_from(["claim", "release"]), st.integers(0, 3)), max_size=25)


@pytest.fixture
def teams(phone_of, street):
    leader = resident(phone_of, street)
    return [UUID(team_led_by(leader, street)) for _ in range(4)]


def _opening(home, slots):
    now = clock.now()
    opening_id = openings.make_opening(
        brand=brands.brand("door_knock"),
        title="看望一位老人",
        area_id=home.id,
        area_path=home.path,
        roles={"志愿者": slots},
        starts_at=now,
        ends_at=now + timedelta(hours=2),
        now=now,
    )
    return db.session.scalars(select(OpeningRole.id).where(OpeningRole.opening_id == opening_id)).one()


def _outcome(command):
    """What a command gives, or the class of its refusal; refused, it leaves nothing."""
    try:
        with db.session.begin_nested():
            return command()
    except Refusal as refusal:
        return type(refusal)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(slots=st.integers(1, 3), steps=STEPS)
def test_taken_equals_held_and_never_passes_the_slots(street, teams, slots, steps):
    role_id, now = _opening(area(street), slots), clock.now()
    holding, last = {}, {}
    for what, number in steps:
        team_id = teams[number]
        if what == "claim":
            outcome = _outcome(lambda team_id=team_id: openings.claim_place(SYSTEM, role_id, Claimant.team(team_id), now=now))
            if team_id in holding:
                assert outcome is AlreadyClaimed
            elif len(holding) == slots:
                assert outcome is OpeningFull
            else:
                holding[team_id] = last[team_id] = outcome.id
        elif team_id in last:
            claim_id = last[team_id]
            outcome = _outcome(lambda claim_id=claim_id: attendance.release_claim(SYSTEM, claim_id, reason="改时间", now=now))
            assert outcome is (None if holding.pop(team_id, None) else ClaimReleased)
        taken = db.session.scalars(select(OpeningRole.taken).where(OpeningRole.id == role_id)).one()
        held = db.session.scalars(select(func.count()).select_from(Claim).where(Claim.role_id == role_id, Claim.released_at.is_(None)))
        assert taken == held.one() == len(holding) <= slots
    assert openings.recount() == []
    db.session.rollback()
