"""Words of ours that stand in answers and pages for people: each has a Chinese name, and some a sentence."""

from enum import StrEnum
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema
from pydantic_core.core_schema import custom_error_schema


class Word(StrEnum):
    """A word that is stored and sent by its code: `ASKED = "asked", "待答复"`. Who sends none of them is told the Chinese ones."""

    chinese: str

    def __new__(cls, code: str, *said: Any) -> Self:
        """The code alone is the value."""
        word = str.__new__(cls, code)
        word._value_ = code
        [word.chinese] = said
        return word

    @classmethod
    def names(cls) -> dict[str, str]:
        """Code → word of each."""
        return {word.value: word.chinese for word in cls}

    @classmethod
    def listed(cls) -> str:
        """All of them with their codes, for the description of a field."""
        return " · ".join(f"{word} {word.chinese}" for word in cls)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """As for any enumeration, refused in words."""
        return in_words(handler(source), list(cls))


class Term(Word):
    """A word about which more is to be said: `ROLE = ("code", "中文名", "What it means.")`."""

    sentence: str

    def __new__(cls, code: str, *said: Any) -> Self:
        """A kind of term may say more about itself than the two."""
        term = str.__new__(cls, code)
        term._value_ = code
        term.chinese, term.sentence, *_ = said
        return term


NOT_A_WORD = "not_a_word"
"""The type of pydantic's error for what is none of some words; the context names them."""


def in_words(schema: CoreSchema, words: list[Word]) -> CoreSchema:
    """A schema that takes some words, refused by their Chinese names: their codes are for programs."""
    told = {"words": "、".join(word.chinese for word in words), "codes": "、".join(words)}
    return custom_error_schema(schema, NOT_A_WORD, custom_error_message="请选择：{words}", custom_error_context=told)
