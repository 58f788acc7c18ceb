"""Real names as they stand on an identity card."""

import re
import unicodedata

SHORTEST, LONGEST = 2, 50

# Unified ideographs with extensions A to J, the compatibility block and 〇, which stands in real names. By escapes: the compatibility block
# begins with a character that looks like one of the unified.
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003347f"
_PART = f"[{_HAN}A-Za-z]+"
_NAME = re.compile(f"{_PART}(?:[· ]{_PART})*")
# What keyboards offer in place of the middle dot of GB/T 2312.
_DOTS = str.maketrans(dict.fromkeys("•‧・∙⋅", "·"))


class NotAName(ValueError):
    """Not a name; the message is one Chinese sentence for the person who typed it."""


def real_name(text: str) -> str:
    """Read a real name: 2 to 50 Chinese characters or Latin letters, parts joined by one · or one space. Raises NotAName."""
    name = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).strip()).translate(_DOTS)
    if not SHORTEST <= len(name) <= LONGEST:
        raise NotAName(f"姓名应为{SHORTEST}至{LONGEST}个字")
    if not _NAME.fullmatch(name):
        raise NotAName("姓名只能包含汉字、字母和间隔号“·”")
    return name
