"""Every answer of the application is held against its own OpenAPI document: what it does not say, no test may get."""

import json
import re
from functools import cached_property
from typing import Any
from urllib.parse import quote

from apiflask import APIFlask
from flask import Response, request
from jsonschema_rs import Draft202012Validator, Registry

from config.settings import Settings
from miniprogram_api import api
from web.application import make_application

Json = dict[str, Any]

DOCUMENT = "urn:ejia:openapi"


def answers_in(document: Json, operation: Json) -> Json:
    """The answers of an operation by status, also those that stand among the components because many give them."""
    shared = document["components"].get("responses", {})
    return {
        status: shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
        for status, answer in operation["responses"].items()
    }


def make_api(settings: Settings) -> APIFlask:
    """An app that keeps the contract and has no resource yet."""
    app = make_application(settings, api.API)
    api.install(app)
    return app


class Watch:
    """Looks at each answer of an app as it leaves; `complaints` tells which ones the document does not hold."""

    def __init__(self, app: APIFlask) -> None:
        self.complaints: list[str] = []
        self._app = app
        self._validators: dict[tuple[str, ...], Draft202012Validator] = {}
        app.after_request(self._look)

    @cached_property
    def document(self) -> Json:
        """The document, built once."""
        found: Json = json.loads(json.dumps(self._app.spec))
        return found

    @cached_property
    def _registry(self) -> Registry:
        """The document, read once for all validators: a copy in each of a thousand took two gigabytes."""
        return Registry([(DOCUMENT, self.document)])

    def _look(self, answer: Response) -> Response:
        if request.url_rule is not None:
            path = re.sub(r"<(?:[^<:]+:)?([^>]+)>", r"{\1}", request.url_rule.rule)
            operation = self.document["paths"].get(path, {}).get(request.method.lower())
            if operation is not None:
                place = ("paths", path, request.method.lower(), "responses", str(answer.status_code))
                said = operation["responses"].get(place[-1])
                if said is not None and "$ref" in said:  # an answer that many give stands among the components
                    place = tuple(said["$ref"].removeprefix("#/").split("/"))
                    said = answers_in(self.document, operation)[str(answer.status_code)]
                self.complaints += [f"{request.method} {path}: {complaint}" for complaint in self._complaints(place, said, answer)]
        return answer

    def _complaints(self, place: tuple[str, ...], said: Json | None, answer: Response) -> list[str]:
        if said is None:
            return [f"{answer.status_code} is not in the document: {_shown(answer)}"]
        if "content" not in said:
            return [f"{answer.status_code} has content: {_shown(answer)}"] if answer.get_data() else []
        ((media_type, _),) = said["content"].items()
        if media_type not in (answer.mimetype, "*/*"):
            return [f"{answer.status_code} is {answer.mimetype} where the document says {media_type}"]
        if not media_type.endswith("json"):
            return []
        validator = self._validator(*place, "content", media_type, "schema")
        return [f"{answer.status_code} {error.message}: {_shown(answer)}" for error in validator.iter_errors(answer.get_json(force=True))]

    def _validator(self, *place: str) -> Draft202012Validator:
        """What the answer may hold by the schema at this place of the document; of a problem also which codes this operation gives."""
        if place not in self._validators:
            pointer = "/".join(quote(name.replace("/", "~1"), safe="") for name in place)
            schema = {"$ref": f"{DOCUMENT}#/{pointer}"}
            self._validators[place] = Draft202012Validator(schema, registry=self._registry, validate_formats=True)
        return self._validators[place]


def _shown(answer: Response) -> str:
    return answer.get_data(as_text=True)[:300]
