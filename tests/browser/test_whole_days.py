"""Days of people who work in a browser, from the log-in on; their neighbours act by phone."""

import csv
import io
from base64 import b32decode
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from backend.accounts.service.second_codes import STEP_SECONDS, totp_of
from backend.foundation.clock import SHANGHAI
from ejia.trial.demo.told import PASSWORD
from tests.browser.desks import log_in
from tests.browser.hands import Hand, Keyboard, Moving
from tests.browser.visits import NEXT_OFFICER, STREET_OFFICER
from tests.end_to_end.days.people import Folk, found
from tests.end_to_end.town import Town, awaited
from tests.support.phone import Phone

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


def read_off(screen: Page) -> str:
    """What a phone reads that is held up to the screen."""
    picture = Image.open(io.BytesIO(screen.screenshot()))
    seen = [code.text for code in zxingcpp.read_barcodes(picture)]
    return seen[0] if len(seen) == 1 else ""


def scans(phone: Phone, screen: Page, step: str, shift_id: str) -> None:
    """The phone sends what it reads; where the code changed in between, it reads again, as people do."""

    def sent() -> int:
        status: int = phone.post(f"/shifts/{shift_id}/{step}", {"code": read_off(screen)}).status_code
        return status

    awaited(sent, lambda status: status in (200, 201))


def test_a_shift_of_twenty_from_its_publication_to_its_table(town: Town, fresh_browser: Any) -> None:
    folk = at(town, 7)
    community = next(name for name, area_id in town.communities.items() if area_id == folk.home)
    people = [folk.volunteer(f"{folk.name('李')[:2]}{chr(0x4E00 + number)}", community=community) for number in range(20)]
    leader = people[0]
    team = folk.team(*people)
    wanted = {"brand": "red_ribbon", "title": f"清理河道{folk.mark}", "details": "自带手套", "community_id": folk.home}
    number = folk.officer.made("/demands", wanted)["number"]

    page: Page = fresh_browser(**DESK).new_page()
    hand = Hand(page)
    page.goto("/console/login")
    sign_in(hand, "shequ-7")
    secret = set_second_factor(hand, town)

    def comes_back() -> None:
        """Who was away for half an hour logs in again."""
        page.goto("/console/")
        sign_in(hand, "shequ-7")
        give_code(hand, town, secret)

    hand.follow("今天")
    hand.follow("待审核的需求")
    hand.follow(wanted["title"])
    hand.follow("发布")
    starts_at = town.now() + timedelta(minutes=5)
    hand.write("开始时间", local(starts_at))
    hand.write("结束时间", local(starts_at + timedelta(hours=1)))
    hand.press("发布需求")
    folk.claimed(leader, found(leader, "/demands", {"q": wanted["title"]}), team_id=team["id"])
    town.wait_for(starts_at)

    # The code stands on a screen; twenty phones are held up to it, and it changes meanwhile.
    shift_id = found(leader, "/me/shifts", title=wanted["title"])["id"]
    hand.follow("场次与签到")
    hand.follow(wanted["title"])
    shift_page = page.url
    hand.follow("出示签到码")
    first = awaited(lambda: read_off(page), bool)
    for phone in people[:10]:
        scans(phone, page, "sign-in", shift_id)
    folk.later(seconds=60)
    awaited(lambda: read_off(page), lambda code: code not in ("", first))
    for phone in people[10:]:
        scans(phone, page, "sign-in", shift_id)
    page.goto(shift_page)
    expect(page.get_by_role("main")).to_contain_text("20人")

    # All but one sign out.
    folk.later(minutes=40)
    comes_back()
    page.goto(f"{shift_page}/code")
    for phone in people[:-1]:
        scans(phone, page, "sign-out", shift_id)
    folk.later(hours=2)

    # Who did not is named on 今天, and the officer writes down what they find out.
    comes_back()
    awaited(lambda: [page.reload(), page.get_by_role("link", name="没有签退的签到").count()][1], bool)
    hand.follow("没有签退的签到")
    row = page.get_by_role("row").filter(has_text=wanted["title"])
    expect(row).to_have_count(1)
    hand.follow("补录", within=row)
    hand.write("结束时间", local(starts_at + timedelta(minutes=30)))
    hand.write("理由", "电话核实：提前离开")
    hand.press("补录")

    # Nineteen are confirmed at once; what the officer wrote down waits for somebody else.
    hand.follow("今天")
    hand.follow("待确认的服务")
    hand.follow("本场其他记录", within=page.get_by_role("row").filter(has_text=wanted["title"]).first)
    hand.follow("确认本场全部记录")
    expect(page.get_by_role("main")).to_contain_text("19条待确认的记录会被确认")
    expect(page.get_by_role("main")).to_contain_text("1条是您本人")
    hand.press("确认本场全部记录")

    # One of them left earlier: corrected, from and to are said before.
    hand.follow("服务记录")
    hand.write("需求编号", number)
    hand.press("筛选")
    hand.follow("已确认")
    hand.follow(wanted["title"])
    hand.follow("更正", within=page.get_by_role("main"))
    hand.write("结束时间", local(starts_at + timedelta(minutes=20)))
    hand.press("下一步")
    expect(page.get_by_role("main")).to_contain_text("改为")
    hand.write("理由", "提前离开，本人说明")
    hand.press("更正")
    expect(page.get_by_role("main")).to_contain_text("提前离开，本人说明")

    # The table of just these rows says the same as what was done.
    hand.follow("服务记录")
    hand.write("需求编号", number)
    hand.press("筛选")
    expect(page.locator("tbody tr")).to_have_count(20)
    hand.press("导出所列")
    rows = list(csv.DictReader(io.StringIO(hand.save("下载").path().read_text("utf-8-sig"))))
    assert Counter(row["状态"] for row in rows) == {"已确认": 19, "待确认": 1}
    assert {row["服务"] for row in rows} == {wanted["title"]}
    minutes = sorted(int(row["分钟"]) for row in rows if row["状态"] == "已确认")
    assert minutes[0] < 20 < minutes[1], "the one that was corrected"
