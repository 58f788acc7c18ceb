"""What a real name may consist of; that it is one however it was typed; and that reading one takes no time, whatever somebody typed."""

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.people.names import NotAName, real_name, same_name

LETTERS = "王aZ〇"
BETWEEN = "· "
HAN = "\u3007\u3400\u4dbf\u4e00\u9fff\U00020000\U000323af\U000323b0\U00033479𠮷欧阳"
DOTS = "·.．•‧・･∙⋅\u0387ㆍ⸱"
BLANKS = " \u3000\u00a0\u2002\u202f"
BLOCKS = [("\u3007", "\u3007"), ("\u3400", "\u4dbf"), ("\u4e00", "\u9fff"), ("\U00020000", "\U0003347f")]


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


@pytest.mark.parametrize("length", range(1, 7))
def test_letters_in_parts_joined_by_one_mark_are_a_name(length: int) -> None:
    for chars in product("王aZ〇· 1", repeat=length):
        text = "".join(chars)
        # Blanks at the ends, beside a mark or a Chinese character are taken away, not refused.
        if not any(blank in f" {text} " for blank in ("  ", "王 ", " 王", "〇 ", " 〇", "· ", " ·")):
            assert is_read(text) is is_a_name(text), text


def test_ideographs_of_every_block_stand_in_names_up_to_its_edges_and_nothing_beside_them() -> None:
    for first, last in BLOCKS:
        for inside, outside in ((first, chr(ord(first) - 1)), (last, chr(ord(last) + 1))):
            assert is_read(f"王{inside}"), hex(ord(inside))
            assert not is_read(f"王{outside}"), hex(ord(outside))
    assert is_read("王\ufa0e"), "one of the compatibility block that no other character stands for"
    assert real_name("王\uf9d1") == "王六", "the others have one"


PRIVATE = ("王\ue863", "\ue000\ue001", "王\U000f0000")
OTHER_SCRIPTS = ("김철수", "ꀀꀁꀂ", "王꧁", "王\ua000", "王\u3006", "王\ud7a3", "·", "")


@pytest.mark.parametrize(("text", "sentence"), [*((text, "自造字") for text in PRIVATE), *((text, "姓名[请应]") for text in OTHER_SCRIPTS)])
def test_other_scripts_and_private_characters_do_not(text: str, sentence: str) -> None:
    with pytest.raises(NotAName, match=sentence):
        real_name(text)


CHINESE = st.lists(st.text(HAN, min_size=1, max_size=4), min_size=1, max_size=3).map("·".join)
LATIN = st.text("abYZ", min_size=1, max_size=8)


@st.composite
def typed(draw: st.DrawFn) -> tuple[str, str]:
    """A name, and what somebody's keyboard made of it."""
    name = draw(CHINESE | LATIN)
    if name.isascii():
        return name, "".join(draw(st.sampled_from([letter, chr(ord(letter) + 0xFEE0)])) for letter in name)
    letters = (draw(st.sampled_from(DOTS)) if letter == "·" else letter for letter in name)
    return name, "".join(draw(st.text(BLANKS, max_size=2)) + letter for letter in letters)


@given(typed())
def test_however_it_was_typed_it_is_one_name_and_stays_it(pair: tuple[str, str]) -> None:
    name, written = pair
    assert real_name(written) == name == real_name(name)
    assert same_name(written, name)


def test_latin_parts_keep_the_blank_between_them_and_capitals_tell_no_two_people_apart() -> None:
    assert real_name(" Ｊｏｈｎ\u3000 Smith ") == "John Smith"
    assert same_name("JOHN  SMITH", "John Smith")
    assert not same_name("Johnsmith", "John Smith")
    assert not same_name("王*", "王*"), "what stands under a mask is nobody's name"


def test_a_name_is_refused_at_once_however_long_its_parts_are() -> None:
    with pytest.raises(NotAName):
        real_name("a" * 49 + "1")
    with pytest.raises(NotAName):
        real_name("王" * 51)
