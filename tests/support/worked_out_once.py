"""What hypothesis 6.170 and schemathesis 4.32 work out anew for each value and each answer, worked out once: a quarter of their time.

Nothing of what they ask or check is another for it: a strategy draws alike whoever holds it, and what an inquiry was told it keeps.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis.strategies import SearchStrategy
from schemathesis import APIOperation
from schemathesis.config import ChecksConfig, ProjectConfig
from schemathesis.filters import Filter, FilterSet


@contextmanager
def worked_out_once() -> Iterator[None]:
    """Meanwhile each pattern becomes a strategy once, each class of characters in them too; to which operations what is set applies is
    asked once, and which checks are on is settled once for each operation of an inquiry."""
    from hypothesis.strategies._internal import regex  # reads its tables at once, which hypothesis forbids while tests are collected

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(regex, "regex_strategy", _one_for_each_pattern(regex.regex_strategy))
        patch.setattr(regex, "_strategy", _one_for_each_class(regex._strategy, regex.sre.IN))
        patch.setattr(FilterSet, "applies_to", _one_for_each_filter(FilterSet.applies_to))
        patch.setattr(ProjectConfig, "checks_config_for", _one_for_each_operation(ProjectConfig.checks_config_for))
        yield


def _one_for_each_pattern(make: Callable[..., SearchStrategy[Any]]) -> Callable[..., SearchStrategy[Any]]:
    made: dict[tuple[object, ...], SearchStrategy[Any]] = {}

    def strategy(pattern: re.Pattern[Any] | str | bytes, fullmatch: bool, **given: Any) -> SearchStrategy[Any]:
        # An alphabet is made anew each time; by its characters it is the same. Any other is told by itself.
        alphabet = given.pop("alphabet", None)
        key = (pattern, fullmatch, getattr(alphabet, "intervals", alphabet), *given.items())
        if key not in made:
            made[key] = make(pattern, fullmatch, alphabet=alphabet, **given)
        return made[key]

    return strategy


def _one_for_each_class(make: Callable[..., SearchStrategy[Any]], a_class: object) -> Callable[..., SearchStrategy[Any]]:
    """Of what a pattern consists, the strategies of its classes (`[...]`), which are made by each single character between their ends:
    our patterns of text share a few, with twenty thousand characters each."""
    made: dict[tuple[object, ...], SearchStrategy[Any]] = {}

    def strategy(codes: Any, context: Any, is_unicode: bool, *, alphabet: Any) -> SearchStrategy[Any]:
        if not (isinstance(codes, tuple) and codes[0] == a_class):
            return make(codes, context, is_unicode, alphabet=alphabet)
        key = (tuple(codes[1]), context.flags, is_unicode, getattr(alphabet, "intervals", alphabet))
        if key not in made:
            made[key] = make(codes, context, is_unicode, alphabet=alphabet)
        return made[key]

    return strategy


def _one_for_each_filter(ask: Callable[[FilterSet, APIOperation], bool]) -> Callable[[FilterSet, APIOperation], bool]:
    """What is set for one operation, by its id, is held against each of them, some times for each request; in the next inquiry again."""
    told: dict[tuple[frozenset[Filter], frozenset[Filter]], dict[tuple[object, ...], bool]] = {}
    known: dict[int, tuple[FilterSet, dict[tuple[object, ...], bool]]] = {}

    def applies(self: FilterSet, operation: APIOperation) -> bool:
        if id(self) not in known:
            # With who was asked, or another could come by its id.
            known[id(self)] = self, told.setdefault((frozenset(self._includes), frozenset(self._excludes)), {})
        answers = known[id(self)][1]
        key = (operation.label, operation.definition.raw.get("operationId"))
        if key not in answers:
            answers[key] = ask(self, operation)
        return answers[key]

    return applies


def _one_for_each_operation(settle: Callable[..., ChecksConfig]) -> Callable[..., ChecksConfig]:
    settled: dict[tuple[object, ...], tuple[ProjectConfig, ChecksConfig]] = {}

    def checks(self: ProjectConfig, *, operation: APIOperation | None = None, phase: str | None = None) -> ChecksConfig:
        key = (id(self), operation and operation.label, phase)
        if key not in settled:
            # With who was asked, or another could come by its id.
            settled[key] = self, settle(self, operation=operation, phase=phase)
        return settled[key][1]

    return checks
