"""Who asks and who decides."""

import pytest

from tests.support.demands import resident


@pytest.fixture
def asker(phone_of, street):
    return resident(phone_of, street, user="asker")
