"""What is past is closed: a demand whose time is over is not called off, but ends as what became of it; no earlier figure moves."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.attendance.models import Attendance
from backend.demands.measures import MEASURES
from backend.demands.models import Demand, DemandChange
from backend.demands.service import NOBODY_CAME, NOBODY_CLAIMED
from backend.foundation import clock, outbox
from backend.foundation.database import db, transaction
from backend.foundation.measures import NOW
from backend.openings.models import Claim, ClaimStatus, Opening
from tasks.housekeeping import close_overdue_shifts, end_over_demands
from tests.support.attendance import open_shift
from tests.support.demands import area, claimed, place_count, published_demand, team_led_by, window
from tests.support.messages import kinds
from tests.support.phone import refused
from tests.support.served import confirm, make_person, make_record

WHY = {"reason": "老人临时住院"}
A_WEEK = {"days": 7}


@pytest.fixture
def on_new_years_eve(street, pass_time):
    """The last evening of a year."""
    now = clock.now()
    evening = datetime(clock.shanghai_day(now).year, 12, 31, 20, tzinfo=clock.SHANGHAI)
    pass_time(seconds=(evening - now).total_seconds())
    return clock.shanghai_day(evening)


def _counted():
    """Measure → the days on which it counts something."""
    with transaction():
        stated = {measure.name: measure.contributions(NOW).subquery() for measure in MEASURES}
        return {name: sorted(db.session.scalars(select(rows.c.starts_on)).all()) for name, rows in stated.items()}


def _ended(demand):
    end_over_demands()
    db.session.rollback()
    last = select(Demand.status, DemandChange.reason).join(DemandChange, DemandChange.demand_id == Demand.id)
    return tuple(db.session.execute(last.where(Demand.id == UUID(demand["id"])).order_by(DemandChange.id.desc()).limit(1)).one())


def _served(demand, street):
    with transaction():
        opening = db.session.get_one(Opening, UUID(demand["opening_id"]))
        return make_record(make_person(area(street)), area(street), demand["brand"], minutes=47, opening=opening)


def test_after_its_time_a_claim_is_not_given_back_nor_the_demand_or_shift_called_off(
    on_new_years_eve, asker, officer, leader, street, pass_time
):
    demand = published_demand(officer, street, by=asker)
    claim = claimed(leader, demand, team_led_by(leader, street))
    shift = officer.seen("/shifts", opening_id=demand["opening_id"])["items"][0]["id"]
    marked = f"/demands/{demand['id']}/not-carried-out"
    assert refused(officer.post(marked, WHY)) == (409, "demand_goes_on")
    before = _counted()
    pass_time(days=2)
    assert clock.shanghai_day(clock.now()).year > on_new_years_eve.year

    assert refused(leader.post(f"/claims/{claim['id']}/release", WHY)) == (409, "claim_over")
    assert refused(officer.post(f"/shifts/{shift}/cancellation", WHY)) == (409, "shift_not_planned")
    assert refused(officer.post(f"/demands/{demand['id']}/cancellation", WHY)) == (409, "demand_over")
    assert _counted() == before
    close_overdue_shifts()

    assert refused(asker.post(marked, WHY)) == (403, "forbidden")
    ended = officer.made(marked, WHY)
    assert (ended["status"], ended["reason"]) == ("not_carried_out", WHY["reason"])
    assert leader.seen(f"/demands/{demand['id']}")["status"] == "not_carried_out"
    assert demand["id"] not in [line["id"] for line in leader.seen("/demands", with_room="false")["items"]]
    assert refused(officer.post(marked, WHY)) == (409, "demand_not_published")
    today = clock.shanghai_day(clock.now())
    assert _counted() == before | {"demands_not_carried_out": [today]}
    assert "demand_not_carried_out" in kinds(asker)
    assert "claimed_demand_not_carried_out" in kinds(leader)
    assert "demand_over_not_carried_out" not in kinds(officer)


def test_a_claim_that_is_given_back_in_the_next_year_still_counts_in_its_own(on_new_years_eve, officer, leader, street, pass_time):
    demand = officer.made("/demands", {"brand": "red_ribbon", "title": "便民", "details": "理发", "community_id": street["和平社区"]})
    demand = officer.made(f"/demands/{demand['id']}/publication", window(starts_in=timedelta(days=5)) | {"places": 2})
    team_id = team_led_by(leader, street)
    kept, returned = claimed(leader, demand, team_id), None
    pass_time(days=2)
    before = _counted()
    assert before["demands_claimed"] == [on_new_years_eve]

    leader.made(f"/claims/{kept['id']}/release", WHY)
    assert _counted() == before
    # Within one year it is as though it had never been taken.
    other = officer.made("/demands", {"brand": "red_ribbon", "title": "便民", "details": "磨刀", "community_id": street["和平社区"]})
    other = officer.made(f"/demands/{other['id']}/publication", window(starts_in=timedelta(days=5)) | {"places": 2})
    returned = claimed(leader, other, team_id)
    leader.made(f"/claims/{returned['id']}/release", WHY)
    assert _counted()["demands_claimed"] == [on_new_years_eve]


def test_what_is_over_ends_by_itself_as_what_became_of_it(officer, leader, asker, street, pass_time):
    unclaimed, unvisited, served = (published_demand(officer, street, brand="red_ribbon", by=by) for by in (asker, None, None))
    team_id = team_led_by(leader, street)
    for demand in (unvisited, served):
        claimed(leader, demand, team_id)
    record = _served(served, street)
    assert [_ended(demand)[0] for demand in (unclaimed, unvisited, served)] == ["published"] * 3
    pass_time(hours=3)

    assert _ended(unclaimed) == ("not_carried_out", NOBODY_CLAIMED)
    assert [_ended(demand)[0] for demand in (unvisited, served)] == ["published"] * 2
    assert refused(officer.post(f"/demands/{served['id']}/not-carried-out", WHY)) == (409, "services_recorded")
    with transaction():
        confirm(record)
    pass_time(**A_WEEK)

    assert _ended(unvisited) == ("not_carried_out", NOBODY_CAME)
    assert _ended(served) == ("completed", None)
    assert kinds(officer).count("demand_over_not_carried_out") == 2
    assert [kind for kind in kinds(asker) if "not_carried_out" in kind] == ["demand_not_carried_out"]


def test_a_service_that_comes_to_count_later_completes_what_was_not_carried_out(officer, leader, street, pass_time):
    demand = published_demand(officer, street, brand="red_ribbon")
    claimed(leader, demand, team_led_by(leader, street))
    pass_time(days=8)
    assert _ended(demand) == ("not_carried_out", NOBODY_CAME)
    record = _served(demand, street)
    with transaction():
        confirm(record)
    while outbox.deliver_batch("demands", now=clock.now()):
        pass

    assert _ended(demand) == ("completed", None)
    counted = _counted()
    today: list[date] = [clock.shanghai_day(clock.now())]
    assert (counted["demands_not_carried_out"], counted["demands_completed"]) == ([], today)


def test_with_its_last_shift_a_demand_is_called_off_and_nobody_holds_or_takes_a_place(asker, officer, leader, street):
    demand = published_demand(officer, street, places=2, by=asker)
    team_id = team_led_by(leader, street)
    claim = claimed(leader, demand, team_id)
    [shift] = officer.seen("/shifts", opening_id=demand["opening_id"])["items"]
    leader.seen(f"/demands/{demand['id']}/beneficiary")

    officer.made(f"/shifts/{shift['id']}/cancellation", WHY)

    assert (officer.seen(f"/demands/{demand['id']}")["status"], place_count(demand)) == ("cancelled", (0, 0))
    seen = leader.seen(f"/claims/{claim['id']}")
    assert (seen["status"], seen["reason"]) == ("released", WHY["reason"])
    assert refused(leader.post("/claims", {"role_id": demand["role_id"], "team_id": team_id})) == (409, "opening_closed")
    assert leader.get(f"/demands/{demand['id']}/beneficiary").status_code == 404
    assert leader.seen("/demands", with_room="false")["items"] == []
    assert _counted()["demands_claimed"] == []
    assert ("place_released" in kinds(leader), kinds(asker).count("demand_cancelled")) == (True, 1)


def test_of_several_shifts_those_that_are_left_stay_and_what_was_served_keeps_its_claim(officer, leader, street, pass_time):
    demand = published_demand(officer, street, brand="red_ribbon", places=2)
    claim = claimed(leader, demand, team_led_by(leader, street))
    record = _served(demand, street)
    opening = {"opening_id": UUID(demand["opening_id"]), "brand": "red_ribbon"}
    second, third = (open_shift(street["和平社区"], starts_in=timedelta(hours=hours), **opening)[1] for hours in (4, 5))
    pass_time(hours=3)
    close_overdue_shifts()

    officer.made(f"/shifts/{third}/cancellation", WHY)
    assert leader.seen(f"/claims/{claim['id']}")["status"] == "held"
    officer.made(f"/shifts/{second}/cancellation", WHY)
    assert leader.seen(f"/claims/{claim['id']}")["status"] == "released"
    assert officer.seen(f"/demands/{demand['id']}")["status"] == "published"
    served = select(Claim.status).join(Attendance, Attendance.claim_id == Claim.id).where(Attendance.id == record.attendance_id)
    assert db.session.scalars(served).one() in (ClaimStatus.HELD, ClaimStatus.ENDED)
