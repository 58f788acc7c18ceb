"""Forms from the shapes that the API takes: what a field is called, how long it may be and what it may hold is said there, once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, get_args

from flask import request
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from backend.foundation.errors import Unprocessable
from backend.foundation.terms import Word
from web.fields import Text
from web.labels import label_of
from web.shapes import AnyModel, Body, form_reader, kinds_of, sent_form, shape_in

_MULTILINE_FROM = 200
"""A text that may be longer is written in a box of several lines."""


@dataclass(frozen=True, slots=True)
class FormField:
    """What is drawn of a field. `kind`: a type of HTML's input, or `decimal`, `textarea` or `select`; `choices`: value and word. Where the
    shape takes a word as read, a person chooses all the same: what stands there already is overlooked."""

    name: str
    label: str
    help: str
    needed: bool
    kind: str
    longest: int | None
    choices: tuple[tuple[str, str], ...] = ()


class Form(Generic[AnyModel]):
    """The form of a model, or of some of its fields in the order in which they are asked; what stands inside of one is named by path."""

    def __init__(self, model: type[AnyModel], *names: str) -> None:
        self.fields = tuple(_field(name, _info(model, name)) for name in names or model.model_fields)
        self.read = form_reader(model)

    def __iter__(self) -> Iterator[FormField]:
        return iter(self.fields)

    @property
    def names(self) -> tuple[str, ...]:
        """Of its fields."""
        return tuple(field.name for field in self.fields)

    @property
    def labels(self) -> dict[str, str]:
        """What its fields are called."""
        return {field.name: field.label for field in self.fields}


def sent_file(name: str) -> bytes:
    """What the file of this field in the form in hand holds. Raises Unprocessable where none was chosen."""
    sent_form()
    file = request.files.get(name)
    content = b"" if file is None else file.stream.read()
    if not content:
        raise Unprocessable(errors={name: ["请选择文件"]})
    return content


def by_name(things: Iterable[Any]) -> list[tuple[str, str]]:
    """Things to choose one of, as a field takes them: the id, and the name."""
    return [(str(thing.id), thing.name) for thing in things]


NO_FIELDS = Form(Body)
"""Of a command that is only to be confirmed."""


def _info(model: type[BaseModel], path: str) -> FieldInfo:
    name, _, inner = path.partition(".")
    info = model.model_fields[name]
    if not inner:
        return info
    shape = shape_in(info.annotation)
    if shape is None:
        raise TypeError(f"nothing stands inside of {name}")
    return _info(shape, inner)


def _label(path: str, info: FieldInfo) -> str:
    if info.title is None:
        return label_of(path)
    outer, dot, _ = path.rpartition(".")
    return f"{label_of(outer)}的{info.title}" if dot else info.title


def _field(name: str, info: FieldInfo) -> FormField:
    kinds = kinds_of(info.annotation)
    text = next((part for part in _metadata(info) if isinstance(part, Text)), None)
    words = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Word)), None)
    return FormField(
        name=name,
        label=_label(name, info),
        help="" if words and info.description == words.listed() else info.description or "",  # codes are for programs
        needed=info.is_required() or isinstance(info.default, Word),
        kind="select" if words else _kind(kinds, text),
        longest=text.max if text else None,
        choices=tuple((str(word.value), word.chinese) for word in words) if words else (),
    )


def _metadata(info: FieldInfo) -> list[Any]:
    """What is said of a field, also where it stands inside of an optional one."""
    inner = [part for kind in get_args(info.annotation) for part in getattr(kind, "__metadata__", ())]
    return [*info.metadata, *inner]


def _kind(kinds: set[Any], text: Text | None) -> str:
    if text is not None:
        return "textarea" if text.multiline or text.max > _MULTILINE_FROM else "text"
    if AwareDatetime in kinds:
        return "datetime-local"
    if date in kinds:
        return "date"
    if float in kinds:
        return "decimal"
    if bool in kinds:
        return "checkbox"
    return "number" if int in kinds else "text"
