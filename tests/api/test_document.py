"""The OpenAPI document of the real application, and what it refuses to be built from."""

import gzip
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from apiflask import APIFlask
from click.testing import CliRunner
from flask.testing import FlaskClient
from jsonschema_rs import Draft202012Validator, Registry, meta
from pydantic import Field

from backend.statistics import indicators as statistics
from config.settings import Settings
from ejia.cli.main import main
from miniprogram_api.contract import Out, Resource
from miniprogram_api.openapi import DocumentIncomplete
from tests.support.contract import DOCUMENT, answers_in, make_api
from web.fields import Text
from web.routes import Access, route_is
from web.shapes import Body, Query

METHODS = {"get", "post", "put", "patch", "delete"}
Document = dict[str, Any]


@pytest.fixture
def document(client: FlaskClient) -> Document:
    found: Document = client.get("/openapi.json").get_json()
    return found


@pytest.fixture
def small_document(small: FlaskClient) -> Document:
    found: Document = small.get("/openapi.json").get_json()
    return found


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield f"{method} {path}", item[method]


def test_each_operation_says_what_it_is_and_why_it_may_refuse(document: Document) -> None:
    described = list(operations(document))
    assert described
    assert len({operation["operationId"] for _, operation in described}) == len(described)
    for name, operation in described:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in operation["summary"]), name
        assert operation["security"] in ([], [{"bearer": []}]), name
        refusals = {status: answer for status, answer in answers_in(document, operation).items() if status >= "400"}
        assert {"429", "503"} <= refusals.keys(), name
        assert "unauthenticated" in refusals.get("401", {}).get("description", "") or not operation["security"], name
        for answer in refusals.values():
            content = answer["content"]["application/problem+json"]
            assert set(content["schema"]["allOf"][1]["properties"]["code"]["enum"]) == set(content["examples"]), name
        if "requestBody" in operation:
            assert operation["requestBody"]["required"] is True, name
            assert {"400", "413", "415", "422"} <= refusals.keys(), name


def test_an_answer_that_several_operations_give_stands_once(document: Document) -> None:
    shared, given = document["components"]["responses"], [answer for _, one in operations(document) for answer in one["responses"].values()]
    named = Counter(answer["$ref"].rpartition("/")[2] for answer in given if "$ref" in answer)
    assert named.keys() == shared.keys()
    assert min(named.values()) > 1
    own = [json.dumps(answer) for answer in given if "application/problem+json" in answer.get("content", {})]
    assert len({*own, *map(json.dumps, shared.values())}) == len(own) + len(shared)


def test_each_operation_is_named_by_what_it_does(document: Document) -> None:
    reading = ("list", "see", "show", "read", "reveal", "download")
    for name, operation in operations(document):
        verb, _, noun = operation["operationId"].partition("_")
        assert noun, name
        assert (verb in reading) is name.startswith("get "), (name, operation["operationId"])


def test_each_tag_stands_once_in_the_document_and_groups_operations(document: Document) -> None:
    tags = [tag["name"] for tag in document["tags"]]
    assert len(tags) == len(set(tags))
    assert {tag for _, operation in operations(document) for tag in operation["tags"]} == set(tags)


def test_each_schema_is_valid_and_each_example_keeps_to_it(document: Document, small_document: Document) -> None:
    for found in (document, small_document):
        components, registry = found["components"], Registry([(DOCUMENT, found)])
        for name, schema in components["schemas"].items():
            assert meta.is_valid({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}), name
            check_examples(registry, {"$ref": f"#/components/schemas/{name}"}, schema.get("examples", []), name)
        for name, operation in operations(found):
            for parameter in operation["parameters"]:
                given = [parameter["example"]] if "example" in parameter else parameter["schema"].get("examples", [])
                check_examples(registry, parameter["schema"], given, f"{name} {parameter['name']}")
            for answer in answers_in(found, operation).values():
                for content in answer.get("content", {}).values():
                    check_examples(registry, content["schema"], values_of(content, components), name)
            for content in operation.get("requestBody", {}).get("content", {}).values():
                check_examples(registry, content["schema"], values_of(content, components), name)


def check_examples(registry: Registry, schema: Document, examples: list[object], name: str) -> None:
    in_document = json.loads(json.dumps(schema).replace('"#/', f'"{DOCUMENT}#/'))
    validator = Draft202012Validator(in_document, registry=registry, validate_formats=True)
    for example in examples:
        assert [error.message for error in validator.iter_errors(example)] == [], name


