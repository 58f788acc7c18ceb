"""Who looks after the community next door finds nothing of this one: by no link, in no list, by no search, in no count and in no table."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.desks import log_in
from tests.browser.hands import Hand
from tests.browser.visits import NEXT_OFFICER, OFFICER
from tests.end_to_end.days.people import Folk, found
from tests.end_to_end.town import Town

LISTS = ("demands?status=published", "shifts", "services", "claims", "teams", "volunteers", "late-entries", "proxies", "registrations")
DESK = {"viewport": {"width": 1366, "height": 768}}


def test_an_officer_of_another_community_finds_none_of_it(town: Town, fresh_browser: Any) -> None:
    folk = Folk(town)
    name = folk.name("沈")
    leader = folk.volunteer(name)
    team = folk.team(leader)
    wanted = {"brand": "red_ribbon", "title": f"擦洗栏杆{folk.mark}", "details": "自带手套", "community_id": folk.home}
    demand = folk.officer.made("/demands", wanted)
    folk.published(demand, places=2)
    folk.claimed(leader, demand, team_id=team["id"])
    folk.present(demand, leader, minutes=20)
    record = found(folk.officer, "/services", {"q": demand["title"]})
    shift = found(folk.officer, "/shifts", {"q": demand["title"]})

    own: Page = fresh_browser(**DESK).new_page()
    log_in(own, OFFICER)
    nosy: Page = fresh_browser(**DESK).new_page()
    log_in(nosy, NEXT_OFFICER)
    there = [
        (f"demands/{demand['id']}/publication", demand["title"]),
        (f"shifts/{shift['id']}", demand["title"]),
        (f"services/{record['fact_id']}", demand["title"]),
        (f"teams/{team['id']}/members", name),
        (f"people/{leader.person_id}", name),
    ]
    for address, _ in there:
        answer = nosy.goto(f"/console/{address}")
        assert answer is not None
        assert answer.status in (403, 404), address
        assert folk.mark not in nosy.content()

    def listed(page: Page, sought: str) -> int:
        """How many of the lists show it, as they stand and when it is looked for."""
        shown = 0
        for address in LISTS:
            for search in ("", f"{'&' if '?' in address else '?'}q={sought}&count=true"):
                page.goto(f"/console/{address}{search}")
                shown += sought in page.get_by_role("main").inner_text() and page.locator("tbody tr").filter(has_text=sought).count() > 0
        return shown

    assert listed(own, demand["title"]) >= 4, "here it stands, and is found"
    assert listed(nosy, demand["title"]) == 0
    nosy.goto(f"/console/demands?status=published&q={demand['title']}&count=true")
    expect(nosy.get_by_role("main")).to_contain_text("没有符合条件的需求")

    tables = {}
    for page in (own, nosy):
        hand = Hand(page)
        page.goto("/console/demands?status=published")
        hand.press("导出所列")
        expect(page.locator("tbody tr").first.get_by_role("link", name="下载")).to_be_visible()
        tables[page] = hand.save("下载").path().read_text("utf-8-sig")
        assert len(tables[page].splitlines()) > 1, "each has a table of their own"
    assert [demand["title"] in tables[page] for page in (own, nosy)] == [True, False]
