"""Whether two names look alike: the skeleton of UTS #39, which is the same for all names that are shown (nearly) the same.

A skeleton is compared and never shown. Beside the standard's own steps it leaves out what nobody sees (format characters, tags, variation
selectors, fillers that are letters) and all blanks, and takes capitals for small letters. Chinese characters of every plane stay what they
are: 𠮷 is not 吉.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_DATA = Path(__file__).with_name("confusables.txt")
_UNSEEN = frozenset({"Cf", "Zs", "Zl", "Zp", "Cc"})
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0\U00016fe4\U0001d159")
_SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0000, 0xE1000))


def skeleton(name: str) -> str:
    """What a name looks like. Two names with the same skeleton cannot be told apart by looking."""
    prototypes = _prototypes()
    seen = "".join(prototypes.get(letter, letter) for letter in unicodedata.normalize("NFD", name) if not _is_unseen(letter))
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", seen).casefold())
    return unicodedata.normalize("NFD", "".join(prototypes.get(letter, letter) for letter in folded if not _is_unseen(letter)))


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in _UNSEEN or letter in _FILLERS or any(ord(letter) in selectors for selectors in _SELECTORS)


@cache
def _prototypes() -> Mapping[str, str]:
    table: dict[str, str] = {}
    for line in _DATA.read_text().splitlines():
        if not line.startswith("#"):
            prototype, _, shown_alike = line.partition("\t")
            table |= dict.fromkeys(map(_letter, shown_alike.split()), "".join(map(_letter, prototype.split("+"))))
    return table


def _letter(code: str) -> str:
    return chr(int(code, 16))
