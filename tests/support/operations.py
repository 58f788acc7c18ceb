"""The operations of the API as its document lists them, and for each the requests that it must refuse.

A new route is asked without being listed anywhere: its address, body and query are read from the document.
"""

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

from jsonschema_rs import Draft202012Validator
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

Json = dict[str, Any]
Place = tuple[str | int, ...]

A_FILE = b"%PDF-1.7"


def a_file(content: bytes = A_FILE) -> Json:
    """A form in parts with one file, as the client of a test sends it."""
    line, form = encode_multipart({"file": FileStorage(BytesIO(content), "file")})
    return {"data": form, "content_type": f"multipart/form-data; boundary={line}"}


METHODS = ("get", "post", "put", "patch", "delete")

# One of each kind of JSON, and what a store or a reader of a kind chokes on.
ODD_VALUES: tuple[object, ...] = (
    None,
    True,
    7,
    -1,
    0.5,
    2**63,
    -(2**63) - 1,
    10**400,
    "",
    "x",
    " \u3000",
    "a\x00b",
    "\u202eabc",
    "x" * 5000,
    "2026-02-30",
    "9999-12-31T00:00:00Z",
    "2026-03-05T09:00:00",
    [],
    {},
    [[]],
    {"x": 1},
)
ODD_TEXTS = ("", "x", "-1", "7.5", "9" * 19, "a\x00b", "\u202eabc", "2026-02-30", "9999-12-31T00:00:00Z", "字" * 2000)


