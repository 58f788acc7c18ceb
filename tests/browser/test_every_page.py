"""Each page of the console as it stands in a browser, wide and narrow, light and dark: axe finds nothing, and nothing hangs over."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.desks import Desks, walk
from tests.browser.visits import VISITS, Visit, case_of

WIDE, NARROW = 1440, 390
Looks = tuple[tuple[int, Literal["light", "dark"]], ...]
LOOKS: Looks = ((WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark"))
FORM = "main form[method=post]:has(.field [required])"
"""One in which something has to be filled in."""
OVERHANGING = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Looker:
    """Looks at a page in each of the ways in which people see it, and keeps what is wrong with it."""

    def __init__(self, page: Page, name: str, pictures: Path | None) -> None:
        self.page, self.name, self.pictures = page, name, pictures
        self.complaints: list[str] = []

    def look(self, state: str = "", looks: Looks = LOOKS) -> None:
        for width, scheme in looks:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.emulate_media(color_scheme=scheme)
            seen = f"{self.name}{state}-{width}-{scheme}"
            if self.pictures is not None:
                self.page.screenshot(path=self.pictures / f"{seen}.png", full_page=True)
            self.complaints += [f"{seen}: {complaint}" for complaint in self._complaints()]

    def _complaints(self) -> Iterator[str]:
        if over := self.page.evaluate(OVERHANGING):
            yield f"{over}px hang over at the right"
        for found in Axe().run(self.page).response["violations"]:
            for node in found["nodes"]:
                yield f"{found['id']} ({found['help']}): {node['html'][:200]}"


@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_a_page_is_there_for_everybody(visit: Visit, desks: Desks, pictures: Path | None) -> None:
    page = desks.page_of(visit.by)
    looker = Looker(page, str(visit), pictures)
    walk(page, visit)
    assert case_of(page.url) == (visit.page, visit.case)
    page.evaluate("window.stop()")  # nothing is loaded anew while we look
    looker.look()
    if page.locator(FORM).count():
        send_empty(page)
        looker.look("-refused", (LOOKS[0], LOOKS[-1]))
    assert looker.complaints == []
    page.close()


def send_empty(page: Page) -> None:
    """Send the form of a page with nothing filled in, past the browser's own check: what is wrong is the first that is read."""
    form = page.locator(FORM).first
    form.evaluate("form => { form.noValidate = true }")
    with page.expect_navigation():
        form.locator("button").first.click()
    wrong = page.get_by_role("alert")
    expect(wrong).to_be_focused()
    first = wrong.get_by_role("link").first
    named = (first.get_attribute("href") or "").removeprefix("#")
    field = page.locator(f'[id="{named}"][aria-invalid]')
    first.click()
    expect(field).to_be_focused()
