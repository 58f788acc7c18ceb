"""Who asks and who decides."""

import pytest

from backend.foundation.actor import Role
from tests.support.demands import resident


@pytest.fixture
def officer(administrator, street):
    return administrator(Role.COMMUNITY_OFFICER, "639999001001")


@pytest.fixture
def stranger_officer(administrator, street):
    return administrator(Role.COMMUNITY_OFFICER, "639999001002")


@pytest.fixture
def asker(phone_of, street):
    return resident(phone_of, street, user="asker")


@pytest.fixture
def leader(phone_of, street):
    return resident(phone_of, street, user="leader")
