"""A visit that a team claimed."""

import pytest

from tests.support.attendance import Visit


@pytest.fixture
def visit(street):
    """爱心敲门 in 和平社区, begun just now, two hours long, asked for by nobody in particular."""
    return Visit(street)
