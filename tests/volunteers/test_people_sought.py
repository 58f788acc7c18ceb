"""Lists about people are searched by number and by name, by who may know it; what a viewer may not open is in no search and no count."""

from datetime import timedelta

from backend.foundation import clock
from backend.foundation.actor import Role
from tests.support.demands import GRANDFATHER, published_demand
from tests.support.late_entries import past_form
from tests.support.people import identity_number


def found(phone, path, **query):
    """Ids of the lines, as many as are counted."""
    answer = phone.seen(path, count="true", **query)
    assert answer["total"] == {"number": len(answer["items"]), "or_more": False}
    return [line["id"] for line in answer["items"]]


def test_what_the_desk_works_off_is_found_by_whose_it_is(street):
    home, officer, district = street.home, street.home.officer, street.district_officer
    wisher = street.next.volunteer(name="迁居人")
    paper = {"name": "陈新名", "id_number": identity_number(), "proof": "id_card"}
    applicant = street.phone()
    # A list, what is on it, by which part of a name, and who else sees that it is there without knowing whose it is.
    proxy_id = home.proxy_id
    made = [
        ("/proxies", proxy_id, "邻居", [district]),
        ("/identity-corrections", officer.made(f"/people/{home.proxy.person_id}/corrections", paper)["id"], "邻居", []),
        ("/account-recoveries", applicant.made("/account-recoveries", home.proxy.card)["id"], "陈邻", [applicant]),
        ("/relocations", wisher.made("/me/relocations", {"community_id": street["和平社区"]})["id"], "迁居", []),
    ]
    today = clock.shanghai_day(clock.now())
    for path, one, name, unknowing in made:
        knowing = street.officer if path == "/relocations" else officer
        assert found(knowing, path, q=name, community_id=street["和平社区"]) == [one], path
        assert found(knowing, path, q="没有") == found(knowing, path, community_id=street["团结社区"]) == [], path
        assert found(knowing, path, until="2020-01-01") == [], path
        assert found(knowing, path, since=today) == [one], path
        assert found(street.far_officer, path, q=name) == found(street.next.grid_worker, path, q=name) == [], path
        for phone in unknowing:
            if found(phone, path):
                assert found(phone, path, q=name) == found(phone, path, q=name[0]) == [], (path, name)
    assert found(applicant, "/account-recoveries") == [made[2][1]]
    assert found(applicant, "/account-recoveries", community_id=street["和平社区"]) == [], "nor where it is"
    # Whose wish it is stands masked before the community that is asked, with the number.
    assert found(officer, "/relocations", q="迁居") == []
    assert found(officer, "/relocations", q=wisher.volunteer_number[-4:]) == [made[3][1]]


def test_late_entries_arrangements_and_offices_are_found_again(street):
    home, officer = street.home, street.home.officer
    served = home.volunteer(name="欧阳小明")
    entry = officer.made("/late-entries", past_form(street["和平社区"], served.volunteer_number, "欧阳小明"))["id"]
    demand = published_demand(officer, street)
    until = clock.shanghai_day(clock.now()) + timedelta(days=30)
    term = {"team_id": home.team_id, "cause": "长期结对", "ends_on": until.isoformat()}
    invited = officer.made("/arrangements", term | {"demand_id": demand["id"]})["id"]
    arranged = officer.made("/arrangements", term | {"area_id": street["和平社区"]})["id"]
    yesterday = clock.shanghai_day(clock.now()) - timedelta(days=1)

    for query in ({"q": "扫主路 雪"}, {"person": "小明"}, {"person": served.volunteer_number}, {"since": yesterday, "until": yesterday}):
        assert found(officer, "/late-entries", brand="red_ribbon", **query) == [entry], query
        assert found(street.next.officer, "/late-entries", **query) == []
    assert found(street.district_officer, "/late-entries", person="小明") == []
    for query in ({"q": "扫雪"}, {"person": "王"}, {"brand": "door_knock"}, {"until": "2020-01-01"}, {"team_id": home.team_id}):
        assert found(officer, "/late-entries", **query) == [], query

    assert found(officer, "/arrangements", team_id=home.team_id, since=until, until=until) == [arranged, invited]
    assert found(officer, "/arrangements", demand_number=demand["number"][-5:]) == [invited]
    for other in ({"area_id": street["团结社区"]}, {"organisation_id": home.team_id}, {"work_unit_id": home.team_id}):
        assert found(officer, "/arrangements", **other) == [], other

    login = next(line["login_name"] for line in street.officer.seen("/role-grants")["items"] if line["account_id"] == officer.account_id)
    (office,) = found(street.officer, "/role-grants", login_name=login[1:].upper())
    assert found(street.officer, "/role-grants", login_name=login, role="grid_worker") == []
    assert found(street.far_officer, "/role-grants", login_name=login) == []
    assert office not in found(street.officer, "/role-grants", q="没有")


def test_the_register_is_searched_by_how_lists_call_them_and_by_name_where_it_may_be_read(street, administrator):
    officer = street.home.officer
    visit = published_demand(officer, street)
    other = officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平第一网格"]})["id"]
    (elder,) = found(officer, "/beneficiaries", q="奶奶")

    assert visit["called"] == "王奶奶"
    assert found(officer, "/beneficiaries", q="秀英") == found(officer, "/beneficiaries", q="王 奶") == [elder]
    assert found(officer, "/beneficiaries", q="德山", area_id=street["和平第一网格"], ended="false") == [other]
    assert found(officer, "/beneficiaries", ended="true") == found(officer, "/beneficiaries", until="2020-01-01") == []
    assert found(officer, "/beneficiaries", basis="duty_of_care") == []
    # Whose papers nobody has seen looks and reads nothing in clear.
    unknown = administrator(Role.COMMUNITY_OFFICER, street.home.path, known=False)
    assert found(unknown, "/beneficiaries", q="奶奶") == [elder]
    assert found(unknown, "/beneficiaries", q="秀英") == []
    worker = street.home.grid_worker
    assert found(worker, "/beneficiaries", q="德山") == [other]
    assert found(worker, "/beneficiaries", q="秀英") == found(street.next.officer, "/beneficiaries", q="秀英") == []
