"""A colleague comes, is locked out and let in again; the three administrators each see only their part of it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, expect

from backend.foundation import clock
from tests.browser.desks import log_in
from tests.browser.hands import Hand
from tests.browser.test_whole_days import DESK, sign_in
from tests.browser.visits import STREET_OFFICER
from tests.end_to_end.town import Town

SYSTEM, SECURITY, AUDIT = "xitong", "anquan", "shenji"
PARTS = {SYSTEM: "/console/jobs", SECURITY: "/console/lockouts", AUDIT: "/console/audit"}
"""Administrator → their own place."""
WRONG_BEFORE_LOCK = 5


def test_a_day_of_the_three_administrators(town: Town, fresh_browser: Any) -> None:
    def at_desk(name: str) -> Hand:
        page: Page = fresh_browser(**DESK).new_page()
        log_in(page, name)
        return Hand(page)

    # The street takes in a colleague, for a term.
    colleague = f"xin.{uuid4().hex[:8]}"
    last_day = clock.shanghai_day(town.now() + timedelta(days=90)).isoformat()
    street = at_desk(STREET_OFFICER)
    street.follow("账号与角色")
    street.follow("为新同事开通账号")
    street.write("用户名", colleague)
    street.page.get_by_label("角色").select_option("社区工作人员")
    street.page.get_by_label("区域").select_option("和平社区")
    street.write("最后一天", last_day)
    street.press("开通")
    password = street.page.locator("dl code").nth(1).inner_text()
    street.follow("已抄好，回到账号与角色")

    # The colleague types it wrong until the name is locked, and is kept out with the right one, too.
    page: Page = fresh_browser(**DESK).new_page()
    newcomer = Hand(page)
    page.goto("/console/login")
    for _ in range(WRONG_BEFORE_LOCK):
        sign_in(newcomer, colleague, "Wrong-Horse-7")
    sign_in(newcomer, colleague, password)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("button", name="退出登录")).to_have_count(0)

    # Each of the three has a place of their own: who is locked out stands before security alone, and the log is shut to who does not audit.
    hands = {name: at_desk(name) for name in PARTS}
    for name, hand in hands.items():
        for whose, address in PARTS.items():
            expect(hand.page.locator(f"nav a[href='{address}']")).to_have_count(1 if whose == name else 0)
        hand.page.goto(PARTS[SECURITY])
        expect(hand.page.get_by_role("row").filter(has_text=colleague)).to_have_count(1 if name == SECURITY else 0)
    for name, whose in ((SYSTEM, AUDIT), (SECURITY, AUDIT)):
        answer = hands[name].page.goto(PARTS[whose])
        assert answer is not None
        assert answer.status == 403
        hands[name].page.goto("/console/")

    # Security lets them try again.
    security = hands[SECURITY]
    security.follow("登录与锁定")
    security.press(f"解除{colleague}的锁定")
    expect(security.page.get_by_text(colleague)).to_have_count(0)
    sign_in(newcomer, colleague, password)
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()

    # Security reads who holds the office, and until when.
    security.follow("账号与角色")
    security.write("用户名", colleague)
    with security.page.expect_navigation():
        security.page.get_by_role("button", name="筛选").click()
    office = security.page.get_by_role("row").filter(has_text=colleague)
    expect(office).to_have_count(1)
    expect(office).to_contain_text("社区工作人员")

    # Audit finds both, each by who did it, and no name of the colleague.
    audit = hands[AUDIT]
    for act in ("建立账号", "解除锁定"):
        audit.follow("审计")
        audit.page.get_by_label("办理了什么").select_option(act)
        audit.page.get_by_label("结果").select_option("办成")
        audit.press("筛选")
        newest = audit.page.locator("main tbody tr").first
        expect(newest).to_contain_text(act)
        with audit.page.expect_navigation():
            newest.get_by_role("link").last.click()
        expect(audit.page.locator("main tbody tr")).to_have_count(1)
        expect(audit.page.get_by_text(colleague)).to_have_count(0)

    # The rules are there for who keeps the machine.
    system = hands[SYSTEM]
    system.follow("规则")
    expect(system.page.get_by_role("heading", name="时长与签到")).to_be_visible()
