"""Who heads a social organisation."""

import pytest

from tests.support.phone import Phone


@pytest.fixture
def head(street) -> Phone:
    """A registered person, no volunteer."""
    return street.home.person("head", name="赵理事")
