"""A notice that changes while people use the platform."""

from collections.abc import Iterator

import pytest

from backend.people import notices
from backend.people.notices import Notice, NoticeName


@pytest.fixture
def new_version() -> Iterator[object]:
    """Puts a newer version of a notice into force: `new_version("volunteer")`."""
    before = {notice.name: notice for notice in notices.all_current()}

    def publish(name: str) -> str:
        changed: Notice = before[NoticeName(name)].model_copy(update={"version": "2027-01-01"})
        notices.use(before | {changed.name: changed})
        return changed.version

    yield publish
    notices.use(before)
