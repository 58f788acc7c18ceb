"""Published again: a new demand from one that is over, as it was before unless somebody says otherwise, and the old one stays."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.attendance.models import Shift
from backend.foundation.database import db
from tests.support.demands import GRANDFATHER, claimed, demand_form, place_count, published_demand, team_led_by, window
from tests.support.messages import kinds
from tests.support.phone import refused

SOON = {"starts_in": timedelta(days=1)}
KEPT = ("title", "details", "called", "places", "people_per_place", "place_in_words", "risks", "requester", "brand", "community_id")


def test_what_nobody_came_to_is_published_again_as_it_was(asker, officer, leader, street, pass_time):
    demand = asker.made("/demands", demand_form(street))
    again = f"/demands/{demand['id']}/publication-again"
    assert refused(officer.post(again, window(**SOON))) == (409, "demand_not_over")
    said = {"places": 2, "people_per_place": 3, "title": "看望一位老人", "place_in_words": "和平社区东侧", "risks": "老人听力不好"}
    demand = officer.made(f"/demands/{demand['id']}/publication", window() | said)
    claim = claimed(leader, demand, team_led_by(leader, street))
    assert refused(officer.post(again, window(**SOON))) == (409, "demand_not_over")
    pass_time(days=1)
    officer.made(f"/demands/{demand['id']}/not-carried-out", {"reason": "无人到场"})
    former = officer.seen(f"/demands/{demand['id']}")
    assert refused(asker.post(again, window(**SOON))) == (403, "forbidden")
    assert refused(officer.post(again, window(starts_in=timedelta(days=-2)))) == (422, "window_invalid")

    new = officer.made(again, window(**SOON))

    assert {field: new[field] for field in KEPT} == {field: former[field] for field in KEPT}
    assert (new["status"], new["taken"], new["former_demand_id"]) == ("published", 0, demand["id"])
    assert (new["number"] == demand["number"], new["opening_id"] == demand["opening_id"]) == (False, False)
    assert officer.seen(f"/demands/{demand['id']}") == former
    assert (leader.seen(f"/claims/{claim['id']}")["status"], place_count(demand)) == ("held", (1, 1))
    assert kinds(asker).count("demand_published") == 2
    assert leader.seen(f"/demands/{new['id']}")["former_demand_id"] is None, "the old one concerns only the community and who asked"
    assert claimed(leader, new, claim["claimant_id"])["status"] == "held"


def test_place_and_words_go_along_and_may_be_said_anew(officer, street):
    place = {"latitude": 36.62, "longitude": 101.78}
    demand = officer.made("/demands", demand_form(street, brand="red_ribbon", places=20))
    officer.made(f"/demands/{demand['id']}/publication", window() | place)
    officer.made(f"/demands/{demand['id']}/cancellation", {"reason": "下雨"})
    path = f"/demands/{demand['id']}/publication-again"

    as_before = officer.made(path, window(**SOON))
    elsewhere = officer.made(path, window(**SOON) | {"latitude": 36.63, "longitude": 101.79, "places": 5})

    for new, where, places in ((as_before, (36.62, 101.78), 20), (elsewhere, (36.63, 101.79), 5)):
        shift = select(Shift.latitude, Shift.longitude).where(Shift.opening_id == UUID(new["opening_id"]))
        assert (tuple(db.session.execute(shift).one()), new["places"]) == (where, places)


@pytest.mark.parametrize(
    ("what", "with_", "code"),
    [("ending", {"cause": "died"}, (409, "beneficiary_ended")), ("move", {"address": "团结路6号"}, (409, "beneficiary_moved"))],
)
def test_who_died_or_moved_away_is_not_visited_again(officer, street, what, with_, code):
    elder = officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平社区"]})["id"]
    demand = published_demand(officer, street, beneficiary=None, beneficiary_id=elder)
    officer.made(f"/demands/{demand['id']}/cancellation", {"reason": "老人住院"})
    if what == "move":
        officer.made(f"/beneficiaries/{elder}/move", with_ | {"area_id": street["团结社区"]})
    else:
        officer.made(f"/beneficiaries/{elder}/{what}", with_)
    assert refused(officer.post(f"/demands/{demand['id']}/publication-again", window(**SOON))) == code


def test_who_asked_and_agrees_to_nothing_any_more_asks_no_more(officer, street):
    resident = street.home.resident
    demand = published_demand(officer, street, by=resident)
    officer.made(f"/demands/{demand['id']}/cancellation", {"reason": "老人住院"})
    resident.made("/me/consents/withdrawal", {"notice": "identity"})

    assert officer.made(f"/demands/{demand['id']}/publication-again", window(**SOON))["requester"] is None
