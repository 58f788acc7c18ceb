"""The OpenAPI 3.1 document: APIFlask gives the skeleton (paths, tags, summaries), this fills each operation from its RouteContract.

It would rather not be built than be wrong: a route without access, summary or output, a number or text without bounds, a schema that says
nothing or two models of one name stop the build with a list of what is missing.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, cast

from apiflask import APIFlask
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from werkzeug.routing import IntegerConverter, Rule, UUIDConverter

from backend.foundation.errors import (
    Forbidden,
    HolderUnchecked,
    Malformed,
    Missing,
    Refusal,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unprocessable,
)
from backend.foundation.idempotency import AnswerNotKept, IdempotencyKeyMissing, IdempotencyKeyReused
from backend.foundation.paging import CursorInvalid
from backend.foundation.refusals import refusals_of
from miniprogram_api.contract import Resource
from miniprogram_api.problems import PROBLEM_JSON, Problem
from web.refusals import BodyTooLarge, Busy, UnsupportedMediaType
from web.routes import Access, RouteContract, contract_of
from web.shapes import ListQuery
from web.submissions import IDEMPOTENCY_KEY_PATTERN

Json = dict[str, Any]

_SUCCESS = {200: "成功", 201: "已创建", 202: "已受理，稍后完成", 204: "成功，没有内容"}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_REF = "#/components/schemas/"
_EXAMPLE = "#/components/examples/"
_RESPONSE = "#/components/responses/"
_HEADERS: Json = {
    "X-Request-Id": {"description": "本次请求的编号", "schema": {"type": "string"}},
    "ETag": {"description": "内容的标记，下次放在 If-None-Match 里", "schema": {"type": "string"}},
    "Retry-After": {"description": "几秒后可以再试", "schema": {"type": "integer", "minimum": 0}},
    "WWW-Authenticate": {"schema": {"type": "string"}},
}
_REQUEST_ID = "X-Request-Id"

_Kinds = tuple[type[Refusal], ...]
"""The refusals of one answer, in the order of their codes."""


class DocumentIncomplete(Exception):
    """The routes do not say all that the document has to; the message lists what is missing, a line each."""


@dataclass(frozen=True)
class _Operation:
    path: str
    method: str
    rule: Rule
    name: str
    contract: RouteContract
    refusals: list[type[Refusal]]

    @property
    def takes_key(self) -> bool:
        return self.contract.takes_key and self.method != "get"


class _Schemas(GenerateJsonSchema):
    """Pydantic's schemas without the English titles that it derives from the names of fields; `Page[ClaimOut]` is ClaimOutPage."""

    def normalize_name(self, name: str) -> str:
        return super().normalize_name(re.sub(r"^(\w+)\[(\w+)\]$", r"\2\1", name))

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        return False


def configure(app: APIFlask) -> None:
    """Let `app.spec` be the whole document."""
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        AUTO_200_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_SERVERS=False,
        SECURITY_SCHEMES={"bearer": {"type": "http", "scheme": "bearer", "description": "登录后得到的 access token"}},
    )
    app.spec_processor(lambda skeleton: _complete(app, cast(Json, skeleton)))


def _complete(app: APIFlask, skeleton: Json) -> Json:
    operations = list(_operations(app))
    refs, schemas = _schemas_of(operations)
    shared = _shared_by_many(operations)
    missing = [*_gaps(app, operations, skeleton), *_unbounded(operations, refs, schemas), *_empty(schemas)]
    missing += [f"{name}: two answers share this name" for name, count in Counter(shared.values()).items() if count > 1]
    if missing:
        raise DocumentIncomplete("The OpenAPI document cannot be written:\n" + "\n".join(f"  {line}" for line in missing))
    for operation in operations:
        described = skeleton["paths"][operation.path][operation.method]
        _fill(described, operation, refs, schemas)
        described["responses"] |= _refusals(operation, shared)
        if operation.contract.revalidated:
            described["responses"]["304"] = {"description": "与 If-None-Match 所带的 ETag 相同，没有变化", "headers": _headers(_REQUEST_ID)}
        described["responses"] = dict(sorted(described["responses"].items()))
    for operation in operations:
        if operation.contract.query is not None:
            schemas.pop(_name_of(refs[operation.contract.query, "validation"]), None)
    _tell_defaults(schemas)
    # Resources may share a tag; the document may name each but once.
    skeleton["tags"] = list({tag["name"]: tag for tag in skeleton["tags"]}.values())
    components = skeleton.setdefault("components", {})
    components["schemas"] = dict(sorted(schemas.items()))
    components["examples"] = _examples_of_refusals(operations)
    components["responses"] = {name: _refusal_answer(kinds) for kinds, name in sorted(shared.items(), key=itemgetter(1))}
    components["headers"] = _HEADERS
    return skeleton


