"""Why a command may refuse, read from its code: the refusals that it names, and those of all that it calls. So nobody lists them.

What the code does not tell stands beside it: `@refuses`, for what is raised out of sight, and `@never`, for what something that it calls
could refuse by its form and cannot here. A call costs neither. It is read when a page is made (the OpenAPI document, docs/api-codes.md).
"""

import ast
import inspect
import linecache
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, TypeVar

from backend.foundation.errors import Refusal
from backend.foundation.life import FactStep, Step

_OURS = ("backend.", "console.", "miniprogram_api.", "web.")
_ASKED_BY_THE_EDGE = "backend.accounts.policy"  # what policy refuses is said of every route behind a log-in

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")  # where a statement holds others

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])
Refusals = frozenset[type[Refusal]]


def refuses(*kinds: type[Refusal]) -> Callable[[AnyFunction], AnyFunction]:
    """Say what a function refuses that no reading finds: a method of what it is given raises it, or it goes by a value."""

    def decorate(function: AnyFunction) -> AnyFunction:
        function.__dict__["_refuses"] = frozenset(kinds)
        return function

    return decorate


def never(*kinds: type[Refusal], because: str) -> Callable[[AnyFunction], AnyFunction]:
    """Say what a function does not refuse though something that it calls could, and why."""

    def decorate(function: AnyFunction) -> AnyFunction:
        function.__dict__["_never"] = {**never_of(function), **dict.fromkeys(kinds, because)}
        return function

    return decorate


def refuses_of(function: object) -> Refusals:
    """What is said by `@refuses`."""
    return getattr(function, "_refuses", frozenset())


def never_of(function: object) -> Mapping[type[Refusal], str]:
    """What is said by `@never`."""
    return getattr(function, "_never", {})


def refusals_of(function: Callable[..., Any]) -> Refusals:
    """All that a function may refuse, one for each code: the kind that brings it, where several say the same."""
    return frozenset(_bringing_its_code(kind) for kind in _read(inspect.unwrap(function), {}))


def refusals_by_form(function: Callable[..., Any]) -> Refusals:
    """As `refusals_of`, were nothing said beside the function itself."""
    return _read_named(inspect.unwrap(function), {})


@cache
def body_of(function: FunctionType) -> tuple[ast.AST, ...]:
    """All that stands in the source of a function, without what its decorators say."""
    code = inspect.unwrap(function).__code__
    whole = _functions_in(code.co_filename).get(code.co_firstlineno)
    if whole is None:  # a lambda
        return tuple(ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))))
    left_out = {id(part) for said in whole.decorator_list for part in ast.walk(said)}
    return tuple(node for node in ast.walk(whole) if id(node) not in left_out)


@cache
def _functions_in(filename: str) -> Mapping[int, ast.FunctionDef]:
    """The functions of a file by the line on which they begin, with their decorators. Each file is read once: to look for the end of
    each function, as inspect does, takes longer than all the rest of a document."""
    found: dict[int, ast.FunctionDef] = {}
    left: list[ast.AST] = [ast.parse("".join(linecache.getlines(filename)))]
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef):
            found[min([node.lineno, *(said.lineno for said in node.decorator_list)])] = node
        left += [inner for block in _BLOCKS for inner in getattr(node, block, ())]
    return found


def named(function: FunctionType, node: ast.AST) -> object:
    """What a name, or a name behind the name of a module, stands for in a function; None where that cannot be told."""
    if isinstance(node, ast.Name):
        return function.__globals__.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = function.__globals__.get(node.value.id)
        return getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
    return None


def _read(thing: object, known: dict[int, Refusals]) -> Refusals:
    """`known` holds what was read on the way; of what is being read it holds nothing yet, as who calls themselves adds nothing."""
    if isinstance(thing, type) and issubclass(thing, Refusal):
        return frozenset({thing} - {Refusal})
    if isinstance(thing, dict):
        return frozenset(kind for kind in thing.values() if isinstance(kind, type) and issubclass(kind, Refusal))
    if isinstance(thing, Step | FactStep):
        conflicts = thing.conflicts.values() if isinstance(thing, Step) else ()
        refusals = () if thing.refusal is None else (thing.refusal,)
        return frozenset({*refusals, *conflicts}) | _read(type(thing), known)
    if id(thing) not in known:
        known[id(thing)] = frozenset()
        known[id(thing)] = (_read_named(thing, known) | refuses_of(thing)) - never_of(thing).keys()
    return known[id(thing)]


def _read_named(thing: object, known: dict[int, Refusals]) -> Refusals:
    if isinstance(thing, type):
        return frozenset().union(*(_read(inspect.unwrap(method), known) for method in _methods(thing)))
    return frozenset().union(*(_read(one, known) for one in _named_by(thing))) if isinstance(thing, FunctionType) else frozenset()


def _bringing_its_code(kind: type[Refusal]) -> type[Refusal]:
    return [above for above in kind.__mro__ if issubclass(above, Refusal) and above.code == kind.code][-1]


@cache
def _methods(kind: type) -> tuple[FunctionType, ...]:
    found = (getattr(attribute, "__func__", attribute) for attribute in vars(kind).values())
    return tuple(method for method in found if isinstance(method, FunctionType))


@cache
def _named_by(function: FunctionType) -> tuple[object, ...]:
    """What a function names that may refuse."""
    found = {id(one): one for node in _said_by(function) if _may_refuse(one := _unwrapped(named(function, node)))}
    return tuple(found.values())


def _unwrapped(thing: object) -> object:
    return thing if isinstance(thing, type) else getattr(thing, "__wrapped__", thing)


def _may_refuse(thing: object) -> bool:
    if isinstance(thing, FunctionType | type):
        return thing.__module__.startswith(_OURS) and thing.__module__ != _ASKED_BY_THE_EDGE
    return isinstance(thing, dict | Step | FactStep)


def _said_by(function: FunctionType) -> Iterator[ast.AST]:
    """The body of a function without annotations and what it catches."""
    if function.__code__.co_filename.startswith("<"):
        return iter(())  # made by dataclasses
    nodes = body_of(function)
    left_out = [node.type for node in nodes if isinstance(node, ast.ExceptHandler)]
    left_out += [node.annotation for node in nodes if isinstance(node, ast.arg | ast.AnnAssign)]
    left_out += [node.returns for node in nodes if isinstance(node, ast.FunctionDef)]
    ids = {id(part) for node in left_out if node is not None for part in ast.walk(node)}
    return (node for node in nodes if id(node) not in ids)