def values_of(content: Document, components: Document) -> list[object]:
    """The examples of a body, also those that stand among the components."""
    found = content.get("examples", {}).values()
    return [(components["examples"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one)["value"] for one in found]


OF_A_MACHINE = {"HealthOut", "ReadinessOut", "PositionIn"}
"""Their words are for who watches a copy, or for a map; no person reads them."""


def test_each_enumeration_of_the_document_has_its_words_and_no_code_is_one(document: Document, client: FlaskClient) -> None:
    answer = client.get("/api/v1/words")
    told = {group["name"]: {line["code"]: line["word"] for line in group["words"]} for group in answer.get_json()["items"]}
    schemas = {name: schema for name, schema in document["components"]["schemas"].items() if name not in OF_A_MACHINE}
    whole = {name: schema["enum"] for name, schema in schemas.items() if "enum" in schema}
    assert len(whole) > 40
    assert {name: list(words) for name, words in told.items() if name != "ProxyRelation"} == whole
    for name, words in told.items():
        assert all(re.search("[\u4e00-\u9fff]", word) and not re.search("[a-z_]", word) for word in words.values()), name
    parts = [codes for schema in schemas.values() for codes in enums_in(schema.get("properties", {}))]
    parameters = [parameter["schema"] for _, operation in operations(document) for parameter in operation["parameters"]]
    for codes in [*parts, *enums_in(parameters)]:
        assert any(set(codes) <= words.keys() for words in told.values()), codes
    again = client.get("/api/v1/words", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_what_makes_points_and_figures_is_told_to_anybody_and_asked_for_once(client: FlaskClient) -> None:
    rules, indicators = (client.get(f"/api/v1/{path}") for path in ("points/rules", "indicators"))
    assert [rule["formula"] for rule in rules.get_json()["items"]] == ["每满30分钟得1分", "每次得5分", "每次得10分"]
    assert rules.get_json()["items"][2]["brands"] == ["晚霞心愿"]
    told = {one["code"]: one for one in indicators.get_json()["items"]}
    assert list(told) == list(statistics.current())
    assert all(one["definition"] and one["source"] for one in told.values())
    assert told["teams"]["split_by"] == "类别"
    for first in (rules, indicators):
        again = client.get(first.request.path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def enums_in(part: object) -> Iterator[list[str]]:
    if isinstance(part, dict):
        if isinstance(part.get("enum"), list):
            yield part["enum"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from enums_in(inner)


def test_each_request_and_each_answer_in_json_has_an_example(document: Document) -> None:
    without = []
    for name, operation in operations(document):
        bodies = {"request": operation.get("requestBody", {}), **answers_in(document, operation)}
        for where, body in bodies.items():
            for media_type, content in body.get("content", {}).items():
                if media_type.endswith("json") and not values_of(content, document["components"]):
                    without.append(f"{name} ({operation['operationId']}), {where}: its model needs json_schema_extra={{'examples': …}}")
    assert not without, "\n".join(without)


def test_a_route_shows_its_refusals_its_parameters_and_its_pages(small_document: Document) -> None:
    paths = small_document["paths"]
    write = paths["/api/v1/notes"]["post"]
    assert write["operationId"] == "write_note"
    refusals = answers_in(small_document, write)
    assert refusals["409"]["description"].splitlines()[-1] == "- `note_taken`：此编号已被使用"
    assert set(refusals["422"]["content"]["application/problem+json"]["examples"]) == {"invalid", "idempotency_key_reused"}
    key = next(parameter for parameter in write["parameters"] if parameter["in"] == "header")
    assert (key["name"], key["required"]) == ("Idempotency-Key", True)
    shelf = paths["/api/v1/shelves/{shelf_id}/notes"]["get"]
    assert shelf["parameters"][0]["schema"] == {"type": "string", "format": "uuid"}
    assert "cursor_invalid" in answers_in(small_document, shelf)["400"]["description"]
    assert "404" in shelf["responses"]
    assert shelf["responses"]["200"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/NoteOutPage"}
    assert small_document["components"]["schemas"]["NoteOutPage"]["properties"]["items"]["items"] == {
        "$ref": "#/components/schemas/NoteOut"
    }
    assert "content" not in paths["/api/v1/notes/{note_id}"]["delete"]["responses"]["204"]


def test_the_document_is_kept_and_need_not_be_sent_twice(client: FlaskClient) -> None:
    first = client.get("/openapi.json")
    again = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.json["openapi"], again.status_code, again.data) == ("3.1.0", 304, b"")


def test_the_document_is_sent_compressed_to_who_takes_that(client: FlaskClient) -> None:
    plain = client.get("/openapi.json", headers={"Accept-Encoding": "br"})
    small = client.get("/openapi.json", headers={"Accept-Encoding": "br, gzip"})
    assert ("Content-Encoding" in plain.headers, small.headers["Content-Encoding"]) == (False, "gzip")
    assert (plain.headers["Vary"], small.headers["Vary"]) == ("Accept-Encoding", "Accept-Encoding")
    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) * 5 < len(plain.data)
    assert client.get("/openapi.json", headers={"Accept-Encoding": "gzip", "If-None-Match": small.headers["ETag"]}).status_code == 304
    assert client.get("/openapi.json", headers={"If-None-Match": small.headers["ETag"]}).data == plain.data


def test_the_command_prints_the_document_of_a_copy_without_one(
    client: FlaskClient, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.endswith("_URL") or name.startswith("EJIA_")]:
        monkeypatch.delenv(name)
    printed = CliRunner().invoke(main, ["openapi", "--release", settings.release])
    assert (printed.exit_code, printed.stdout_bytes) == (0, client.get("/openapi.json").data)


class NumberIn(Body):
    places: int


class TextIn(Body):
    title: str


class ListIn(Body):
    titles: list[Annotated[str, Text(max=9)]]


class AnythingIn(Body):
    value: Any


class NestedIn(Body):
    inner: Annotated[list[TextIn], Field(max_length=2)]


class NumberQuery(Query):
    page: int = 1


class ThingOut(Out):
    name: str


OtherOut = type("ThingOut", (Out,), {"__annotations__": {"size": int}, "__module__": "elsewhere"})


def with_body(model: type[Body]) -> Callable[[Resource], None]:
    def add(bp: Resource) -> None:
        @bp.post("/things")
        @route_is(Access.WRITES)
        @bp.input(model)
        @bp.output(ThingOut)
        @bp.doc(summary="放东西")
        def put_thing(body: Body) -> None: ...

    return add


def without_access(bp: Resource) -> None:
    @bp.get("/things")
    @bp.output(ThingOut)
    @bp.doc(summary="看东西")
    def show_thing() -> None: ...


def without_summary(bp: Resource) -> None:
    @bp.get("/things")
    @route_is(Access.READS)
    @bp.output(ThingOut)
    def show_thing() -> None: ...


def without_output(bp: Resource) -> None:
    @bp.get("/things")
    @route_is(Access.READS)
    @bp.doc(summary="看东西")
    def show_thing() -> None: ...


def with_unbounded_query(bp: Resource) -> None:
    @bp.get("/things")
    @route_is(Access.READS)
    @bp.input(NumberQuery, location="query")
    @bp.output(ThingOut)
    @bp.doc(summary="看东西")
    def show_thing(query: NumberQuery) -> None: ...


def with_unbounded_path(bp: Resource) -> None:
    @bp.get("/things/<int:number>")
    @route_is(Access.READS)
    @bp.output(ThingOut)
    @bp.doc(summary="看东西")
    def show_thing(number: int) -> None: ...


def with_two_models_of_a_name(bp: Resource) -> None:
    for number, model in enumerate((ThingOut, OtherOut)):

        def show(model: type[Out] = model) -> None: ...

        show.__name__ = f"show_{number}"
        described = bp.doc(summary="看东西")(show)
        bp.add_url_rule(f"/things/{number}", endpoint=show.__name__, view_func=route_is(Access.READS)(bp.output(model)(described)))


@pytest.mark.parametrize(
    ("add", "complaint"),
    [
        (without_access, "nothing says who may call it"),
        (without_summary, "no @bp.doc"),
        (without_output, "no @bp.output"),
        (with_body(NumberIn), "NumberIn.places: a whole number without both ends"),
        (with_body(TextIn), "TextIn.title: a text without a longest length"),
        (with_body(ListIn), "ListIn.titles: a list without a longest length"),
        (with_body(NestedIn), "TextIn.title: a text without a longest length"),
        (with_body(AnythingIn), "AnythingIn.value: nothing says what it holds"),
        (with_unbounded_query, "NumberQuery.page: a whole number without both ends"),
        (with_unbounded_path, "<int:number> without max"),
        (with_two_models_of_a_name, "two models share this name"),
    ],
)
def test_an_open_route_stops_the_document(settings: Settings, add: Callable[[Resource], None], complaint: str) -> None:
    app: APIFlask = make_api(settings)
    bp = Resource("things", tag="东西")
    add(bp)
    app.register_blueprint(bp)
    with pytest.raises(DocumentIncomplete, match=complaint.replace("(", r"\(").replace(")", r"\)")):
        _ = app.spec
