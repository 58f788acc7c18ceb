"""Real names as they stand on an identity card, and the one reading of what somebody typed for one.

Whatever a keyboard makes of a name (wide letters, blanks between the characters, any of the dots that stand for ·), it is one name. So each
name is read before it is kept or compared.
"""

import re
import unicodedata

LONGEST = 50

# Unified ideographs with extensions A to J, the compatibility block and 〇, which stands in real names. By escapes: the compatibility block
# begins with a character that looks like one of the unified.
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003347f"
_PART = f"[{_HAN}A-Za-z]+"
_NAME = re.compile(f"{_PART}(?:[· ]{_PART})*")
# What keyboards and forms offer in place of the middle dot of GB/T 2312; the full stop too, which on many keyboards is all there is.
_DOT = "\\.·\u0387\u05bc\u16eb\u2022\u2024\u2027\u2219\u22c5\u2e31\u2e33\u30fb\u318d\ua78f\uff0e\uff65\U00010101"
_DOTS = re.compile(f" ?[{_DOT}] ?")
# Widths, and the radicals that look like a character. Nothing else of NFKC, which would take ① for 1.
_SAME_LETTER = re.compile("[\uff01-\uff5e\u2e80-\u2fdf]")
_BLANKS = re.compile(r"\s+")
_BESIDE_HAN = re.compile(f" (?=[{_HAN}])|(?<=[{_HAN}]) ")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")

NOT_READ_ALIKE = f"[^·A-Za-z{_HAN}]"
"""As a pattern of PostgreSQL's: what stands in a name that was kept before names were read, and in one that no reading changes."""


class NotAName(ValueError):
    """Not a name; the message is one Chinese sentence for the person who typed it."""


def real_name(text: str) -> str:
    """Read a real name: up to 50 Chinese characters or Latin letters, parts joined by one ·, Latin ones also by a blank. Raises NotAName.

    Reading a name that was read gives the same.
    """
    same = _SAME_LETTER.sub(lambda found: unicodedata.normalize("NFKC", found[0]), unicodedata.normalize("NFC", text))
    name = _DOTS.sub("·", _BLANKS.sub(" ", same.strip()))
    name = _BESIDE_HAN.sub("", name)
    if _PRIVATE.search(name):
        raise NotAName("姓名中有自造字，在别的设备上显示不出来，请改用标准字")
    if not 1 <= len(name) <= LONGEST:
        raise NotAName(f"姓名应为1至{LONGEST}个字")
    if not _NAME.fullmatch(name):
        raise NotAName("姓名请按身份证填写，只能包含汉字、拉丁字母和间隔号“·”")
    return name


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, by their reading, and whatever capitals the Latin letters have. What is no name is no other's."""
    try:
        return real_name(one).casefold() == real_name(other).casefold()
    except NotAName:
        return False


def is_rare(name: str) -> bool:
    """Whether so few people have a name like this, one character, that whoever writes it down is asked whether they meant it."""
    return len(name) == 1
