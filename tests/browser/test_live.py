"""What a page asks by itself while somebody sits before it, and once their log-in is over."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.desks import log_in
from tests.browser.test_whole_days import DESK, at
from tests.end_to_end.town import Town

OFFICER = 7
"""Of a community in which no other test acts meanwhile."""


def test_what_waits_is_counted_anew_by_itself_and_leads_to_the_log_in_once_that_is_over(town: Town, fresh_browser: Any) -> None:
    folk = at(town, OFFICER)
    context = fresh_browser(**DESK)
    page = context.new_page()
    page.clock.install()
    log_in(page, f"shequ-{OFFICER}")
    waiting = page.get_by_role("listitem").filter(has_text="待审核的需求")
    before = int(waiting.locator("b").inner_text()) if waiting.count() else 0
    page.evaluate("window.isTheSamePage = true")

    wanted = {"brand": "red_ribbon", "title": f"清扫楼道{folk.mark}", "details": "自带手套", "community_id": folk.home}
    folk.officer.made("/demands", wanted)
    page.clock.run_for(61_000)

    expect(waiting.locator("b")).to_have_text(str(before + 1), timeout=PATIENCE_MS)
    assert page.evaluate("window.isTheSamePage")
    context.clear_cookies()
    page.clock.run_for(61_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("登录工作台", timeout=PATIENCE_MS)
    assert page.url.endswith("/console/login?next=%2Fconsole%2F")
