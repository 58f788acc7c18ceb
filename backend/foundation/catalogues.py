"""Catalogues: what a street may change without a programmer (`config/*.toml`), validated when a process starts.

Each module of a catalogue is a `Shelf`. A wrong block stops the start and names file, line and field, so that whoever edited it finds the
place.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from backend.foundation.terms import NOT_A_WORD
from config.sentences import sentence_of


class Entry(BaseModel):
    """Parent of what a catalogue holds: immutable, and no key that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shelf(Protocol):
    """What each module of a catalogue offers: reads it, takes what was read, and gives what this process took."""

    def read(self, path: Path, /) -> Any: ...

    def use(self, given: Any, /) -> None: ...

    def current(self) -> Any: ...


class CatalogueInvalid(Exception):
    """A catalogue cannot be used; the message names file, line and what is wrong."""


Catalogue = TypeVar("Catalogue", bound=Entry)


def load(path: Path, shape: type[Catalogue]) -> Catalogue:
    """Read one catalogue. Raises CatalogueInvalid."""
    text = path.read_text(encoding="utf-8")
    try:
        return shape.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueInvalid(f"{path.name} 不是有效的 TOML：{error}") from error
    except ValidationError as error:
        problems = "\n".join(f"  {_place(text, problem['loc'], path.name)}: {_sentence(problem)}" for problem in error.errors())
        raise CatalogueInvalid(f"{path.name} 有误：\n{problems}") from error


def _sentence(problem: ErrorDetails) -> str:
    """Who edits a catalogue writes the codes, where somebody at a form reads the words."""
    return f"只能是：{problem['ctx']['codes']}" if problem["type"] == NOT_A_WORD else sentence_of(problem)


def _place(text: str, location: tuple[int | str, ...], name: str) -> str:
    return f"{name} 第 {_line(text, location)} 行，{'.'.join(map(str, location))}"


def _line(text: str, location: tuple[int | str, ...]) -> int:
    """The line of the innermost key of the location that is written down: its table's header, or the key itself below that header."""
    lines = text.splitlines()
    table, at, seen = "", 0, -1
    key = str(location[-1]) if location else ""
    tables: dict[str, int] = {}
    for number, line in enumerate(lines):
        header = re.match(r"\s*\[(\[?)([^\]]+)\]", line)
        if header:
            table = header[2].strip()
            tables[table] = tables.get(table, -1) + 1
            seen = tables[table]
            if _is_inside(table, seen, location):
                at = number
        elif _is_inside(table, seen, location) and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
            return number + 1
    return at + 1


def _is_inside(table: str, index: int, location: tuple[int | str, ...]) -> bool:
    names = [str(part) for part in location if isinstance(part, str)]
    indices = [part for part in location if isinstance(part, int)]
    parts = table.split(".")
    return bool(table) and names[: len(parts)] == parts and (not indices or indices[0] == index)
