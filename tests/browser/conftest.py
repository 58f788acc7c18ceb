"""A trial copy with the demonstration year, a browser before it, and whoever sits there. One copy and one browser serve all tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from ejia.trial import phone
from tests.browser import chromium
from tests.browser.desks import Desks
from tests.browser.stage import set_stage
from tests.end_to_end.town import Town, running_town

PATIENCE_MS = 60_000
"""For whatever a page waits for: a machine may be busy."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", type=Path, help="a folder for a picture of each page in each state")


@pytest.fixture(scope="session")
def pictures(pytestconfig: pytest.Config) -> Path | None:
    """Where pictures go, if anybody wants them."""
    folder: Path | None = pytestconfig.getoption("--pictures")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The copy, from nine in the morning on, with what the demonstration lacks of the states that pages show."""
    with running_town(tmp_path_factory.mktemp("town")) as there:
        there.wait_for_morning()
        set_stage(there)
        yield there


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium.found(), args=list(chromium.OPTIONS), timeout=PATIENCE_MS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def _base_url(town: Town) -> str:
    """By a name: browsers take passkeys at no other address."""
    return town.told("首页").removesuffix("/").replace("127.0.0.1", "localhost")


@pytest.fixture(scope="session")
def digits_for(town: Town, _base_url: str) -> Callable[[str, str], str]:
    """What the phone of a WeChat user shows who scans a code and agrees."""
    return lambda user, code: phone.scan(user, code, product=_base_url, wechat=town.told("微信模拟")).digits


@pytest.fixture(scope="session")
def desks(browser: Browser, _base_url: str, digits_for: Callable[[str, str], str]) -> Iterator[Desks]:
    """The desks at which people sit all the while, logged in."""
    there = Desks(lambda **options: new_context(browser, _base_url, **options), digits_for)
    yield there
    there.close()


@pytest.fixture
def fresh_browser(browser: Browser, _base_url: str) -> Iterator[Callable[..., BrowserContext]]:
    """Makes a browser in which nobody is logged in, of such a kind: `fresh_browser(java_script_enabled=False)`."""
    made: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        made.append(new_context(browser, _base_url, **options))
        return made[-1]

    yield make
    for context in made:
        context.close()


def new_context(browser: Browser, base_url: str, **options: object) -> BrowserContext:
    context = browser.new_context(base_url=base_url, locale="zh-CN", timezone_id="Asia/Shanghai", **options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    return context
