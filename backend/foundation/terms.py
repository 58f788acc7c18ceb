"""Words of ours that stand in pages for people: each has a Chinese name and a sentence."""

from enum import StrEnum
from typing import Any, Self


class Term(StrEnum):
    """A word that is stored by its code: `ROLE = ("code", "中文名", "What it means.")`."""

    chinese: str
    sentence: str

    def __new__(cls, code: str, *said: Any) -> Self:
        """The code alone is the value; a kind of term may say more about itself than the two."""
        term = str.__new__(cls, code)
        term._value_ = code
        term.chinese, term.sentence, *_ = said
        return term
