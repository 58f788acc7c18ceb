"""How a resource of the mini-program speaks JSON and describes itself; a resource file needs nothing else of the frameworks.

A route reads from top to bottom in the order in which it runs: address, who may call it (web/edge.py: `@public`, `@reads`, `@writes`,
`@creates`: actor, transaction, idempotency), what it takes, what it gives, how it is described. Why it may
refuse is read from the commands that it calls (backend/foundation/refusals.py).

    bp = Resource("claims", tag="认领")

    class ClaimIn(Body):  # in web/inputs/
        model_config = ConfigDict(json_schema_extra={"examples": [{"role_id": "0192…", "note": "周三下午可以"}]})
        role_id: Id
        note: Annotated[str, Text(max=200, multiline=True)] | None = None

    @bp.post("/claims")
    @creates
    @bp.input(ClaimIn)
    @bp.output(ClaimOut, status_code=201)
    @bp.doc(summary="认领一个名额")
    def claim_place(actor: Actor, body: ClaimIn) -> ClaimOut: ...

Authentication stands above the input, so that a stranger learns 401 and not the schema; the transaction encloses the output, so that an
answer that cannot be written rolls back what it was about.
"""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Generic, Literal, ParamSpec, TypeVar, cast

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import BaseModel, ConfigDict, ValidationError

from backend.foundation.errors import Malformed
from backend.foundation.paging import MOST_COUNTED
from web.fields import SENT, Between
from web.in_hand import request_in_hand
from web.refusals import InvalidInput, UnsupportedMediaType
from web.routes import ENVELOPE, AnyView, contract_of
from web.shapes import query_reader, sent_body, sent_form

P = ParamSpec("P")
R = TypeVar("R")
Item = TypeVar("Item")


IN_PARTS = "multipart/form-data"


class Out(BaseModel):
    """What an answer holds; made from a row, a dataclass or by keyword. Every field is always there."""

    model_config = ConfigDict(
        from_attributes=True, hide_input_in_errors=True, frozen=True, json_schema_serialization_defaults_required=True
    )


class TotalOut(Out):
    """How many a list has; `or_more`: more than are counted."""

    number: Annotated[int, Between(0, MOST_COUNTED)]
    or_more: bool


class Page(Out, Generic[Item]):
    """A stretch of a list. `next_cursor` is null on the last page, `total` unless `count=true` was asked."""

    items: list[Item]
    next_cursor: str | None
    total: TotalOut | None = None


