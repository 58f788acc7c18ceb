"""Shapes of words."""

from typing import Annotated

from pydantic import ConfigDict, Field

from miniprogram_api.contract import Out


class WordOut(Out):
    """One code and what it is called."""

    code: Annotated[str, Field(max_length=40)]
    word: Annotated[str, Field(max_length=50)]


class WordGroupOut(Out):
    """The codes of one enumeration, in their order."""

    name: Annotated[str, Field(max_length=60, description="与本文档 components/schemas 中的名称相同")]
    words: list[WordOut]


class WordsOut(Out):
    """All of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"items": [{"name": "Origin", "words": [{"code": "introduced", "word": "引进"}, {"code": "incubated", "word": "培育"}]}]}
            ]
        }
    )

    items: list[WordGroupOut]
