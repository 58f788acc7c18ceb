"""What a real name may consist of, and that reading one takes no time, whatever somebody typed."""

from itertools import pairwise, product

import pytest

from backend.people.names import NotAName, real_name

LETTERS = "王aZ〇"
BETWEEN = "· "


def is_a_name(text: str) -> bool:
    """The rule letter by letter: it begins and ends with a letter, and no two marks stand together."""
    known = all(char in LETTERS + BETWEEN for char in text)
    apart = not any(first in BETWEEN and second in BETWEEN for first, second in pairwise(text))
    return known and apart and text[0] in LETTERS and text[-1] in LETTERS


def is_read(text: str) -> bool:
    try:
        return real_name(text) == text
    except NotAName:
        return False


@pytest.mark.parametrize("length", range(2, 7))
def test_letters_in_parts_joined_by_one_mark_are_a_name(length: int) -> None:
    for chars in product("王aZ〇· 1", repeat=length):
        text = "".join(chars)
        if not text.startswith(" ") and not text.endswith(" ") and "  " not in text:  # blanks too many are taken away, not refused
            assert is_read(text) is is_a_name(text), text


def test_a_name_is_refused_at_once_however_long_its_parts_are() -> None:
    with pytest.raises(NotAName):
        real_name("a" * 49 + "1")
