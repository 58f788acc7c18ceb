"""docs/limits.md is what code and catalogues say, and leaves no limit out."""

from collections.abc import Iterator
from pathlib import Path

from backend.foundation.errors import TooMany
from backend.wechat.errors import RateLimited
from ejia import limits_page

PAGE = Path(__file__).resolve().parents[2] / "docs/limits.md"


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text() == limits_page.page(), "Write it anew: ejia limits > docs/limits.md"


def test_every_refusal_of_too_much_stands_on_the_page() -> None:
    told = PAGE.read_text()
    assert {kind.code for kind in _kinds(TooMany) if f"429 `{kind.code}`" not in told} == {RateLimited.code}, "the quotas are WeChat's own"


def _kinds(kind: type[TooMany]) -> Iterator[type[TooMany]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)


def test_the_command_prints_the_page(ejia) -> None:
    assert ejia("limits").stdout == PAGE.read_text()
