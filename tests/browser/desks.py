"""Who sits before a browser: logged in, and led through the pages."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page

from ejia.trial.demo.told import PASSWORD
from tests.browser.visits import Visit


class Desks:
    """One browser for each person, kept while tests go on."""

    def __init__(self, new_browser: Callable[..., BrowserContext]) -> None:
        self._new_browser = new_browser
        self._browsers: dict[str | None, BrowserContext] = {}

    def page_of(self, name: str | None) -> Page:
        """An empty page in the browser of who has this log-in, or of a stranger."""
        if name not in self._browsers:
            self._browsers[name] = self._new_browser()
            if name is not None:
                page = self._browsers[name].new_page()
                log_in(page, name)
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


def walk(page: Page, visit: Visit) -> None:
    """Go where a visit goes, by what it clicks."""
    page.goto(visit.at)
    for selector in visit.path:
        with page.expect_navigation():
            page.locator(selector).first.click()
