"""Who is logged in to the demonstration."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.support.demonstration import logged_in
from tests.support.phone import Phone


@pytest.fixture
def phone_in(app) -> Callable[[str], Phone]:
    """Logs in to the demonstration."""

    def log_in(name: str) -> Phone:
        phone = logged_in(app, name)
        phone.log_in = partial(logged_in, app, name)
        return phone

    return log_in
