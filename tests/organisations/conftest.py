"""People around social organisations: persons, volunteers, and the officers of two communities."""

from collections.abc import Callable

import pytest

from backend.foundation.actor import Role
from tests.support.people import registered_person, registered_volunteer
from tests.support.phone import Phone


@pytest.fixture
def volunteer(phone_of, street) -> Callable[..., Phone]:
    """Makes the phone of a registered volunteer: `volunteer("李晓明")`."""
    return lambda name="王志愿": registered_volunteer(phone_of, street, name=name)


@pytest.fixture
def head(phone_of, street) -> Phone:
    """Who heads an organisation: a registered person, no volunteer."""
    return registered_person(phone_of, street, "head", name="赵理事")


@pytest.fixture
def community(administrator, street) -> Phone:
    """The officer of 和平社区."""
    return administrator(Role.COMMUNITY_OFFICER, "639999001001")


@pytest.fixture
def neighbour(administrator, street) -> Phone:
    """The officer of 团结社区, who has no say in 和平社区."""
    return administrator(Role.COMMUNITY_OFFICER, "639999001002")
