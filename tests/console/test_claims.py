"""Claims in the console: what waits is accepted or refused from its list, and a place is given back, by who
may, and with what that does said before."""

import re
from uuid import UUID, uuid4

import pytest

from backend.attendance.service import ClaimCommand, commands_on_claim
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import transaction
from backend.openings.service import OwnClaim
from tests.console.test_demands import browser_of
from tests.console.test_teams import sent
from tests.support.attendance import Visit, counted_statements
from tests.support.browser import Browser, led_to, text_of
from tests.support.demands import asked_for, place_count, published_demand

TO_ANSWER = "/console/claims?for_me=true"


@pytest.fixture
def browser(app, street) -> Browser:
    return browser_of(app)


def address(claim_id: str, rest: str = "") -> str:
    return f"/console/claims/{claim_id}{rest}"


def offered_on(browser: Browser, claim_id: str) -> list[str]:
    """What the page of a claim lets the viewer do."""
    page = browser.get(address(claim_id))
    assert page.status_code == 200
    return re.findall(r'<a class="button[^>]*>([^<]*)<', page.text)


def test_what_is_asked_for_is_accepted_or_refused_from_the_list_of_what_waits(browser, app, street):
    officer, (leader, _, team_id) = street.home.officer, street.home.visitors
    demand = published_demand(officer, street, places=2)
    claim = asked_for(leader, demand, team_id)
    assert f'href="{TO_ANSWER}"'.replace("&", "&amp;") in browser.get("/console/").text
    listed = browser.get(TO_ANSWER)
    assert (f'href="{address(claim["id"])}"' in listed.text, demand["title"] in listed.text) == (True, True)
    assert offered_on(browser, claim["id"]) == ["同意认领", "不同意"], "who answers does not withdraw it as well"
    assert "查看服务对象的住址和电话，每次查看都留有记录" in text_of(browser.get(address(claim["id"], "/acceptance")))
    unsaid = sent(browser, address(claim["id"], "/refusal"))
    assert (unsaid.status_code, "理由：必填" in text_of(unsaid), place_count(demand)) == (422, True, (1, 1))

    assert led_to(sent(browser, address(claim["id"], "/refusal"), reason="人手已够")) == address(claim["id"])

    told = text_of(browser.get(address(claim["id"])))
    assert ("未同意" in told, "人手已够" in told, place_count(demand)) == (True, True, (0, 0))
    assert (offered_on(browser, claim["id"]), "没有等您答复的认领" in text_of(browser.get(TO_ANSWER))) == ([], True)
    late = sent(browser, address(claim["id"], "/acceptance"))
    assert (late.status_code, "该认领不在等待答复" in text_of(late)) == (409, True)
    second = asked_for(leader, demand, team_id)
    assert browser_of(app, "639999001002").get(address(second["id"])).status_code == 404
    assert sent(browser_of(app, "639999001002"), address(second["id"], "/acceptance")).status_code == 404
    assert led_to(sent(browser, address(second["id"], "/acceptance"))) == address(second["id"])
    assert (leader.seen(f"/claims/{second['id']}")["status"], offered_on(browser, second["id"])) == ("held", ["取消认领"])


def test_a_place_is_given_back_until_somebody_is_signed_in_on_it(browser, street):
    visit = Visit(street)
    of_demand = f"/console/demands/{visit.demand['id']}"
    opened = browser.get(of_demand).text
    assert (f'href="{of_demand}/claims"' in opened, f'href="/console/shifts/{visit.shift_id}"' in opened) == (True, True)
    assert f'href="{address(visit.claim_id)}"' in browser.get(f"{of_demand}/claims").text
    assert "没有已取消的认领" in text_of(browser.get(f"{of_demand}/claims?status=released"))
    assert "只取消后面的场次" in text_of(browser.get(address(visit.claim_id, "/release")))
    visit.sign_in()
    page = text_of(browser.get(address(visit.claim_id)))
    assert ("已有人签到，不能取消认领" in page, offered_on(browser, visit.claim_id)) == (True, [])
    refused = sent(browser, address(visit.claim_id, "/release"), reason="换一支队伍")
    assert (refused.status_code, place_count(visit.demand)) == (409, (1, 1))
    other = Visit(street, title="再去一次")

    assert led_to(sent(browser, address(other.claim_id, "/release"), reason="换一支队伍")) == address(other.claim_id)

    assert place_count(other.demand) == (0, 0)
    told = text_of(browser.get(f"/console/demands/{other.demand['id']}/claims?status=released"))
    assert ("换一支队伍" in told, browser.get(address(str(uuid4()))).status_code) == (True, 404)


def test_an_officer_who_leads_the_team_leaves_the_answer_to_others_and_a_list_costs_the_same_for_many(app, street):
    whole = browser_of(app, "639999001", role=Role.STREET_OFFICER)
    leader, _, team_id = street.home.visitors
    costs = []
    for _ in range(2):
        claim = asked_for(leader, published_demand(street.home.officer, street), team_id)
        with counted_statements() as statements:
            assert whole.get("/console/claims").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 20
    both = (Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"), Grant(Role.TEAM_LEADER, team_id=UUID(team_id)))
    in_both = Actor(UUID(leader.account_id), UUID(leader.person_id), grants=both, is_checked=True)
    with transaction():
        found = commands_on_claim(in_both, UUID(claim["id"]), now=clock.now())
    offered = [command for command, hindrance in found.items() if hindrance is None]
    assert (offered, found[ClaimCommand.ACCEPT]) == ([ClaimCommand.RELEASE], OwnClaim), "they may withdraw it, and say no word about it"
