"""What lists of demands and claims show, to whom, and at what cost."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import event, update

from backend import brands
from backend.accounts.limits import Written
from backend.demands.models import Demand
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.database import db, transaction
from backend.openings import service as openings
from tests.support.demands import (
    GRANDMOTHER,
    HOME,
    area,
    claimed,
    demand_form,
    give_role,
    place_count,
    published_demand,
    resident,
    team_led_by,
    window,
)
from tests.support.phone import refused


def _ids(answer):
    return [line["id"] for line in answer["items"]]


def test_everybody_logged_in_sees_what_is_published_and_nothing_else(asker, officer, phone_of, client, street):
    published = published_demand(officer, street, by=asker)
    asker.made("/demands", demand_form(street))
    anybody = phone_of()

    lines = anybody.seen("/demands")["items"]

    assert [(line["id"], line["called"], line["age_band"], line["community"]) for line in lines] == [
        (published["id"], "王奶奶", "80至89岁", "和平社区")
    ]
    assert refused(client.get("/api/v1/demands")) == (401, "unauthenticated")


def test_what_concerns_only_the_claimant_is_shown_to_nobody_else(asker, officer, leader, phone_of, street):
    demand = published_demand(officer, street, by=asker, places=2)
    anybody, path = phone_of(), f"/demands/{demand['id']}"

    for answer in (anybody.get("/demands"), anybody.get(path), officer.get("/demands/in-care", status="published")):
        text = answer.get_data(as_text=True)
        assert HOME not in text
        assert "13800001234" not in text
        assert "王秀英" not in text
    assert (anybody.seen(path)["details"], anybody.seen(path)["requester"]) == (None, None)
    assert leader.seen(path)["details"] is None
    claimed(leader, demand, team_led_by(leader, street))
    assert leader.seen(path)["details"] == "老人听力不好"
    assert (officer.seen(path)["details"], asker.seen(path)["requester"]) == ("老人听力不好", "张*")


def test_a_demand_that_is_not_published_is_seen_by_its_community_and_who_asked(asker, officer, neighbour, phone_of, street):
    demand = asker.made("/demands", demand_form(street))
    path = f"/demands/{demand['id']}"

    for phone in (neighbour, phone_of(), resident(phone_of, street)):
        assert refused(phone.get(path)) == (404, "not_found")
        assert demand["id"] not in _ids(phone.seen("/demands/in-care"))
    assert officer.seen(path)["id"] == asker.seen(path)["id"] == demand["id"]
    worker = resident(phone_of, street)
    give_role(worker, Grant(Role.GRID_WORKER, area_path="639999001001001"))
    assert _ids(worker.seen("/demands/in-care")) == [demand["id"]]


def test_open_demands_are_found_by_community_brand_and_number(officer, street):
    visit = published_demand(officer, street)
    ribbon = published_demand(officer, street, brand="red_ribbon")
    other_officer = street.officer
    elsewhere = published_demand(other_officer, street, community="团结社区")

    assert _ids(officer.seen("/demands")) == [elsewhere["id"], ribbon["id"], visit["id"]]
    assert _ids(officer.seen("/demands", brand="red_ribbon")) == [ribbon["id"]]
    assert _ids(officer.seen("/demands", community_id=street["团结社区"])) == [elsewhere["id"]]
    assert _ids(officer.seen("/demands", number=visit["number"])) == [visit["id"]]
    assert _ids(officer.seen("/demands", number=visit["number"].replace("需", "xq"))) == [visit["id"]]
    assert _ids(officer.seen("/demands", number="需2026-999999")) == []


def test_demands_are_searched_by_parts_of_number_and_title_and_by_days(asker, officer, street):
    visit = published_demand(officer, street, by=asker, title="陪王奶奶散步 Ａ栋")
    ribbon = published_demand(officer, street, brand="red_ribbon", title="义诊")
    number = visit["number"]
    today = date.fromisoformat(visit["starts_at"][:10])

    for q in ("奶奶", "散", "a栋", "散步Ａ栋", "奶奶 散步", number, number[-6:], number.replace("需", "XQ"), f"{number[1:5]}- 散步"):
        assert _ids(officer.seen("/demands", q=q)) == [visit["id"]], q
    for q in ("散奶", "爷爷", "奶奶 义诊", "%", "_", "1380000"):
        assert _ids(officer.seen("/demands", q=q)) == [], q
    assert _ids(officer.seen("/demands/in-care", q="义诊", status="published")) == [ribbon["id"]]
    assert _ids(asker.seen("/me/demands", q="散步", status="published")) == [visit["id"]]
    assert _ids(asker.seen("/me/demands", q="义诊")) == []
    assert _ids(officer.seen("/demands", since=today, until=today, brand="red_ribbon")) == [ribbon["id"]]
    assert (
        _ids(officer.seen("/demands", since=today + timedelta(days=1))) == _ids(officer.seen("/demands", until=today - timedelta(1))) == []
    )
    assert refused(officer.get("/demands", q="13800001234")) == (422, "invalid")


def test_demands_of_one_on_the_register_are_found_by_who_may_look_into_it(asker, officer, neighbour, street):
    visit = published_demand(officer, street, by=asker)
    published_demand(officer, street, brand="red_ribbon")
    (elder,) = officer.seen("/beneficiaries")["items"]

    assert _ids(officer.seen("/demands/in-care", beneficiary_id=elder["id"], status="published")) == [visit["id"]]
    assert _ids(neighbour.seen("/demands/in-care", beneficiary_id=elder["id"], status="published")) == []
    assert _ids(street.officer.seen("/demands/in-care", beneficiary_id=elder["id"], status="published")) == []


def test_a_list_in_another_order_has_cursors_of_its_own_and_says_how_many_there_are(officer, street):
    made = [officer.made("/demands", demand_form(street)) for _ in range(3)]
    for demand, hours in zip(made, (5, 1, 3), strict=True):
        officer.made(f"/demands/{demand['id']}/publication", window(starts_in=timedelta(hours=hours)) | {"places": 1})
    soonest = [made[1]["id"], made[2]["id"], made[0]["id"]]

    first = officer.seen("/demands", sort="start", limit=2, count="true")
    assert (_ids(first), first["total"]) == (soonest[:2], {"number": 3, "or_more": False})
    second = officer.seen("/demands", sort="start", limit=2, cursor=first["next_cursor"])
    assert (_ids(second), second["total"]) == (soonest[2:], None)
    assert refused(officer.get("/demands", cursor=first["next_cursor"])) == (400, "cursor_invalid")
    assert officer.seen("/demands", q="没有这样的", count="true")["total"] == {"number": 0, "or_more": False}


def test_a_demand_with_places_of_two_roles_is_listed_once_with_the_places_of_both(officer, leader, phone_of, street):
    demand, other = published_demand(officer, street), resident(phone_of, street)
    brand, home = brands.brand("door_knock"), area(street)
    with transaction():
        window = {"starts_at": clock.now(), "ends_at": clock.now() + timedelta(hours=2), "now": clock.now()}
        of_home = {"brand": brand, "title": "看望老人", "area_id": home.id, "area_path": home.path}
        opening_id = openings.make_opening(roles={"陪聊": 1, "保洁": 1}, **of_home, **window)
        db.session.execute(update(Demand).where(Demand.id == UUID(demand["id"])).values(opening_id=opening_id))

    (line,) = officer.seen("/demands")["items"]
    assert (line["id"], line["taken"]) == (demand["id"], 0)
    claimed(leader, line, team_led_by(leader, street))
    (half,) = officer.seen("/demands")["items"]
    assert (half["taken"], half["role_id"] != line["role_id"]) == (1, True)
    claimed(other, half, team_led_by(other, street))
    assert _ids(officer.seen("/demands")) == []
    (full,) = officer.seen("/demands", with_room="false")["items"]
    assert full["taken"] == 2
    assert _ids(officer.seen("/demands/in-care", status="published")) == [demand["id"]]
    claims = officer.seen(f"/demands/{demand['id']}/claims")["items"]
    assert [(claim["role_name"], claim["starts_at"] < claim["ends_at"]) for claim in claims] == [("保洁", True), ("陪聊", True)]


def test_a_full_demand_and_one_whose_window_is_over_have_no_room(officer, leader, phone_of, street, pass_time):
    full, roomy = published_demand(officer, street), published_demand(officer, street)
    claimed(leader, full, team_led_by(leader, street))

    assert _ids(officer.seen("/demands")) == [roomy["id"]]
    assert _ids(officer.seen("/demands", with_room="false")) == [roomy["id"], full["id"]]
    pass_time(hours=3)
    assert _ids(phone_of("leader").seen("/demands")) == []


def test_a_list_is_turned_page_by_page(officer, street):
    made = [published_demand(officer, street)["id"] for _ in range(5)]
    waiting = [officer.made("/demands", demand_form(street))["id"] for _ in range(3)]

    def pages(path, **query):
        answer = officer.seen(path, limit=2, **query)
        yield _ids(answer)
        while answer["next_cursor"]:
            answer = officer.seen(path, limit=2, cursor=answer["next_cursor"], **query)
            yield _ids(answer)

    assert list(pages("/demands")) == [[made[4], made[3]], [made[2], made[1]], [made[0]]]
    assert list(pages("/demands/in-care")) == [[waiting[0], waiting[1]], [waiting[2]]]
    assert [line for page in pages("/me/demands") for line in page] == list(reversed(made + waiting))
    assert refused(officer.get("/demands", cursor="garbage")) == (400, "cursor_invalid")
    assert refused(officer.get("/demands/in-care", cursor=officer.seen("/demands", limit=1)["next_cursor"])) == (400, "cursor_invalid")


def test_claims_are_listed_to_their_claimants_and_to_the_community(officer, neighbour, asker, leader, phone_of, street):
    demand = published_demand(officer, street, places=3, by=asker)
    team_id = team_led_by(leader, street)
    claim = claimed(leader, demand, team_id)
    member = resident(phone_of, street)
    give_role(member, Grant(Role.PARTY_MEMBER, area_path="639999001001"))
    own = claimed(member, demand, as_person=True)
    released = leader.made(f"/claims/{claim['id']}/release", {"reason": "改时间"})
    again = claimed(leader, demand, team_id)

    assert _ids(leader.seen("/me/claims")) == [again["id"], released["id"]]
    assert _ids(leader.seen("/me/claims", status="held")) == [again["id"]]
    mine = member.seen("/me/claims")["items"]
    assert [(line["id"], line["demand_id"], line["title"], line["claimant_name"]) for line in mine] == [
        (own["id"], demand["id"], "每周看望一次", "张三")
    ]
    path = f"/demands/{demand['id']}/claims"
    assert _ids(officer.seen(path)) == _ids(asker.seen(path)) == [again["id"], own["id"], released["id"]]
    assert refused(leader.get(path)) == (403, "forbidden")
    assert refused(neighbour.get(path)) == (403, "forbidden")
    assert refused(member.get(f"/claims/{again['id']}")) == (404, "not_found")
    assert _ids(officer.seen("/me/claims")) == []
    assert place_count(demand) == (2, 2)


def test_claims_of_what_is_not_published_are_none_or_not_found(asker, officer, phone_of, street):
    demand = asker.made("/demands", demand_form(street))

    assert officer.seen(f"/demands/{demand['id']}/claims") == {"items": [], "next_cursor": None, "total": None}
    assert refused(phone_of().get(f"/demands/{demand['id']}/claims")) == (404, "not_found")


def test_thirty_rows_cost_as_many_statements_as_three(officer, leader, street, bounds):
    bounds(Written.CLAIM, open=100)
    team_id = team_led_by(leader, street)
    lists = (
        (officer, "/demands"),
        (officer, "/demands/in-care"),
        (officer, "/me/demands"),
        (leader, "/me/claims"),
        (officer, "/beneficiaries"),
    )

    def fill(count):
        for _ in range(count):
            claimed(leader, published_demand(officer, street, places=2, brand="red_ribbon"), team_id)
            officer.made("/demands", demand_form(street, beneficiary=next(elders)))

    elders = (GRANDMOTHER | {"name": f"王秀{chr(0x4E00 + i)}", "address": f"和平路{i}号", "phone": f"138000012{i:02d}"} for i in range(30))
    fill(3)
    few = [_statements(*each) for each in lists]
    fill(27)
    assert [_statements(*each) for each in lists] == few


def _statements(viewer, path):
    sent = []

    def note(*given):
        sent.append(given[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert len(viewer.seen(path, limit=100)["items"]) >= 3
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(sent)


def test_the_catalogue_of_brands_is_shown(phone_of):
    items = phone_of().seen("/brands")["items"]

    assert [(line["code"], line["name"], line["needs_beneficiary"]) for line in items] == [
        ("door_knock", "爱心敲门", True),
        ("red_ribbon", "红丝带", False),
        ("sunset_wish", "晚霞心愿", True),
    ]


def test_what_is_ones_own_is_listed_from_either_end_and_claims_by_when_it_begins(asker, officer, leader, street):
    team_id, demands = team_led_by(leader, street), []
    for hours in (3, 1):
        asked = asker.made("/demands", demand_form(street))
        officer.made(f"/demands/{asked['id']}/publication", window(starts_in=timedelta(hours=hours)) | {"places": 1})
        demands.append(officer.seen(f"/demands/{asked['id']}"))
    claims = [claimed(leader, demand, team_id)["id"] for demand in demands]

    assert _ids(asker.seen("/me/demands", sort="earliest")) == [demand["id"] for demand in demands]
    assert _ids(asker.seen("/me/demands")) == [demand["id"] for demand in demands[::-1]]
    assert _ids(leader.seen("/me/claims", sort="earliest")) == claims
    assert _ids(leader.seen("/me/claims")) == _ids(leader.seen("/me/claims", sort="start")) == claims[::-1]
    page = leader.seen("/me/claims", sort="start", limit=1)
    assert _ids(leader.seen("/me/claims", sort="start", limit=1, cursor=page["next_cursor"])) == claims[:1]
    for other in ({}, {"sort": "earliest"}):
        assert refused(leader.get("/me/claims", cursor=page["next_cursor"], **other)) == (400, "cursor_invalid")
