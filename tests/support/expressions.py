"""The regular expressions of the product, read from its sources: the expression, and the way in which it is put to a text."""

import ast
import builtins
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
NOT_THE_PRODUCT = {"tests", "bench"}
TO_THE_END = ("findall", "finditer", "split", "sub", "subn")
WAYS = {way: way for way in ("match", "fullmatch", "search")} | dict.fromkeys(TO_THE_END, "findall")


@dataclass(frozen=True)
class Expression:
    """An expression and the method by which it reads a text; `findall` stands for all that read it to its end."""

    pattern: str
    flags: int
    way: str


class _Names(dict[str, object]):
    """What the names in a module's code stand for; what only a function knows stands for a word."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__(vars(builtins) | vars(module))

    def __missing__(self, name: str) -> str:
        return "word"


def expressions() -> set[Expression]:
    """All of them: compiled or given at once to `re`, and those by which pydantic checks a text."""
    found: set[Expression] = set()
    compiled: set[tuple[str, int]] = set()
    for module, tree in _modules():
        names = _Names(module)
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            found.update(Expression(given, 0, "search") for given in _patterns_for_pydantic(call, names))
            if not isinstance(call.func, ast.Attribute):
                continue
            owner = _owner(call.func.value, names)
            if owner is re and call.func.attr == "compile":
                compiled.add(_as_text(re.compile(*(_value(given, names) for given in call.args))))
            elif call.func.attr in WAYS and (used := _used(owner, call, names)) is not None:
                found.add(Expression(*_as_text(used), WAYS[call.func.attr]))
    unseen = compiled - {(one.pattern, one.flags) for one in found}  # handed on, so it may be used in any way
    return found | {Expression(*one, way) for one in unseen for way in ("fullmatch", "findall")}


def _modules() -> Iterator[tuple[ModuleType, ast.Module]]:
    for package in sorted(ROOT.glob("*/__init__.py")):
        for path in sorted(package.parent.rglob("*.py")):
            source = path.read_text()
            if package.parent.name not in NOT_THE_PRODUCT and ("import re\n" in source or "pattern=" in source):
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                yield importlib.import_module(name), ast.parse(source)


def _owner(node: ast.expr, names: _Names) -> object:
    """What stands before the dot, where that is a name, or a name in a module or a class."""
    if isinstance(node, ast.Attribute):
        owner = _owner(node.value, names)
        return getattr(owner, node.attr, None) if isinstance(owner, ModuleType | type) else None
    return names.get(node.id) if isinstance(node, ast.Name) else None


def _value(node: ast.expr, names: _Names) -> object:
    return eval(compile(ast.Expression(node), "<expression>", "eval"), {}, names)  # noqa: S307 - our own code


def _used(owner: object, call: ast.Call, names: _Names) -> re.Pattern[str] | re.Pattern[bytes] | None:
    if isinstance(owner, re.Pattern):
        return owner
    if owner is not re:
        return None
    flags = [flag for given in call.args[1:] if isinstance(flag := _owner(given, names), re.RegexFlag)]
    return re.compile(_value(call.args[0], names), *flags)


def _as_text(pattern: re.Pattern[str] | re.Pattern[bytes]) -> tuple[str, int]:
    if isinstance(pattern.pattern, bytes):
        return pattern.pattern.decode("latin-1"), pattern.flags
    return pattern.pattern, pattern.flags


def _patterns_for_pydantic(call: ast.Call, names: _Names) -> Iterator[str]:
    """What a field must hold. What a class works out for the document stands in the document."""
    for keyword in call.keywords:
        if keyword.arg == "pattern" and not isinstance(keyword.value, ast.Call):
            yield str(_value(keyword.value, names))
