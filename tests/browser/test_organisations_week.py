"""A week of a social organisation, whose staff have no password: they log in by their phone, and do the rest in the browser."""

import csv
import io
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.desks import log_in_by_scan
from tests.browser.hands import Hand
from tests.end_to_end.days.people import Folk
from tests.end_to_end.town import Town
from tests.support.organisations import add_staff, verified_organisation

DESK = {"viewport": {"width": 1366, "height": 768}}


def test_an_organisation_claims_gives_back_serves_and_takes_its_year_along(
    town: Town, fresh_browser: Any, digits_for: Callable[[str, str], str]
) -> None:
    folk = Folk(town)
    head, colleague, other = (folk.volunteer(folk.name(surname)) for surname in ("吴", "郑", "钱"))
    theirs = verified_organisation(head, folk.officer, town.communities, name=f"暖阳助老中心{folk.mark}")
    add_staff(head, theirs["id"], colleague, folk.name("郑"))
    verified_organisation(other, folk.officer, town.communities, name=f"邻里互助社{folk.mark}")
    wanted = {"brand": "red_ribbon", "community_id": folk.home, "details": "自带手套"}
    kept, given_back = (folk.officer.made("/demands", wanted | {"title": f"{what}{folk.mark}"}) for what in ("清扫楼道", "整理书屋"))
    for demand in (kept, given_back):
        folk.published(demand, starts_in=folk.hours(1))

    page: Page = fresh_browser(**DESK).new_page()
    hand = Hand(page)

    def comes_in() -> None:
        log_in_by_scan(page, lambda code: digits_for(f"{folk.name('吴')}-{folk.mark}", code))

    # Two needs are found and claimed; one of them is given back.
    comes_in()
    for demand in (kept, given_back):
        hand.follow("可认领的需求")
        hand.write("编号或标题", demand["title"])
        hand.press("筛选")
        hand.follow(demand["title"])
        hand.follow("认领", within=page.locator(".acts"))
        expect(page.get_by_role("main")).to_contain_text(f"由社会组织·{theirs['name']}认领")
        hand.press("认领")
        expect(page.get_by_role("row").filter(has_text=demand["title"])).to_contain_text("已认领")
    hand.follow(given_back["title"])
    hand.follow("取消认领", within=page.locator(".acts"))
    hand.write("理由", "那天另有安排")
    hand.press("取消认领")
    expect(page.get_by_role("main")).to_contain_text("那天另有安排")
    claim_page = page.url

    # They come, and the community confirms.
    folk.later(hours=1)
    folk.present(kept, head, colleague, minutes=40)

    # Who was away for so long comes in anew; the year is there, and is taken along.
    comes_in()
    hand.follow("我们的人与时长")
    hand.follow(theirs["name"])
    years_page = page.url
    year = f"{town.year}年"
    expect(page.get_by_role("row").filter(has_text=year).get_by_role("cell").first).to_have_text("2")
    rows = list(csv.reader(io.StringIO(hand.save(f"下载{year}的服务记录").path().read_text("utf-8-sig"))))
    assert [row[rows[0].index("服务")] for row in rows[1:]] == [kept["title"]] * 2
    hand.follow(year)
    expect(page.locator("tbody tr")).to_have_count(2)

    # Another organisation finds none of it.
    nosy: Page = fresh_browser(**DESK).new_page()
    log_in_by_scan(nosy, lambda code: digits_for(f"{folk.name('钱')}-{folk.mark}", code))
    for address in (claim_page, years_page, years_page + "/file", years_page + "/people"):
        answer = nosy.goto(address)
        assert answer is not None
        assert answer.status == 404
    nosy.goto("/console/own-claims")
    expect(nosy.get_by_role("main")).to_contain_text("还没有认领过需求")