@dataclass(frozen=True)
class Field:
    """A field of a body: where it stands, and what the document says of it."""

    place: Place
    odd: tuple[object, ...]
    """Those of ODD_VALUES that the document does not allow here."""
    is_text: bool
    is_id: bool
    is_part: bool
    """Whether it has fields of its own."""

    @property
    def name(self) -> str:
        """As `errors` names it."""
        return ".".join(str(step) for step in self.place)


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    method: str
    path: str
    described: Json
    components: Json
    known: Json
    """What parameters and fields of a name are to be, so that they speak of something that exists."""

    @property
    def name(self) -> str:
        """The operation's id."""
        return str(self.described["operationId"])

    @property
    def is_guarded(self) -> bool:
        """Whether it asks who is calling."""
        return bool(self.described["security"])

    @property
    def takes_key(self) -> bool:
        """Whether it hears an Idempotency-Key."""
        return any(parameter["in"] == "header" for parameter in self.described["parameters"])

    @property
    def wants_key(self) -> bool:
        """Whether it does nothing without one."""
        return any(parameter["in"] == "header" and parameter["required"] for parameter in self.described["parameters"])

    @property
    def places(self) -> dict[str, Json]:
        """The parameters of the address."""
        return self._parameters("path")

    @property
    def query(self) -> dict[str, Json]:
        """The parameters behind the question mark."""
        return self._parameters("query")

    @property
    def needed_query(self) -> Json:
        """Those of them that must be there."""
        wanted = [parameter for parameter in self.described["parameters"] if parameter["in"] == "query" and parameter["required"]]
        return {parameter["name"]: self.known[parameter["name"]] for parameter in wanted}

    @cached_property
    def body(self) -> Json | None:
        """The schema of the body."""
        content: Json = self.described.get("requestBody", {}).get("content", {}).get("application/json", {})
        return self.resolved(content["schema"]) if content else None

    @property
    def takes_file(self) -> bool:
        """Whether it takes a form in parts that holds one file."""
        return "multipart/form-data" in self.described.get("requestBody", {}).get("content", {})

    @cached_property
    def example(self) -> Json:
        """A body that the document allows: its example with every part filled in, and with what is known."""
        assert self.body is not None
        body = self._completed(self.body, copy.deepcopy(self.body["examples"][0]))
        body.update({name: self.known[name] for name in body.keys() & self.known.keys()})
        assert not self.refuses(self.body, [body]), (self.name, body)
        return body

    @cached_property
    def fields(self) -> list[Field]:
        """Every field of the body, nested ones where the example has their parent."""
        assert self.body is not None
        return list(self._fields(self.body, self.example, ()))

    def address(self, **other: object) -> str:
        """The address of what exists, but for the parameters that are given."""
        return self.path.format(**{name: other.get(name, self.known[name]) for name in self.places})

    def refuses(self, schema: Json, values: Iterable[object]) -> tuple[object, ...]:
        """Those of the values that the document does not allow."""
        validator = Draft202012Validator({**schema, "components": {"schemas": self._parts_of(schema)}}, validate_formats=True)
        return tuple(value for value in values if not validator.is_valid(value))

    def _parts_of(self, schema: Json) -> Json:
        """The components that a schema needs, itself or by another: a validator reads all that it is given, which takes milliseconds."""
        found: Json = {}
        left: list[object] = [schema]
        while left:
            part = left.pop()
            name = str(part.get("$ref", "")).rpartition("/")[2] if isinstance(part, dict) else ""
            if name and name not in found:
                found[name] = self.components["schemas"][name]
                left.append(found[name])
            left += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        return found

    def resolved(self, schema: Json) -> Json:
        """The schema itself, behind `$ref` and without null."""
        kinds = [kind for kind in schema.get("anyOf", []) if kind.get("type") != "null"]
        if len(kinds) == 1:
            return self.resolved(kinds[0])
        if "$ref" in schema:
            found: Json = self.components["schemas"][schema["$ref"].rpartition("/")[2]]
            return found
        return schema

    def odd_texts(self, schema: Json) -> set[str]:
        """Those of ODD_TEXTS that no query may carry for a parameter of this schema."""
        read_as = {text: int(text) for text in ODD_TEXTS if re.fullmatch(r"-?(0|[1-9][0-9]*)", text)}
        if self.resolved(schema).get("type") != "integer":
            read_as = {}
        values = {text: read_as.get(text, text) for text in ODD_TEXTS}
        refused = self.refuses(schema, values.values())
        return {text for text, value in values.items() if value in refused}

    def _parameters(self, where: str) -> dict[str, Json]:
        return {parameter["name"]: parameter["schema"] for parameter in self.described["parameters"] if parameter["in"] == where}

    def _completed(self, schema: Json, value: Json) -> Json:
        for name, part in schema["properties"].items():
            inner = self.resolved(part)
            # What an example may leave out, and has no example of its own, stands in the place of another field.
            if "properties" in inner and (value.get(name) or "examples" in inner):
                value[name] = self._completed(inner, value.get(name) or copy.deepcopy(inner["examples"][0]))
        return value

    def _fields(self, schema: Json, value: object, place: Place) -> Iterator[Field]:
        if isinstance(value, dict):
            for name, part in schema.get("properties", {}).items():
                yield from self._field(part, value.get(name), (*place, name))
        elif isinstance(value, list) and value:
            yield from self._field(schema["items"], value[0], (*place, 0))

    def _field(self, schema: Json, value: object, place: Place) -> Iterator[Field]:
        inner = self.resolved(schema)
        yield Field(
            place,
            self.refuses(schema, ODD_VALUES),
            is_text=inner.get("type") == "string",
            is_id=inner.get("format") == "uuid",
            is_part=isinstance(value, dict | list),
        )
        yield from self._fields(inner, value, place)


def operations_of(document: Json, known: Json) -> list[Operation]:
    """All operations under /api/v1."""
    return [
        Operation(method, path, item[method], document["components"], known)
        for path, item in document["paths"].items()
        for method in METHODS
        if path.startswith("/api/v1/") and method in item
    ]


def with_value(body: Json, places: Iterable[Place], value: object) -> Json:
    """The body with another value at those places."""
    changed = copy.deepcopy(body)
    for place in places:
        inner: Any = changed
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = value
    return changed
