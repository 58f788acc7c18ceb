"""The street's year end at a desk: a figure is opened down to what was done, and is the same in the workbook that is taken away."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.desks import log_in
from tests.browser.hands import Hand
from tests.browser.test_whole_days import DESK
from tests.browser.visits import NEXT_OFFICER, STREET_OFFICER
from tests.end_to_end.sheets import COUNTS, numbers
from tests.end_to_end.town import Town

YEAR = 2023
"""Of the demonstration: over, so that no other test moves its figures."""
FIGURE = "志愿服务"
COMMUNITY = "和平社区"


def test_a_streets_year_end(town: Town, fresh_browser: Any) -> None:
    page: Page = fresh_browser(**DESK).new_page()
    hand = Hand(page)
    log_in(page, STREET_OFFICER)
    hand.follow("年度统计")
    page.locator("#year").select_option(f"{YEAR}年")
    hand.press("查看")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{YEAR}年年度统计")
    board = page.url

    # One community's number looks odd: its rows add up to it, and each leads to what was done.
    hand.follow("分社区")
    communities = page.locator("main thead th").all_inner_texts()
    line = page.get_by_role("row").filter(has=page.get_by_role("link", name=FIGURE, exact=True))
    with page.expect_navigation():
        line.locator("th, td").nth(communities.index(COMMUNITY)).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{FIGURE}的明细")
    told = _number(page.locator("main .figure b").inner_text())
    rows_page = page.url
    assert 0 < told == sum(_values_of_all_pages(page))
    page.goto(rows_page)
    hand.follow("服务记录", within=page.locator("main tbody tr").first)
    expect(page.locator("main .st").first).to_have_text("已确认")
    record_page = page.url

    # The workbook is asked for, watched until it is made, and says the same.
    page.goto(board)
    hand.follow("导出年终统计表")
    hand.press("导出")
    asked = page.locator("main tbody tr").first
    expect(asked.get_by_role("rowheader")).to_contain_text(f"{YEAR}年")
    expect(asked.locator(".st")).to_have_text("完成")
    with page.expect_download() as saved:
        asked.get_by_role("link", name="下载").click()
    book = numbers(saved.value.path().read_bytes())
    assert book[COUNTS, COMMUNITY, FIGURE][0] == told
    file = asked.get_by_role("link", name="下载").get_attribute("href")

    # The community next door opens none of it, and is shown no number of anybody else's.
    nosy: Page = fresh_browser(**DESK).new_page()
    log_in(nosy, NEXT_OFFICER)
    for address in (board, rows_page, record_page, file):
        answer = nosy.goto(address or "")
        assert answer is not None
        assert answer.status in (403, 404), address
    nosy.goto("/console/exports")
    expect(nosy.get_by_role("link", name="下载")).to_have_count(0)


def _values_of_all_pages(page: Page) -> list[int]:
    """The numbers of the rows, on this page of them and those that follow."""
    values = [_number(text) for text in page.locator("main tbody td.n").all_inner_texts()]
    more = page.get_by_role("link", name="下一页")
    while more.count():
        with page.expect_navigation():
            more.click()
        values += [_number(text) for text in page.locator("main tbody td.n").all_inner_texts()]
    return values


def _number(written: str) -> int:
    return int(written.replace(",", ""))
