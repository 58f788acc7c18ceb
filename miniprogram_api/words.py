"""The words of the API: what each code of an enumeration is called, for who builds a client."""

from collections.abc import Iterable, Iterator
from functools import cache
from types import FunctionType
from typing import Any, get_args

from flask import current_app
from pydantic import BaseModel

from backend.foundation.terms import Word
from backend.proxies import rules as proxy_rules
from miniprogram_api.contract import Resource, revalidated
from miniprogram_api.schemas.words import WordsOut
from web.edge import public
from web.routes import contract_of

bp = Resource("words", tag="用语")

PROXY_RELATION = "ProxyRelation"


@bp.get("/words")
@public
@revalidated
@bp.output(WordsOut)
@bp.doc(
    summary="各个代码的中文名称",
    description="每种代码一组，组名与本文档 components/schemas 中的名称相同；ProxyRelation 是登记代办时的 relation，可由各街道设定。"
    "新的版本可能增加代码，不认识的请按原样显示。",
)
def list_words() -> dict[str, Any]:
    views = (view for view in current_app.view_functions.values() if isinstance(view, FunctionType))
    groups = {kind.__name__: kind.names() for kind in words_of(frozenset(views))}
    groups[PROXY_RELATION] = proxy_rules.relation_names()
    return {"items": [{"name": name, "words": _lines(groups[name])} for name in sorted(groups)]}


def _lines(words: dict[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "word": word} for code, word in words.items()]


@cache
def words_of(views: frozenset[FunctionType]) -> tuple[type[Word], ...]:
    """Every enumeration of words that these views take or give."""
    contracts = map(contract_of, views)
    models = (model for contract in contracts for model in (contract.body, contract.query, contract.output) if model is not None)
    return tuple(dict.fromkeys(_within(models, set())))


def _within(hints: Iterable[Any], seen: set[Any]) -> Iterator[type[Word]]:
    """The words within models and types, however deep."""
    for hint in hints:
        if isinstance(hint, Word):
            yield type(hint)  # one of a Literal
        elif isinstance(hint, type) and issubclass(hint, Word):
            yield hint
        elif isinstance(hint, type) and issubclass(hint, BaseModel) and hint not in seen:
            seen.add(hint)
            yield from _within((field.annotation for field in hint.model_fields.values()), seen)
        yield from _within(get_args(hint), seen)
