"""What becomes of somebody on record: found twice, moved, tied to a person, ended, and forgotten as far as nobody needs them."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from backend.demands.models import Beneficiary, Demand
from backend.foundation.actor import Grant, Role
from backend.foundation.database import db
from backend.people.models import Person
from tasks.housekeeping import erase_beneficiaries
from tests.support.demands import (
    GRANDFATHER,
    GRANDMOTHER,
    HOME,
    claimed,
    demand_form,
    give_role,
    published_demand,
    resident,
    team_led_by,
    window,
)
from tests.support.phone import refused


@pytest.fixture
def grandmother(officer, street):
    return officer.made("/beneficiaries", GRANDMOTHER | {"area_id": street["和平社区"]})["id"]


def _row(beneficiary_id):
    db.session.rollback()
    return db.session.get_one(Beneficiary, UUID(beneficiary_id))


def _asked_for(officer, street, beneficiary_id):
    return officer.made("/demands", demand_form(street, beneficiary=None, beneficiary_id=beneficiary_id))


def test_two_rows_of_one_elder_become_one_and_what_was_served_follows(officer, leader, asker, street):
    """A resident brought her once more; the community sees it, and keeps the row that it knows."""
    kept = officer.made("/beneficiaries", GRANDMOTHER | {"area_id": street["和平社区"], "born_in": None, "adult": True})["id"]
    twin = GRANDMOTHER | {"called": "邻居奶奶"}
    demand = asker.made("/demands", demand_form(street, beneficiary=twin))
    demand = officer.made(f"/demands/{demand['id']}/publication", window())
    claimed(leader, demand, team_led_by(leader, street))
    leader.seen(f"/demands/{demand['id']}/beneficiary")
    [similar] = officer.seen(f"/beneficiaries/{kept}")["similar"]
    other = officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平社区"]})["id"]
    for wrong in (similar["id"], street["和平社区"]):
        answer = officer.post(f"/beneficiaries/{similar['id']}/merge", {"into_id": wrong})
        assert refused(answer) in ((422, "not_the_same"), (404, "not_found"))

    merged = officer.made(f"/beneficiaries/{similar['id']}/merge", {"into_id": kept})

    assert (merged["end_cause"], merged["merged_into_id"], merged["has_address"]) == ("merged", kept, False)
    assert _row(kept).born_in == 1942
    served = select(func.count(Demand.beneficiary_id.distinct()))
    assert db.session.scalar(served) == 1
    assert leader.seen(f"/demands/{demand['id']}/beneficiary")["called"] == "王奶奶"
    [_, line] = officer.seen(f"/beneficiaries/{kept}/reveals")["items"]
    assert (line["role"], line["claimant"][:3]) == ("team_leader", "敲门队")
    assert officer.seen(f"/beneficiaries/{kept}")["similar"] == []
    assert officer.seen(f"/beneficiaries/{other}/reveals")["items"] == []
    assert refused(officer.post(f"/beneficiaries/{similar['id']}/merge", {"into_id": kept})) == (409, "beneficiary_ended")


def test_who_moves_to_another_community_is_visited_from_there(officer, street, grandmother):
    demand = _asked_for(officer, street, grandmother)
    home = {"area_id": street["团结社区"], "address": "团结路 6号"}
    answer = officer.post(f"/beneficiaries/{grandmother}/move", home)
    assert refused(answer) == (409, "demands_open")
    assert answer.get_json()["demands"] == [demand["id"]]
    officer.made(f"/beneficiaries/{grandmother}/move", {"area_id": street["和平社区"], "address": "和平路9号"})
    assert officer.seen(f"/demands/{demand['id']}/beneficiary")["address"] == "和平路9号"
    officer.made(f"/demands/{demand['id']}/return", {"reason": "已搬走"})

    officer.made(f"/beneficiaries/{grandmother}/door-code")
    officer.made(f"/beneficiaries/{grandmother}/move", home | {"phone": "0951-5557777"})

    assert refused(street.next.officer.post(f"/beneficiaries/{grandmother}/door-code/end")) == (409, "no_door_code")
    assert refused(officer.get(f"/beneficiaries/{grandmother}")) == (404, "not_found")
    assert street.next.officer.seen("/beneficiaries")["items"][0]["area"] == "团结社区"
    assert officer.seen(f"/demands/{demand['id']}")["community"] == "和平社区"
    there = demand_form(street, community="团结社区", beneficiary=None, beneficiary_id=grandmother)
    again = street.next.officer.made("/demands", there)
    seen = street.next.officer.seen(f"/demands/{again['id']}/beneficiary")
    assert (seen["address"], seen["phone"]) == ("团结路6号", "09515557777")


def test_nobody_is_sent_to_who_wishes_it_no_longer(officer, street, grandmother):
    demand = _asked_for(officer, street, grandmother)
    path = f"/beneficiaries/{grandmother}/ending"
    assert refused(officer.post(path, {"cause": "no_longer_wishes"})) == (409, "demands_open")
    officer.made(f"/demands/{demand['id']}/return", {"reason": "老人不愿意"})
    assert refused(officer.post(path, {"cause": "merged"})) == (422, "invalid")

    assert officer.made(path, {"cause": "no_longer_wishes"})["end_cause"] == "no_longer_wishes"

    assert refused(officer.get(f"/demands/{demand['id']}/beneficiary")) == (409, "beneficiary_ended")
    wanted = {"field": "phone", "purpose": "contact", "note": "告知"}
    assert refused(officer.post(f"/beneficiaries/{grandmother}/reveals", wanted)) == (409, "beneficiary_ended")
    chosen = demand_form(street, beneficiary=None, beneficiary_id=grandmother)
    assert refused(officer.post("/demands", chosen)) == (409, "beneficiary_ended")
    officer.made("/beneficiaries", GRANDMOTHER | {"area_id": street["和平社区"]})


def test_a_proxy_asks_for_the_elder_whom_the_community_knows(officer, phone_of, street, grandmother):
    elder, proxy = resident(phone_of, street), resident(phone_of, street)
    give_role(proxy, Grant(Role.PROXY, person_id=UUID(elder.person_id)))
    form = demand_form(street, beneficiary=None, requester_person_id=elder.person_id)
    assert refused(proxy.post("/demands", form)) == (422, "beneficiary_needed")
    elsewhere = resident(phone_of, street, "团结社区")
    tie = f"/beneficiaries/{grandmother}/person"
    assert refused(officer.post(tie, {"person_id": elsewhere.person_id})) == (422, "person_not_here")

    assert officer.made(tie, {"person_id": elder.person_id})["person_id"] == elder.person_id

    for chosen in (None, grandmother):
        demand = proxy.made("/demands", form | {"beneficiary_id": chosen})
        assert officer.seen(f"/demands/{demand['id']}/beneficiary")["address"] == HOME
    assert refused(resident(phone_of, street).post("/demands", demand_form(street, beneficiary=None, beneficiary_id=grandmother))) == (
        422,
        "beneficiary_unknown",
    )
    officer.made(f"/beneficiaries/{grandmother}/reveals", {"field": "phone", "purpose": "contact", "note": "约时间"})
    assert proxy.seen("/me/reveals")["items"][0]["note"] == "约时间"
    other = officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平社区"]})["id"]
    assert refused(officer.post(f"/beneficiaries/{other}/person", {"person_id": elder.person_id})) == (409, "person_tied")


def test_who_asks_for_themselves_is_known_the_next_time(officer, asker, street):
    own = GRANDMOTHER | {"name": _name_of(asker), "called": "本人"}
    asker.made("/demands", demand_form(street, beneficiary=own))

    asker.made("/demands", demand_form(street, beneficiary=own | {"address": "记错了的门牌"}))
    asker.made("/demands", demand_form(street, beneficiary=None))

    assert [line["called"] for line in officer.seen("/beneficiaries")["items"]] == ["本人"]


def _name_of(phone):
    return db.session.get_one(Person, UUID(phone.person_id)).name


def test_what_nobody_needs_any_more_is_erased_and_the_row_stays(officer, street, phone_of, pass_time):
    needed = officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平社区"]})["id"]
    visit = published_demand(officer, street, beneficiary=GRANDMOTHER | {"contact_note": "听力不好"})
    _asked_for(officer, street, needed)
    unneeded = officer.seen("/beneficiaries")["items"][0]["id"]
    officer.made(f"/demands/{visit['id']}/cancellation", {"reason": "老人住院"})
    pass_time(days=23 * 30)
    erase_beneficiaries()
    assert _row(unneeded).address_sealed is not None
    pass_time(days=45)
    erase_beneficiaries()

    row = _row(unneeded)
    assert (row.address_sealed, row.address_index, row.phone_sealed, row.phone_index, row.contact_note_sealed) == (None,) * 5
    assert row.name == GRANDMOTHER["name"]
    assert _row(needed).address_sealed is not None, "a demand waits"
    officer = resident(phone_of, street)
    give_role(officer, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    chosen = demand_form(street, beneficiary=None, beneficiary_id=unneeded)
    assert officer.seen(f"/beneficiaries/{unneeded}")["has_address"] is False
    assert refused(officer.post("/demands", chosen)) == (409, "address_erased")
    officer.made(f"/beneficiaries/{unneeded}/move", {"area_id": street["和平社区"], "address": HOME})
    officer.made("/demands", chosen)


def test_of_who_ended_the_address_goes_sooner(officer, grandmother, pass_time):
    officer.made(f"/beneficiaries/{grandmother}/ending", {"cause": "died"})
    pass_time(days=80)
    erase_beneficiaries()
    assert _row(grandmother).address_sealed is not None
    pass_time(days=15)
    erase_beneficiaries()
    assert _row(grandmother).address_sealed is None
