"""A home visit is claimed by those of its own community, and by whom this invited; with whom it was arranged, nobody is asked again."""

from datetime import timedelta

import pytest

from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from tests.support.demands import (
    GRANDFATHER,
    asked_for,
    give_role,
    organisation_of,
    place_count,
    published_demand,
    resident,
    team_led_by,
)
from tests.support.messages import kinds, tell_all
from tests.support.phone import refused

LATER = timedelta(days=30)


@pytest.fixture
def team(leader, street):
    return team_led_by(leader, street)


@pytest.fixture
def strangers(phone_of, street):
    """A team of the neighbouring community, and the phone of its leader."""
    phone = resident(phone_of, street, "团结社区")
    return phone, team_led_by(phone, street, "团结社区", name="邻里队")


def _arranged(officer, **fields):
    ends_on = (clock.shanghai_day(clock.now()) + LATER).isoformat()
    return officer.made("/arrangements", {"cause": "长期结对", "ends_on": ends_on} | fields)


def _elder(officer):
    return officer.seen("/beneficiaries")["items"][0]["id"]


def test_with_whom_an_elder_is_arranged_holds_the_place_at_once(officer, leader, team, street):
    first = published_demand(officer, street)
    other = published_demand(officer, street, beneficiary=GRANDFATHER)
    elder = officer.seen("/beneficiaries")["items"][-1]["id"]
    assert asked_for(leader, first, team)["status"] == "asked"
    leader.made(f"/claims/{leader.seen('/me/claims')['items'][0]['id']}/release", {"reason": "试一试"})

    made = _arranged(officer, team_id=team, beneficiary_id=elder)

    assert (made["holds"], made["home_id"], made["party_id"]) == (True, elder, team)
    assert asked_for(leader, first, team)["status"] == "held"
    assert leader.seen(f"/demands/{first['id']}/beneficiary")["called"] == "王奶奶"
    assert asked_for(leader, other, team)["status"] == "asked", "of another elder the community is asked"
    tell_all()
    assert "arrangement_made" in kinds(leader)


def test_an_area_is_arranged_down_to_its_grid(officer, leader, team, phone_of, street):
    here = officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平第一网格"]})["id"]
    in_grid = published_demand(officer, street, beneficiary=None, beneficiary_id=here)
    beside = published_demand(officer, street)
    staff = resident(phone_of, street)
    organisation = organisation_of(staff, street)

    _arranged(officer, organisation_id=organisation, area_id=street["和平第一网格"])

    assert asked_for(staff, in_grid, organisation_id=organisation)["status"] == "held"
    assert asked_for(staff, beside, organisation_id=organisation)["status"] == "asked"
    assert refused(leader.post("/claims", {"role_id": in_grid["role_id"], "team_id": team})) == (409, "opening_full")


def test_who_is_of_another_community_claims_by_invitation_only(officer, strangers, street):
    """A team of the neighbouring community that was invited claims as well as one from here."""
    phone, team = strangers
    demand = published_demand(officer, street, places=2)
    claim = {"role_id": demand["role_id"], "team_id": team}
    assert refused(phone.post("/claims", claim)) == (409, "claimant_not_invited")
    assert place_count(demand) == (0, 0)
    assert asked_for(phone, published_demand(officer, street, brand="red_ribbon"), team)["status"] == "held"

    invited = _arranged(officer, team_id=team, demand_id=demand["id"])

    assert phone.seen("/arrangements")["items"][0]["opening_id"] == demand["opening_id"]
    assert phone.made("/claims", claim)["status"] == "held"
    another = published_demand(officer, street, beneficiary=GRANDFATHER)
    assert refused(phone.post("/claims", claim | {"role_id": another["role_id"]})) == (409, "claimant_not_invited")
    assert street.next.officer.seen("/arrangements")["items"] == []
    assert invited["title"] == demand["title"]


def test_an_arrangement_ends_by_its_term_or_by_hand(officer, leader, team, phone_of, street, pass_time):
    published_demand(officer, street)
    held = _arranged(officer, team_id=team, beneficiary_id=_elder(officer))
    path = f"/arrangements/{held['id']}/end"
    assert refused(leader.post(path, {"reason": "不想去了"})) == (403, "forbidden")

    assert officer.made(path, {"reason": "队伍换人"})["end_reason"] == "队伍换人"

    assert refused(officer.post(path, {"reason": "又一次"})) == (409, "arrangement_over")
    assert asked_for(leader, published_demand(officer, street), team)["status"] == "asked"
    _arranged(officer, team_id=team, beneficiary_id=_elder(officer))
    pass_time(days=31)
    officer, leader = resident(phone_of, street), phone_of("leader")
    give_role(officer, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    assert officer.seen("/arrangements")["items"] == []
    assert len(officer.seen("/arrangements", holding="false")["items"]) == 2
    assert asked_for(leader, published_demand(officer, street), team)["status"] == "asked"


def test_who_arranges_what_with_whom(officer, leader, team, phone_of, street):
    demand = published_demand(officer, street)
    waiting = officer.made("/demands", {key: demand[key] for key in ("brand", "title", "community_id")} | _for(officer))
    soon = (clock.shanghai_day(clock.now()) + LATER).isoformat()
    form = {"cause": "结对", "ends_on": soon, "team_id": team}
    of_demand = form | {"demand_id": demand["id"]}
    here = form | {"area_id": street["和平社区"]}

    for phone in (leader, resident(phone_of, street), street.next.officer):
        assert refused(phone.post("/arrangements", here)) == (403, "forbidden")
    assert refused(street.next.officer.post("/arrangements", form | {"beneficiary_id": _elder(officer)})) == (404, "not_found")
    assert refused(officer.post("/arrangements", form | {"area_id": street["青山街道"]})) == (422, "area_not_served")
    assert refused(officer.post("/arrangements", here | {"team_id": street["和平社区"]})) == (422, "party_unknown")
    assert refused(officer.post("/arrangements", here | {"ends_on": "2020-01-01"})) == (422, "arrangement_term_invalid")
    assert refused(officer.post("/arrangements", form | {"demand_id": waiting["id"]})) == (409, "opening_over")
    assert refused(officer.post("/arrangements", of_demand | {"area_id": street["和平社区"]})) == (422, "invalid")
    give_role(leader, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    assert refused(leader.post("/arrangements", here)) == (403, "own_claim")
    officer.made(f"/demands/{demand['id']}/cancellation", {"reason": "老人住院"})
    assert refused(officer.post("/arrangements", of_demand)) == (409, "opening_over")
    gone = _elder(officer)
    officer.made(f"/demands/{waiting['id']}/return", {"reason": "老人住院"})
    officer.made(f"/beneficiaries/{gone}/ending", {"cause": "died"})
    assert refused(officer.post("/arrangements", form | {"beneficiary_id": gone})) == (409, "beneficiary_ended")


def _for(officer):
    return {"details": "聊聊天", "beneficiary_id": _elder(officer)}
