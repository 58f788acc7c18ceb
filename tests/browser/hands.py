"""How somebody moves through a page: by mouse or finger, or by the keyboard alone. Both find things by what they are called."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Download, Locator, Page

IS_FOCUSED = "element => element === document.activeElement"
MOST_STEPS = 400


class Hand:
    """By mouse, or by finger on a phone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def follow(self, words: str, *, within: Locator | None = None) -> None:
        """The link of these words, whatever else it says; of several the first, or the one within a line."""
        link = (within or self.page).get_by_role("link", name=words)
        menu = self.page.get_by_role("button", name="菜单")
        if not link.count() and menu.is_visible():  # on a phone the places come and go
            self._use(menu)
        with self.page.expect_navigation():
            self._use(link.first)

    def press(self, words: str) -> None:
        """The button of just these words."""
        with self.page.expect_navigation():
            self._use(self.page.get_by_role("button", name=words, exact=True).first)

    def save(self, words: str) -> Download:
        """The file behind the link of these words."""
        with self.page.expect_download() as saved:
            self._use(self.page.get_by_role("link", name=words).first)
        return saved.value

    def write(self, label: str, text: str) -> None:
        """Into the field under this label."""
        self.page.get_by_label(label).fill(text)

    def _use(self, thing: Locator) -> None:
        thing.click()


class Keyboard(Hand):
    """By nothing but keys: Tab until it is there, then Enter."""

    def write(self, label: str, text: str) -> None:
        self._reach(self.page.get_by_label(label))
        if self.page.get_by_label(label).get_attribute("type") == "datetime-local":
            # What keys a calendar field takes depends on the browser's language; that it can be reached is what we have in hand.
            self.page.get_by_label(label).fill(text)
        else:
            self.page.keyboard.type(text)

    def _use(self, thing: Locator) -> None:
        self._reach(thing)
        self.page.keyboard.press("Enter")

    def _reach(self, thing: Locator) -> None:
        thing.wait_for()
        for _ in range(MOST_STEPS):
            if thing.evaluate(IS_FOCUSED):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"no key leads to {thing}")


Moving = Callable[[Page], Hand]
