"""The first screen: what is mine today in one answer, as often asked for much as for little; and how a phone is to show it."""

from datetime import datetime, timedelta

from backend.foundation import clock
from tests.support.attendance import Visit, counted_statements
from tests.support.demands import demand_form, published_demand
from tests.support.messages import tell_all
from tests.support.phone import refused


def test_it_shows_what_the_lists_show_in_as_many_statements_for_much_as_for_little(street, officer, phone_of):
    visit = Visit(street)
    phone = visit.member
    with counted_statements() as few:
        first = phone.seen("/me/home")
    assert ([shift["id"] for shift in first["shifts"]], first["waiting"]) == ([visit.shift_id], [])
    assert first["shifts"][0]["demand_id"] == visit.demand["id"]
    assert abs(datetime.fromisoformat(first["now"]) - clock.now()) < timedelta(minutes=1)

    here = [published_demand(officer, street, brand="red_ribbon", places=2)["id"] for _ in range(3)]
    there = published_demand(street.next.officer, street, brand="red_ribbon", community="团结社区")["id"]
    officer.made("/demands", demand_form(street))
    tell_all()
    with counted_statements() as many:
        home = phone.seen("/me/home")
    assert len(many) == len(few)
    assert {demand["id"] for demand in home["demands"]} == set(here), "of one's own community, with room"
    assert home["unread"] == phone.seen("/me/messages/count")["unread"] > 0
    assert officer.seen("/me/home")["waiting"] == officer.seen("/me/waiting")["items"] != []
    stranger = phone_of()
    assert {demand["id"] for demand in stranger.seen("/me/home")["demands"]} == {*here, there}

    phone.put("/me/preferences", {"elder_mode": False, "community_ids": [street["团结社区"]]})
    assert [demand["id"] for demand in phone.seen("/me/home")["demands"]] == [there]


def test_a_phone_is_told_how_to_show_itself_wherever_one_logs_in(street, phone_of):
    phone = phone_of("zhang")
    assert phone.seen("/me/preferences") == {"elder_mode": False, "communities": []}
    said = {"elder_mode": True, "community_ids": [street["团结社区"], street["和平社区"]]}
    answer = phone.put("/me/preferences", said)
    assert answer.status_code == 200
    assert [one["name"] for one in answer.get_json()["communities"]] == ["团结社区", "和平社区"]
    assert phone_of("zhang").seen("/me/home")["preferences"] == answer.get_json()
    wrong = phone.put("/me/preferences", said | {"community_ids": [street["和平社区"], street["青山街道"]]})
    assert (refused(wrong), list(wrong.get_json()["errors"])) == ((422, "not_a_community"), ["community_ids"])
    assert refused(phone.put("/me/preferences", {"elder_mode": True}))[0] == 422
    assert phone_of("li").seen("/me/preferences")["elder_mode"] is False, "nobody else's"
