"""What everybody who may claim has to know is for everybody; what only the accepted one needs is for that one."""

from backend import brands
from tests.support.demands import asked_for, claimed, demand_form, published_demand, team_led_by, window
from tests.support.phone import refused

TOLD = {
    "content": "陪老人聊天",
    "place_in_words": "和平社区东侧",
    "conditions": "两人同行",
    "risks": "楼道较暗",
    "safeguards": "网格员在楼下等候",
}


def test_everybody_reads_what_is_announced_and_only_the_accepted_one_the_details(officer, leader, phone_of, street):
    demand = officer.made("/demands", demand_form(street))
    officer.made(f"/demands/{demand['id']}/publication", window() | TOLD)
    path = f"/demands/{demand['id']}"
    passer_by = phone_of()

    for phone in (passer_by, leader):
        seen = phone.seen(path)
        assert {name: seen[name] for name in TOLD} == TOLD
        assert seen["details"] is None
    team_id = team_led_by(leader, street)
    other = published_demand(officer, street)
    asked_for(leader, other, team_id)
    assert leader.seen(f"/demands/{other['id']}")["details"] is None, "who only asked is not accepted"
    claimed(leader, demand | {"role_id": passer_by.seen(path)["role_id"]}, team_id)
    assert leader.seen(path)["details"] == demand["details"]


def test_where_nothing_is_said_the_words_of_the_brand_stand(officer, phone_of, street):
    demand = published_demand(officer, street)
    brand = brands.brand("door_knock")

    seen = phone_of().seen(f"/demands/{demand['id']}")

    words = ("content", "conditions", "risks", "safeguards")
    assert [seen[word] for word in words] == [getattr(brand, word) for word in words]
    assert all(seen[word] for word in words)


def test_everybody_knows_before_claiming_whether_the_community_is_asked_and_how_many_may_come(officer, phone_of, street):
    demand = officer.made("/demands", demand_form(street))
    assert (demand["asks_first"], demand["people_per_place"]) == (None, None), "nothing is to be claimed yet"
    officer.made(f"/demands/{demand['id']}/publication", window() | {"people_per_place": 3})
    outdoors = published_demand(officer, street, brand="red_ribbon")

    home, other = (phone_of().seen(f"/demands/{one['id']}") for one in (demand, outdoors))

    assert (home["asks_first"], home["people_per_place"]) == (True, 3)
    assert (other["asks_first"], other["people_per_place"]) == (False, brands.brand("red_ribbon").people_per_place)


def test_what_is_announced_names_nobody(officer, street):
    demand = officer.made("/demands", demand_form(street))
    path = f"/demands/{demand['id']}/publication"

    for field in TOLD:
        answer = officer.post(path, window() | {field: "看望王秀英"})
        assert (refused(answer), list(answer.get_json()["errors"])) == ((422, "names_beneficiary"), [field])
        assert refused(officer.post(path, window() | {field: "打电话13800001234"}))[0] == 422
