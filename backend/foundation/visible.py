"""What can be seen of a text. By what nobody sees two texts look alike, or one looks empty: it is refused, or left out where idle.

The classes of characters are pieces of patterns, written by escapes, that the document of the API shows to clients as well.
"""

import re
import unicodedata

# C0, DEL and C1, line and paragraph separators, and the marks that turn the direction of text (they can make one name look like another).
_BARRED = "\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069"
CONTROL_IN_LINE = "\\u0000-\\u001f" + _BARRED
CONTROL_IN_PROSE = "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f" + _BARRED
# What nobody sees, by which two names look alike: format characters (Unicode Cf), fillers of Hangul and Braille, private use; up to U+FFFF,
# for of what lies beyond no text fit for the document's patterns can be made in time. What scripts need stays: selectors and joiners.
UNSEEN_IN_PROSE = (
    "\\u00ad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u115f\\u1160\\u17b4\\u17b5\\u200b\\u200e\\u200f\\u2060-\\u2065\\u206a-\\u206f"
    "\\u2800\\u3164\\ue000-\\uf8ff\\ufeff\\uffa0\\ufff9-\\ufffb\\ufffe\\uffff"
)
UNSEEN_IN_LINE = "\\u200c\\u200d" + UNSEEN_IN_PROSE
# Beyond that, where the document's patterns say nothing and Chinese names need most of it (𠮷, U+20BB7): characters that never will be one,
# format characters and fillers, the block of tags, by which a text says something else than what is read, and private use. Selectors of the
# supplement stay behind a Han character, whose form they name.
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_NO_CHARACTERS = "\ufdd0-\ufdef\ufff0-\ufff8" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)
)
_FORMAT_BEYOND = "\U000110bd\U000110cd\U00013430-\U00013440\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
_UNSEEN_BEYOND = re.compile(
    f"[{_NO_CHARACTERS}{_FORMAT_BEYOND}\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]|(?<![{_HAN}])[\U000e0100-\U000e01ef]"
)
_PRIVATE_BEYOND = re.compile("[\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_MARKS = re.compile("[\u180b-\u180f\u200c\u200d\ufe00-\ufe0f]")
_HAN_BEFORE, _MONGOLIAN = re.compile(f"[{_HAN}]"), re.compile("[\u1820-\u18aa]")
# Signs that are shown as emoji although Unicode calls them punctuation or a letter.
_ALSO_EMOJI = frozenset("‼⁉〰ℹ")
_KEYCAP = "\u20e3"
_FIRST_SIGN = 0xA9  # below it, signs are those of a keyboard
# Scripts from the Arabic to the Greek extended, whose letters join.
_JOINING = range(0x600, 0x1F00)

_IN_LINE, _IN_PROSE = re.compile(f"[{CONTROL_IN_LINE}]"), re.compile(f"[{CONTROL_IN_PROSE}]")
_UNSEEN_LINE, _UNSEEN_PROSE = re.compile(f"[{UNSEEN_IN_LINE}]"), re.compile(f"[{UNSEEN_IN_PROSE}]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")

UNSEEN_TAG = "不能包含看不见的标记，请重新输入"
PRIVATE_USE = "不能包含自造字，在别的设备上显示不出来，请改用标准字"


class Unseen(ValueError):
    """A text holds what nobody sees or no device shows; the message is one Chinese sentence for who wrote it."""


def barred(text: str, *, multiline: bool = False) -> None:
    """Refuse what no text holds, not even one that was written long ago: control characters and what nobody sees. Raises Unseen."""
    if (_IN_PROSE if multiline else _IN_LINE).search(text):
        raise Unseen("不能包含控制字符" if multiline else "不能包含控制字符或换行")
    if _PRIVATE.search(text):
        raise Unseen(PRIVATE_USE)
    if (_UNSEEN_PROSE if multiline else _UNSEEN_LINE).search(text):
        raise Unseen("不能包含看不见的字符，请重新输入")


def seen(text: str) -> str:
    """The text as it can be seen, of what is sent now: without selectors and joiners that change nothing where they stand, and refused
    when it holds something else that nobody sees, or nothing but that. Raises Unseen."""
    if _PRIVATE_BEYOND.search(text):
        raise Unseen(PRIVATE_USE)
    if _UNSEEN_BEYOND.search(text):
        raise Unseen(UNSEEN_TAG)
    if not _MARKS.search(text):
        return text
    kept = _without_idle_marks(text)
    if not kept.strip():
        raise Unseen(UNSEEN_TAG)
    return kept


def _without_idle_marks(text: str) -> str:
    kept: list[str] = []
    for place, letter in enumerate(text):
        if not _MARKS.match(letter) or _is_at_work(letter, kept[-1] if kept else "\n", text[place + 1 : place + 2] or "\n"):
            kept.append(letter)
    return "".join(kept)


def _is_at_work(mark: str, before: str, after: str) -> bool:
    """Whether a selector or joiner changes how its neighbours are shown."""
    if mark in "\ufe0e\ufe0f":
        return _is_sign(before) or (before in "0123456789#*" and after == _KEYCAP)
    if "\ufe00" <= mark <= "\ufe0d":
        return bool(_HAN_BEFORE.match(before)) or ord(before) in _JOINING or unicodedata.category(before) == "Sm"
    if mark in "\u200c\u200d":
        return ((_is_sign(before) or before == "\ufe0f") and _is_sign(after)) or (ord(before) in _JOINING and ord(after) in _JOINING)
    return bool(_MONGOLIAN.match(before))


def _is_sign(letter: str) -> bool:
    return (ord(letter) >= _FIRST_SIGN and unicodedata.category(letter).startswith("S")) or letter in _ALSO_EMOJI