class Resource(APIBlueprint):
    """The routes of one resource under /api/v1, read and written by Pydantic models only."""

    def __init__(self, name: str, *, tag: str, url_prefix: str = "/api/v1") -> None:
        super().__init__(name, __name__, tag=tag, url_prefix=url_prefix)

    # Narrower than APIFlask's on purpose: its reading of JSON takes any content type, falls over deep nesting and coerces values.
    def input(  # type: ignore[override]
        self, model: type[BaseModel], location: Literal["json", "query"] = "json", *, arg_name: str | None = None
    ) -> Callable[[Callable[..., R]], Callable[..., R]]:
        """Read the JSON body (handed over as `body`) or the query (as `query`), or refuse with 400, 413, 415 or 422."""
        argument = arg_name or ("body" if location == "json" else "query")

        def decorate(view: Callable[..., R]) -> Callable[..., R]:
            contract = contract_of(view)
            if location == "json":
                contract.body = model
            else:
                contract.query = model
            read: Callable[[], BaseModel] = _body_reader(model) if location == "json" else query_reader(model)

            @wraps(view)
            def reading(*args: Any, **kwargs: Any) -> R:
                kwargs[argument] = read()
                return view(*args, **kwargs)

            return reading

        return decorate

    def upload(self, model: type[BaseModel], *, largest: int) -> Callable[[Callable[..., R]], Callable[..., R]]:
        """Read files of at most so many bytes from a form in parts, as `wx.uploadFile` sends one (handed over as `body`, a field of bytes
        for each), or refuse with 413, 415 or 422. For views `@in_steps`: bytes are stored outside of a transaction."""

        def decorate(view: Callable[..., R]) -> Callable[..., R]:
            contract = contract_of(view)
            contract.body, contract.body_type, contract.largest_body = model, IN_PARTS, largest + ENVELOPE

            @wraps(view)
            def reading(*args: Any, **kwargs: Any) -> R:
                kwargs["body"] = _read_files(model)
                return view(*args, **kwargs)

            return reading

        return decorate

    def output(  # type: ignore[override]
        self, model: type[BaseModel] | None, status_code: int = 200
    ) -> Callable[[Callable[P, Any]], Callable[P, Response]]:
        """Write what the view returns: the model, or anything with its attributes, or a pair of that and headers.

        `None` as model says 204 without content. A ready Response passes as it is.
        """

        def decorate(view: Callable[P, Any]) -> Callable[P, Response]:
            contract = contract_of(view)
            contract.output, contract.status = model, status_code if model is not None else 204

            @wraps(view)
            def writing(*args: P.args, **kwargs: P.kwargs) -> Response:
                result = view(*args, **kwargs)
                if isinstance(result, Response):
                    return result
                headers: dict[str, str] = {}
                if isinstance(result, tuple):
                    result, headers = result
                if model is None:
                    return Response(status=204, headers=headers)
                if not isinstance(result, model):
                    result = model.model_validate(result)
                return Response(result.model_dump_json() + "\n", status_code, headers, mimetype="application/json")

            return writing

        return decorate

    # APIFlask's wraps the view once more at each call; a description need not.
    def doc(self, *, summary: str, description: str = "", deprecated: bool = False, hide: bool = False) -> Callable[[AnyView], AnyView]:  # type: ignore[override]
        """Describe the route in the document: a Chinese summary of a few words, and where needed a longer text (Markdown)."""

        def decorate(view: AnyView) -> AnyView:
            view.__dict__["_spec"] = {"summary": summary, "description": description, "deprecated": deprecated, "hide": hide}
            return view

        return decorate

    def download(self, media_type: str) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
        """Declare that the view answers with a file of this media type."""

        def decorate(view: Callable[P, Response]) -> Callable[P, Response]:
            contract_of(view).media_type = media_type
            return view

        return decorate


def revalidated(view: AnyView) -> AnyView:
    """Let who has the answer ask whether it is still the same (`If-None-Match`): 304 without content then. For what is the same for all
    who ask alike, and changes seldom. Stands above the output."""
    contract_of(view).revalidated = True

    @wraps(view)
    def revalidating(*args: Any, **kwargs: Any) -> Response:
        answer: Response = view(*args, **kwargs)
        answer.headers["Cache-Control"] = "private, no-cache"
        answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest())
        answer.make_conditional(request)
        if answer.status_code == 304:
            answer.set_data(b"")
        return answer

    return cast(AnyView, revalidating)


def _body_reader(model: type[BaseModel]) -> Callable[[], BaseModel]:
    validate = model.__pydantic_validator__.validate_json

    def read() -> BaseModel:
        if not request_in_hand().is_json:
            raise UnsupportedMediaType("请求内容必须是 application/json")
        raw = sent_body()
        try:
            body: BaseModel = validate(raw, strict=True, context=SENT)
        except ValidationError as error:
            if error.error_count() == 1 and error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
                raise Malformed from None
            raise InvalidInput(error) from None
        # Pydantic keeps the last of two equal names and a proxy may look at the first. What was valid is not deep, so this is safe.
        _NAMED_ONCE.decode(raw.decode())
        return body

    return read


def _read_files(model: type[BaseModel]) -> BaseModel:
    if request.mimetype != IN_PARTS:
        raise UnsupportedMediaType(f"请求内容必须是 {IN_PARTS}")
    sent: dict[str, Any] = dict.fromkeys(sent_form(), "")
    for name, files in request.files.lists():
        sent[name] = files[0].stream.read() if len(files) == 1 else ""
    try:
        return model.model_validate(sent, strict=True)  # a text is no file
    except ValidationError as error:
        raise InvalidInput(error) from None


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise Malformed("请求内容中有重复的字段名")
    return names


_NAMED_ONCE = json.JSONDecoder(object_pairs_hook=_unique_names)
"""Made once: json.loads would make one for each request."""
