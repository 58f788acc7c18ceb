"""Days of people who work in a browser, from the log-in on; their neighbours act by phone."""

from base64 import b32decode
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backend.accounts.service.second_codes import STEP_SECONDS, totp_of
from backend.foundation.clock import SHANGHAI
from ejia.trial.demo.told import PASSWORD
from tests.browser.desks import log_in
from tests.browser.hands import Hand, Keyboard, Moving
from tests.browser.visits import NEXT_OFFICER, STREET_OFFICER
from tests.end_to_end.days.people import Folk, found
from tests.end_to_end.town import Town

DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def at(town: Town, number: int) -> Folk:
    """The people of the community whose officer has the log-in of this number."""
    folk = Folk(town)
    name = list(town.communities)[number - 1]
    folk.home, folk.officer = town.communities[name], town.administrator(f"shequ-{number}")
    return folk


def code_of(town: Town, secret: str) -> str:
    """What the authenticator on the officer's phone shows now."""
    return totp_of(b32decode(secret)).generate(int(town.now().timestamp())).decode()


def sign_in(hand: Hand, name: str, password: str = PASSWORD) -> None:
    hand.write("用户名", name)
    hand.write("密码", password)
    hand.press("登录")


def give_code(hand: Hand, town: Town, secret: str) -> None:
    """The second step: a code of after the last one, which is good once."""
    town.wait_for(town.now() + timedelta(seconds=STEP_SECONDS))
    hand.write("动态码", code_of(town, secret))
    hand.press("登录")
    expect(hand.page.get_by_role("heading", level=1)).to_have_text("今天")


def set_second_factor(hand: Hand, town: Town) -> str:
    """From the account's page: what the authenticator keeps."""
    hand.follow("我的账号")
    hand.follow("两步验证")
    hand.press("开始设置")
    secret = hand.page.locator("dl code").inner_text()
    hand.write("动态码", code_of(town, secret))
    hand.press("确认")
    expect(hand.page.locator(".codes li")).not_to_have_count(0)
    hand.follow("已抄好，继续")
    return secret


def local(instant: datetime) -> str:
    """As a field for day and time takes it."""
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("number", "kind", "moving"),
    [(4, DESK, Hand), (5, PHONE | {"java_script_enabled": False}, Hand), (6, DESK, Keyboard)],
    ids=["at a desk", "on a phone without JavaScript", "by keyboard alone"],
)
def test_an_officers_day(number: int, kind: dict[str, Any], moving: Moving, town: Town, fresh_browser: Any) -> None:
    folk = at(town, number)
    community = next(name for name, area_id in town.communities.items() if area_id == folk.home)
    leader = folk.volunteer(folk.name("李"), community=community)
    plan = {"name": f"银龄互助队{folk.mark}", "category": "public_welfare", "charter": "定期上门看望独居老人。"}
    leader.made("/teams", plan | {"community_id": folk.home})
    wanted = {"brand": "red_ribbon", "title": f"清扫楼道{folk.mark}", "details": "自带手套", "community_id": folk.home}
    folk.officer.made("/demands", wanted)

    page: Page = fresh_browser(**kind).new_page()
    hand = moving(page)
    page.goto("/console/login")
    sign_in(hand, f"shequ-{number}")
    secret = set_second_factor(hand, town)
    hand.press("退出登录")
    sign_in(hand, f"shequ-{number}")
    give_code(hand, town, secret)

    # A team waits for its review.
    hand.follow("待审核的建队申请")
    hand.follow(plan["name"])
    team_page = page.url
    hand.press("同意成立")
    expect(page.locator("main .st").first).to_have_text("已成立")

    # A demand waits to be published.
    hand.follow("今天")
    hand.follow("待审核的需求")
    hand.follow(wanted["title"])
    demand_page = page.url
    hand.follow("发布")
    starts_at = town.now() + timedelta(minutes=5)
    hand.write("开始时间", local(starts_at))
    hand.write("结束时间", local(starts_at + timedelta(hours=2)))
    hand.press("发布需求")
    expect(page.locator("main .st").first).to_have_text("已发布")

    # The team claims it and serves, by phone; the day goes by.
    demand = found(leader, "/demands", {"q": wanted["title"]})
    team = found(leader, "/me/teams", name=plan["name"])
    claim = folk.claimed(leader, demand, team_id=team["id"])
    town.wait_for(starts_at)
    street = town.administrator(STREET_OFFICER)
    shift = found(leader, "/me/shifts", title=wanted["title"])
    for step in ("sign-in", "sign-out"):
        leader.made(f"/shifts/{shift['id']}/{step}", {"code": street.seen(f"/shifts/{shift['id']}/code")["code"]})
        folk.later(minutes=50)
    assert claim["status"] == "held"

    # Who was away for so long logs in again; what was served waits for their word.
    hand.follow("今天")
    sign_in(hand, f"shequ-{number}")
    give_code(hand, town, secret)
    hand.follow("待确认的服务")
    record = page.get_by_role("row").filter(has_text=wanted["title"])
    expect(record).to_have_count(1)
    hand.follow("本场其他记录", within=record)
    hand.follow("确认本场全部记录")
    hand.press("确认本场全部记录")
    expect(page.get_by_role("row").filter(has_text="已确认")).to_have_count(1)

    # The year's workbook is asked for, made, and saved.
    hand.follow("年终统计表")
    hand.press("导出")
    file = hand.save("下载")
    assert file.suggested_filename.endswith(".xlsx")
    assert file.path().stat().st_size > 5_000
    exported = page.get_by_role("link", name="下载").get_attribute("href")

    # Who looks after the community next door gets none of it: not by link, not in a list.
    nosy: Page = fresh_browser().new_page()
    log_in(nosy, NEXT_OFFICER)
    for address in (team_page + "/history", demand_page + "/publication", exported):
        answer = nosy.goto(address)
        assert answer is not None
        assert answer.status in (403, 404)
        assert wanted["title"] not in nosy.content()