def _tell_defaults(schemas: dict[str, Json]) -> None:
    """Of a field that may be left out the description says what it is then: with `default`, generated clients would ask for it."""
    for schema in schemas.values():
        for name, part in schema.get("properties", {}).items():
            default = part.pop("default", None)
            if default is not None and name not in schema.get("required", []):
                told = f"不填则为 {json.dumps(default, ensure_ascii=False)}"
                part["description"] = f"{part['description']}；{told}" if "description" in part else told


def _operations(app: APIFlask) -> Iterator[_Operation]:
    for rule in app.url_map.iter_rules():
        blueprint = app.blueprints.get(rule.endpoint.rpartition(".")[0])
        view = app.view_functions[rule.endpoint]
        if not isinstance(blueprint, Resource) or view.__dict__.get("_spec", {}).get("hide"):
            continue
        path = re.sub(r"<(?:[^<>:]+:)?([^<>]+)>", r"{\1}", rule.rule)
        read = sorted(refusals_of(view), key=lambda kind: kind.code)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield _Operation(path, method.lower(), rule, view.__name__, contract_of(view), read)


def _schemas_of(operations: list[_Operation]) -> tuple[dict[tuple[type[BaseModel], JsonSchemaMode], Json], dict[str, Json]]:
    """One component for each model, nested ones included, however many routes use it."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "validation"): None}
    for operation in operations:
        contract = operation.contract
        for model in (contract.body, contract.query):
            if model is not None:
                wanted[model, "validation"] = None
        if contract.output is not None:
            wanted[contract.output, "serialization"] = None
    refs, definitions = models_json_schema(list(wanted), ref_template=_REF + "{model}", schema_generator=_Schemas)
    return dict(refs), definitions["$defs"]  # type: ignore[arg-type]


def _gaps(app: APIFlask, operations: list[_Operation], skeleton: Json) -> Iterator[str]:
    seen: dict[str, str] = {}
    for operation in operations:
        where = f"{operation.method.upper()} {operation.path} ({operation.name})"
        contract = operation.contract
        described = skeleton["paths"].get(operation.path, {}).get(operation.method)
        if described is None or not _CHINESE.search(described.get("summary", "")):
            yield f"{where}: no @bp.doc(summary=…) in Chinese"
        if contract.access is None:
            yield f"{where}: nothing says who may call it (@public, @reads, @writes, @creates)"
        if contract.output is None and contract.status != 204 and contract.media_type == "application/json":
            yield f"{where}: no @bp.output or @bp.download"
        if seen.setdefault(operation.name, where) != where:
            yield f"{where}: the name is taken by {seen[operation.name]}"
        for name, converter in operation.rule._converters.items():
            if isinstance(converter, IntegerConverter) and converter.max is None:
                yield f"{where}: <int:{name}> without max lets in numbers beyond bigint"
    if not app.title:
        yield "the app has no title"


def _unbounded(
    operations: list[_Operation], refs: dict[tuple[type[BaseModel], JsonSchemaMode], Json], schemas: dict[str, Json]
) -> Iterator[str]:
    """Values that a client sends must have ends, or they fail in the database."""
    reached: set[str] = set()
    waiting = [
        _name_of(refs[model, "validation"])
        for operation in operations
        for model in (operation.contract.body, operation.contract.query)
        if model
    ]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        for place, part in _parts(schemas[name], name):
            if "$ref" in part:
                waiting.append(_name_of(part))
            kind = part.get("type")
            if kind == "integer" and not ({"minimum", "exclusiveMinimum"} & part.keys() and {"maximum", "exclusiveMaximum"} & part.keys()):
                yield f"{place}: a whole number without both ends, use Between(low, high)"
            if kind == "string" and not {"maxLength", "enum", "const", "format"} & part.keys():
                yield f"{place}: a text without a longest length, use Text(max=…)"
            if kind == "array" and "maxItems" not in part:
                yield f"{place}: a list without a longest length, use Field(max_length=…)"


def _empty(schemas: dict[str, Json]) -> Iterator[str]:
    """A schema that allows anything says that nobody described it."""
    for name, schema in schemas.items():
        if "__" in name:
            yield f"{name}: two models share this name"
        for place, part in _parts(schema, name):
            telling = part.keys() - {"title", "description", "default", "examples", "deprecated"}
            if not telling or (part.get("type") == "object" and not part.keys() & {"properties", "additionalProperties"}):
                yield f"{place}: nothing says what it holds"


def _parts(schema: Json, place: str) -> Iterator[tuple[str, Json]]:
    """The schema and every schema inside it, each with the path to it."""
    yield place, schema
    for name, inner in schema.get("properties", {}).items():
        yield from _parts(inner, f"{place}.{name}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from _parts(schema[keyword], f"{place}.{keyword}")
    for keyword in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for index, inner in enumerate(schema.get(keyword, [])):
            yield from _parts(inner, f"{place}.{keyword}[{index}]")


def _fill(
    described: Json, operation: _Operation, refs: dict[tuple[type[BaseModel], JsonSchemaMode], Json], schemas: dict[str, Json]
) -> None:
    contract = operation.contract
    described["operationId"] = operation.name
    described["security"] = [] if contract.access is Access.PUBLIC else [{"bearer": []}]
    described["parameters"] = [*_path_parameters(operation.rule)]
    if contract.query is not None:
        described["parameters"] += _query_parameters(schemas[_name_of(refs[contract.query, "validation"])])
    if operation.takes_key:
        described["parameters"].append(_idempotency_header(required=contract.access is Access.CREATES))
    if contract.body is not None:
        described["requestBody"] = {"required": True, "content": {contract.body_type: _content(refs[contract.body, "validation"], schemas)}}
    described["responses"] = {str(contract.status): _success(contract, refs, schemas)}


def _path_parameters(rule: Rule) -> Iterator[Json]:
    for name, converter in rule._converters.items():
        if isinstance(converter, UUIDConverter):
            schema: Json = {"type": "string", "format": "uuid"}
        elif isinstance(converter, IntegerConverter):
            schema = {"type": "integer", "minimum": converter.min or 0, "maximum": converter.max}
        else:
            schema = {"type": "string", "minLength": 1, "pattern": f"^{converter.regex}$"}
        yield {"in": "path", "name": name, "required": True, "schema": schema}


def _query_parameters(schema: Json) -> list[Json]:
    required = schema.get("required", [])
    return [
        {"in": "query", "name": name, "required": name in required, "schema": _without_null(part)}
        for name, part in schema["properties"].items()
    ]


def _without_null(part: Json) -> Json:
    """A parameter is left out, never null."""
    kinds = [kind for kind in part.get("anyOf", []) if kind.get("type") != "null"]
    if not kinds:
        return part
    rest = {key: value for key, value in part.items() if key != "anyOf" and not (key == "default" and value is None)}
    return {**kinds[0], **rest} if len(kinds) == 1 else {"anyOf": kinds, **rest}


def _idempotency_header(*, required: bool) -> Json:
    optional = "" if required else "；可以不带，网络不好会重发的请带上"
    return {
        "in": "header",
        "name": "Idempotency-Key",
        "required": required,
        "description": f"同一次提交用同一个值，重发不会重复办理，得到同样的回答；建议用 UUID{optional}",
        "schema": {"type": "string", "pattern": IDEMPOTENCY_KEY_PATTERN},
        "example": "01930a6e-7c1a-7b5e-9a52-3f0c8c1d2e4f",
    }


def _success(contract: RouteContract, refs: dict[tuple[type[BaseModel], JsonSchemaMode], Json], schemas: dict[str, Json]) -> Json:
    headers = (_REQUEST_ID, "ETag") if contract.revalidated else (_REQUEST_ID,)
    answer: Json = {"description": _SUCCESS.get(contract.status, "成功"), "headers": _headers(*headers)}
    if contract.output is not None:
        answer["content"] = {"application/json": _content(refs[contract.output, "serialization"], schemas)}
    elif contract.media_type != "application/json":
        answer["content"] = {contract.media_type: {"schema": {"type": "string", "contentMediaType": contract.media_type}}}
    return answer


def _content(reference: Json, schemas: dict[str, Json]) -> Json:
    """A body of this schema, with the examples that the model gives; those of a page hold those of its items."""
    schema = schemas[_name_of(reference)]
    examples = schema.get("examples", [])
    if not examples and "next_cursor" in schema["properties"]:
        items = schemas[_name_of(schema["properties"]["items"]["items"])].get("examples", [])
        examples = [{"items": items, "next_cursor": None, "total": None}] if items else []
    named = {f"example{number}" if len(examples) > 1 else "example": {"value": value} for number, value in enumerate(examples, 1)}
    return {"schema": reference, "examples": named} if named else {"schema": reference}


def refusals_by_operation(app: APIFlask) -> dict[str, list[type[Refusal]]]:
    """Why each operation may say no: operation id → refusals, one for each code."""
    return {operation.name: list(_refusals_of(operation).values()) for operation in _operations(app)}


def _refusals_of(operation: _Operation) -> dict[str, type[Refusal]]:
    return {refusal.code: refusal for refusal in (*_common_refusals(operation), *operation.contract.refusals, *operation.refusals)}


def _by_status(operation: _Operation) -> dict[int, _Kinds]:
    told = sorted(_refusals_of(operation).values(), key=lambda kind: (kind.status, kind.code))
    return {status: tuple(kinds) for status, kinds in groupby(told, key=lambda kind: kind.status)}


def _shared_by_many(operations: list[_Operation]) -> dict[_Kinds, str]:
    """Answers that several operations give, each with the name under which it stands once: its codes."""
    given = Counter(kinds for operation in operations for kinds in _by_status(operation).values())
    return {kinds: ".".join(kind.code for kind in kinds) for kinds, count in given.items() if count > 1}


def _refusals(operation: _Operation, shared: dict[_Kinds, str]) -> dict[str, Json]:
    return {
        str(status): {"$ref": _RESPONSE + shared[kinds]} if kinds in shared else _refusal_answer(kinds)
        for status, kinds in _by_status(operation).items()
    }


def _common_refusals(operation: _Operation) -> Iterator[type[Refusal]]:
    contract = operation.contract
    if contract.body is not None:
        yield from (Malformed, BodyTooLarge, UnsupportedMediaType, Unprocessable)
    if contract.query is not None:
        yield Unprocessable
        if issubclass(contract.query, ListQuery):
            yield CursorInvalid
    if contract.access is not Access.PUBLIC:
        yield from (Unauthenticated, Forbidden, HolderUnchecked)
    if operation.takes_key:
        yield from (IdempotencyKeyMissing, IdempotencyKeyReused, AnswerNotKept)
        yield BodyTooLarge  # the key goes with a digest of the body, also where none is asked for
    if operation.rule.arguments:
        yield Missing
    yield from (TooMany, Unavailable, Busy)


def _refusal_answer(kinds: _Kinds) -> Json:
    headers = [_REQUEST_ID]
    if any(issubclass(kind, TooMany | Unavailable) for kind in kinds):
        headers.append("Retry-After")
    if any(issubclass(kind, Unauthenticated) for kind in kinds):
        headers.append("WWW-Authenticate")
    return {
        "description": "\n".join(f"- `{kind.code}`：{kind.detail}" for kind in kinds),
        "headers": _headers(*headers),
        "content": {
            PROBLEM_JSON: {
                # Not beside the reference: generators of clients pass over what stands there, and the codes would be mere strings.
                "schema": {"allOf": [{"$ref": f"{_REF}Problem"}, _with_code([kind.code for kind in kinds])]},
                "examples": {kind.code: {"$ref": _EXAMPLE + kind.code} for kind in kinds},
            }
        },
    }


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _with_code(codes: list[str]) -> Json:
    return {"type": "object", "properties": {"code": {"type": "string", "enum": codes}}, "required": ["code"]}


def _examples_of_refusals(operations: list[_Operation]) -> dict[str, Json]:
    kinds = {code: kind for operation in operations for code, kind in _refusals_of(operation).items()}
    return {code: {"summary": kinds[code].detail, "value": _example_of(kinds[code])} for code in sorted(kinds)}


def _example_of(kind: type[Refusal]) -> Json:
    return {
        "type": f"/problems/{kind.code}",
        "title": kind.detail,
        "status": kind.status,
        "detail": kind.detail,
        "code": kind.code,
        "errors": {"name": ["必填"]} if issubclass(kind, Unprocessable) else {},
        "request_id": "8f14e45fceea167a5a36dedd4bea2543",
    }


def _name_of(reference: Json) -> str:
    return str(reference["$ref"]).removeprefix(_REF)
