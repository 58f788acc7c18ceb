"""通行密钥 as somebody uses them: added beside the desk, asked for after the password, called otherwise and ended."""

from typing import Any

from playwright.sync_api import Page, expect

from ejia.trial.demo.told import PASSWORD
from tests.browser.desks import add_passkey, log_in, put_device_beside
from tests.browser.hands import Hand, Keyboard
from tests.browser.test_whole_days import DESK, sign_in

OFFICER = "shequ-3"
"""Whom no other test has log in meanwhile."""


def log_out(page: Page) -> None:
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录工作台")


def test_a_key_is_added_lets_its_owner_in_and_ends(fresh_browser: Any, pictures: Any) -> None:
    page = fresh_browser(**DESK).new_page()
    put_device_beside(page)
    log_in(page, OFFICER)
    codes = add_passkey(page, "办公室的电脑")
    assert len(codes) == 10
    log_out(page)

    hand = Keyboard(page)
    sign_in(hand, OFFICER)
    expect(page.get_by_role("heading", level=1)).to_have_text("两步验证")
    picture(page, pictures, "passkey-step")
    hand.press("用通行密钥登录")
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    page.goto("/console/account")
    picture(page, pictures, "passkey-account")
    hand.follow("办公室的电脑")
    hand.write("名称", "窗口的电脑")
    hand.press("保存名称")
    hand.press("添加通行密钥")
    picture(page, pictures, "passkey-begun")
    page.get_by_role("button", name="创建通行密钥").click()
    expect(page.get_by_role("alert")).to_have_text("这台设备已经有本账号的通行密钥，不用再添加。")
    page.get_by_role("link", name="返回我的账号").click()
    log_out(page)

    without_script(fresh_browser, codes[0])
    without_keys(fresh_browser)

    sign_in(Hand(page), OFFICER)
    Hand(page).press("用通行密钥登录")
    page.goto("/console/account")
    hand.follow("窗口的电脑")
    hand.write("密码", PASSWORD)
    hand.write("动态码或备用码", codes[1])
    hand.press("删除通行密钥")
    expect(page.get_by_role("region", name="我的通行密钥")).to_contain_text("还没有添加")
    log_out(page)
    log_in(page, OFFICER)


def without_script(fresh_browser: Any, code: str) -> None:
    """A recovery code leads in all the same, and the page says that the key does not."""
    page = fresh_browser(**DESK, java_script_enabled=False).new_page()
    page.goto("/console/login")
    hand = Hand(page)
    sign_in(hand, OFFICER)
    expect(page.get_by_role("main")).to_contain_text("浏览器停用了 JavaScript，不能使用通行密钥")
    hand.press("用通行密钥登录")
    expect(page.get_by_role("alert").first).to_contain_text("有内容需要更正")
    hand.write("备用码", code)
    hand.press("用备用码登录")
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()


def without_keys(fresh_browser: Any) -> None:
    """A browser of long ago says that it knows none."""
    page = fresh_browser(**DESK).new_page()
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto("/console/login")
    sign_in(Hand(page), OFFICER)
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_role("alert")).to_contain_text("这个浏览器不能使用通行密钥")


def picture(page: Page, pictures: Any, name: str) -> None:
    """Keep how the page looks, wide and narrow, if anybody wants that."""
    if pictures is not None:
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=pictures / f"{name}-{width}.png", full_page=True)
