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


@pytest.mark.parametrize("text", ["王\u3400", "王\u4dbf", "王\u9fff", "王\ufa0e", "𠮷野", "王\U000323af", "王\U000323b0", "王\U00033479"])
def test_ideographs_of_every_block_stand_in_names(text: str) -> None:
    assert is_read(text)


@pytest.mark.parametrize("text", ["王\ue863", "\ue000\ue001", "김철수", "ꀀꀁꀂ", "王꧁", "王\ua000", "王\u3006"])
def test_other_scripts_and_private_characters_do_not(text: str) -> None:
    assert not is_read(text)


def test_a_name_is_refused_at_once_however_long_its_parts_are() -> None:
    with pytest.raises(NotAName):
        real_name("a" * 49 + "1")
