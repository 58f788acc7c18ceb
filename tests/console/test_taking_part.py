"""What leaders, staff and Party members do in the console: find a need, claim it for one of theirs, see their claims, people and hours."""

import csv
import io
from uuid import UUID

import pytest

from tests.console.test_scan_login import agree, asked, typed
from tests.console.test_teams import sent
from tests.support.attendance import Visit, counted_statements
from tests.support.browser import Browser, led_to, text_of
from tests.support.demands import organisation_of, place_count, published_demand
from tests.support.phone import Phone

PLACES = ("可认领的需求", "我们的认领", "我们的人与时长")


@pytest.fixture
def browser_by_scan(app):
    """A browser in which the holder of a phone has logged in by 扫码登录."""

    def of(phone: Phone) -> Browser:
        browser = Browser(app)
        assert led_to(typed(browser, agree(phone, asked(browser)))) == "/console/"
        return browser

    return of


def written(kind: str, claimant_id: str) -> str:
    return f"{kind}:{UUID(claimant_id).hex}"


def test_a_leader_finds_a_need_claims_it_for_the_team_and_gives_it_back(browser_by_scan, street):
    officer, (leader, member, team_id) = street.home.officer, street.home.visitors
    demand = published_demand(officer, street, brand="red_ribbon", title="清扫楼道")
    browser, others = browser_by_scan(leader), browser_by_scan(member)
    assert [place in text_of(browser.get("/console/")) for place in PLACES] == [True, True, True]
    assert [place in text_of(others.get("/console/")) for place in PLACES] == [False, False, False]
    assert [demand["title"] in text_of(browser.get(f"/console/open-demands?{end}")) for end in ("", "q=清扫", "q=理发")] == [
        True,
        True,
        False,
    ]
    page = browser.get(f"/console/demands/{demand['id']}")
    assert f'href="/console/demands/{demand["id"]}/claim"' in page.text
    assert "/claim" not in others.get(f"/console/demands/{demand['id']}").text
    assert others.get(f"/console/demands/{demand['id']}/claim").status_code == 403

    claim = f"/console/demands/{demand['id']}/claim"
    assert written("team", team_id) in browser.get(claim).text
    unsaid, wrong = sent(browser, claim), sent(browser, claim, claimant="team:1")
    assert unsaid.status_code == 422
    assert (wrong.status_code, "请选择由谁认领" in text_of(wrong)) == (422, True)
    assert sent(others, claim, claimant=written("team", team_id)).status_code == 403
    assert place_count(demand) == (0, 0)
    assert led_to(sent(browser, claim, claimant=written("team", team_id))) == "/console/own-claims"
    assert place_count(demand) == (1, 1)

    mine = text_of(browser.get("/console/own-claims"))
    assert [said for said in (demand["title"], "服务队·", "已认领") if said not in mine] == []
    (claim_id,) = [line["id"] for line in leader.seen("/me/claims")["items"]]
    assert f'href="/console/claims/{claim_id}"' in browser.get(f"/console/demands/{demand['id']}").text
    assert demand["title"] in text_of(browser.get("/console/shifts"))
    assert led_to(sent(browser, f"/console/claims/{claim_id}/release", reason="人手不够")) == f"/console/claims/{claim_id}"
    assert place_count(demand) == (0, 0)
    assert "没有符合条件的认领" in text_of(browser.get("/console/own-claims?status=held"))


def test_a_visit_waits_for_the_community_and_another_service_at_the_time_does_not_stop_a_body(browser_by_scan, street):
    with_person = street.home.volunteer(name="吴干事")
    organisation_id = organisation_of(with_person, street)
    visit = published_demand(street.home.officer, street)
    browser = browser_by_scan(with_person)
    address = f"/console/demands/{visit['id']}/claim"
    assert "上门服务须经社区同意" in text_of(browser.get(address))
    assert led_to(sent(browser, address, claimant=written("organisation", organisation_id))) == "/console/own-claims"
    assert "待答复" in text_of(browser.get("/console/own-claims?status=asked"))


def test_the_year_of_a_team_is_summed_told_by_person_and_one_by_one_and_taken_along(browser_by_scan, street, pass_time):
    visit = Visit(street)
    visit.served(pass_time)
    browser = browser_by_scan(visit.leader)
    bodies = browser.get("/console/served")
    assert (f"/console/teams/{visit.team_id}/members" in bodies.text, "队员" in text_of(bodies)) == (True, True)
    address = f"/console/served/team/{visit.team_id}"
    years = visit.leader.seen("/served/years", served_for="team", served_for_id=visit.team_id)["items"]
    with counted_statements() as statements:
        page = browser.get(address)
    assert len(statements) <= 16
    assert all(f"{one['year']}年" in text_of(page) for one in years)
    year = years[0]["year"]
    people = browser.get(f"{address}/people?year={year}")
    assert "person_id=" in people.text
    assert visit.demand["title"] in text_of(browser.get(f"{address}/services?year={year}"))
    assert "没有符合条件的服务记录" in text_of(browser.get(f"{address}/services?q=理发"))
    taken = browser.get(f"{address}/file?year={year}")
    rows = list(csv.reader(io.StringIO(taken.get_data().decode("utf-8-sig"))))
    assert [row[rows[0].index("服务")] for row in rows[1:]] == [visit.demand["title"]]
    assert browser.get(f"/console/served/team/{UUID(int=0)}").status_code == 404
    outside = browser_by_scan(visit.member)
    assert [outside.get(f"{address}{end}").status_code for end in ("", "/people", "/services", "/file")] == [404] * 4
