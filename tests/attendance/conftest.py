"""A visit that a team claimed."""

import pytest

from backend.foundation.actor import Role
from tests.support.attendance import Visit


@pytest.fixture
def officer(administrator, street):
    return administrator(Role.COMMUNITY_OFFICER, "639999001001")


@pytest.fixture
def visit(phone_of, street, officer):
    """爱心敲门 in 和平社区, begun just now, two hours long, asked for by nobody in particular."""
    return Visit(phone_of, street, officer)
