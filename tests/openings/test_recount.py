"""`taken` decides; a nightly recount against the held claims says when it is wrong."""

from uuid import UUID

from sqlalchemy import update
from structlog.testing import capture_logs

from backend.foundation.database import db, transaction
from backend.openings.models import OpeningRole
from tasks.housekeeping import recount_places
from tests.support.checks import found_by
from tests.support.demands import claimed, published_demand, resident, team_led_by


def test_what_was_claimed_and_released_recounts_to_the_same(phone_of, street):
    officer, leader = street.home.officer, resident(phone_of, street)
    demand = published_demand(officer, street, places=3)
    team_id = team_led_by(leader, street)
    claim = claimed(leader, demand, team_id)
    leader.made(f"/claims/{claim['id']}/release", {"reason": "改时间"})
    claimed(leader, demand, team_id)
    published_demand(officer, street)

    assert found_by(recount_places) == 0


def test_a_difference_is_reported_and_left_for_somebody_to_look_at(phone_of, street):
    officer, leader = street.home.officer, resident(phone_of, street)
    demand = published_demand(officer, street, places=3)
    claimed(leader, demand, team_led_by(leader, street))
    role_id = UUID(demand["role_id"])
    with transaction():
        db.session.execute(update(OpeningRole).where(OpeningRole.id == role_id).values(taken=3))

    with capture_logs() as logs:
        assert found_by(recount_places) == 1

    assert [(line["event"], line["role_id"], line["taken"], line["held"]) for line in logs] == [
        ("places.taken_differs", str(role_id), 3, 1)
    ]
    assert found_by(recount_places) == 1
