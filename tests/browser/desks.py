"""Who sits before a browser: logged in, and led through the pages."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page

from ejia.trial.demo.told import PASSWORD
from tests.browser.visits import KEYHOLDER, PHONES, Visit


class Desks:
    """One browser for each person, kept while tests go on."""

    def __init__(self, new_browser: Callable[..., BrowserContext], digits_for: Callable[[str, str], str]) -> None:
        self._new_browser, self._digits_for = new_browser, digits_for
        self._browsers: dict[str | None, BrowserContext] = {}

    def page_of(self, name: str | None) -> Page:
        """An empty page in the browser of who has this log-in, or of a stranger."""
        if name not in self._browsers:
            self._browsers[name] = self._new_browser()
            if name is not None:
                page = self._browsers[name].new_page()
                if name in PHONES:
                    log_in_by_scan(page, lambda code: self._digits_for(name, code))
                else:
                    log_in(page, name)
                if name == KEYHOLDER:
                    put_device_beside(page)
                    add_passkey(page, "办公室的电脑")
                page.close()
        return self._browsers[name].new_page()

    def close(self) -> None:
        for browser in self._browsers.values():
            browser.close()


def log_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """By name and password, from the log-in's own page."""
    page.goto("/console/login")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("button", name="退出登录").wait_for()


def put_device_beside(page: Page) -> None:
    """Let the page have a device that keeps passkeys, and whoever sits there confirms by it."""
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    there = page.context.new_cdp_session(page)
    there.send("WebAuthn.enable")
    there.send("WebAuthn.addVirtualAuthenticator", {"options": device | {"isUserVerified": True, "automaticPresenceSimulation": True}})


def add_passkey(page: Page, name: str) -> list[str]:
    """From the account's page; returns the recovery codes that are shown."""
    page.goto("/console/account")
    page.get_by_role("button", name="添加通行密钥").click()
    page.get_by_label("名称").fill(name)
    with page.expect_navigation():
        page.get_by_role("button", name="创建通行密钥").click()
    return page.locator(".codes code").all_inner_texts()


def log_in_by_scan(page: Page, digits_for: Callable[[str], str]) -> None:
    """By the code on the page, which a phone scans, and the digits that the phone then shows."""
    page.goto("/console/login/scan")
    code = page.locator("main pre code").inner_text().split()[-1]
    page.locator("main form input:not([type=hidden])").fill(digits_for(code))
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("button", name="退出登录").wait_for()


def walk(page: Page, visit: Visit) -> None:
    """Go where a visit goes, by what it clicks."""
    page.goto(visit.at)
    for selector in visit.path:
        with page.expect_navigation():
            page.locator(selector).first.click()
