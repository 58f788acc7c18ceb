"""Who asked agrees to nothing any more: their own need ends, and that of an elder stays, with the community."""

from backend.foundation import clock, outbox
from tests.support.attendance import Visit
from tests.support.demands import asked_for, demand_form, published_demand
from tests.support.messages import kinds


def withdrawing(phone):
    phone.made("/me/consents/withdrawal", {"notice": "identity"})
    while outbox.deliver_batch("demands", now=clock.now()):
        pass


def test_what_they_need_themselves_is_withdrawn_or_called_off_and_who_claimed_is_told(street, officer, leader, team):
    resident = street.home.resident
    waiting, returned = (resident.made("/demands", demand_form(street, brand="red_ribbon")) for _ in range(2))
    officer.made(f"/demands/{returned['id']}/return", {"reason": "请补充时间"})
    published = published_demand(officer, street, by=resident, brand="red_ribbon")
    asked_for(leader, published, team)
    withdrawing(resident)
    assert [officer.seen(f"/demands/{one['id']}")["status"] for one in (waiting, returned)] == ["withdrawn"] * 2
    assert officer.seen(f"/demands/{published['id']}")["status"] == "cancelled"
    assert "demand_ended_by_itself" in kinds(officer)
    assert [line["status"] for line in leader.seen("/me/claims")["items"]] == ["released"]


def test_what_an_elder_needs_stays_and_is_the_communitys(street, officer, leader, team):
    resident = street.home.resident
    waiting, returned = (resident.made("/demands", demand_form(street)) for _ in range(2))
    officer.made(f"/demands/{returned['id']}/return", {"reason": "请补充时间"})
    published = published_demand(officer, street, by=resident)
    asked_for(leader, published, team)
    withdrawing(resident)
    assert [officer.seen(f"/demands/{one['id']}")["status"] for one in (waiting, published)] == ["submitted", "published"]
    assert officer.seen(f"/demands/{published['id']}")["requester"] is None
    assert [line["id"] for line in resident.seen("/me/demands")["items"]] == [published["id"]], "what everybody may read"
    assert officer.made(f"/demands/{returned['id']}/submission", {"details": "每周三上午"})["requester"] is None
    assert kinds(officer).count("demand_handed_over") == 3
    assert "claimed_demand_handed_over" in kinds(leader)
    assert [line["status"] for line in leader.seen("/me/claims")["items"]] == ["asked"]


def test_what_has_begun_goes_on_and_the_community_confirms(street, pass_time):
    resident = street.home.resident
    visit = Visit(street, requester=resident, brand="red_ribbon")
    visit.sign_in()
    withdrawing(resident)
    assert visit.officer.seen(f"/demands/{visit.demand['id']}")["requester"] is None
    pass_time(minutes=30)
    fact_id = visit.sign_out()["fact_id"]
    visit.officer.made(f"/services/{fact_id}/confirmation")
    assert visit.officer.seen(f"/demands/{visit.demand['id']}")["status"] == "published"
