"""One run of schemathesis over the document: what is sent, by whom, and what its checks said of the answers."""

import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis import APIOperation, AuthContext, Case, HookContext, Response, engine
from schemathesis.config import ChecksConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.openapi.checks import RejectedPositiveData
from werkzeug.wrappers import Response as WSGIAnswer

from backend.foundation.errors import Malformed, Unprocessable
from backend.foundation.idempotency import IdempotencyKeyMissing
from backend.foundation.visible import PRIVATE_USE, UNSEEN_TAG
from tests.api.conformance.keeping import Kept
from tests.api.conformance.world import Json, Neighbourhood
from tests.support.operations import A_FILE, Operation
from web.refusals import BodyTooLarge, UnsupportedMediaType

# tests/api/refusals tries the usual methods on every address; here are two that nobody thinks of.
PHASES: dict[str, Json] = {"examples": {}, "coverage": {"unexpected-methods": ["trace", "query"]}, "fuzzing": {}, "stateful": {}}
RIGHT_SENDER, ANY_SENDER = "whoever may do it", "one or another"
"""As a sender: for each operation the one from whom it succeeds (`Neighbourhood.sender`), or one of all who are there, by its name."""
SLOWEST = 10.0
"""Seconds after which an answer is too late: twice the longest wait for a lock (ejia/core.py)."""

# What no schema can say of a value, by operation and field (`$`: of several fields together), so that 422 `invalid` is right where the
# schema allows it. Any other valid request that gets a 422 `invalid` is a fault of the document. A refusal with a code of its own is a
# rule of the domain; the operation names it among its answers.
END_AFTER_BEGINNING = "the end comes after the beginning"
A_VERSION_OR_A_CAUSE = "a consent has the version of a notice, a duty its cause"
OF_ONE_CHARACTER = "a name of one character is confirmed"
BEYOND_THE_SCHEMA = {
    ("add_basis", "$"): A_VERSION_OR_A_CAUSE,
    ("add_beneficiary", "basis"): A_VERSION_OR_A_CAUSE,
    ("submit_demand", "beneficiary.basis"): A_VERSION_OR_A_CAUSE,
    ("amend_demand", "beneficiary.basis"): A_VERSION_OR_A_CAUSE,
    ("amend_demand", "beneficiary.name_confirmed"): OF_ONE_CHARACTER,
    ("add_beneficiary", "name_confirmed"): OF_ONE_CHARACTER,
    ("submit_demand", "beneficiary.name_confirmed"): OF_ONE_CHARACTER,
    ("agree_for_minor", "ward.name_confirmed"): OF_ONE_CHARACTER,
    ("agree_for_minor", "guardian.name_confirmed"): OF_ONE_CHARACTER,
    ("propose_correction", "name_confirmed"): OF_ONE_CHARACTER,
    ("register_person", "name_confirmed"): OF_ONE_CHARACTER,
    ("register_volunteer", "name_confirmed"): OF_ONE_CHARACTER,
    ("enter_volunteer", "name_confirmed"): OF_ONE_CHARACTER,
    ("record_proxy", "elder.name_confirmed"): OF_ONE_CHARACTER,
    ("record_proxy", "proxy.name_confirmed"): OF_ONE_CHARACTER,
    ("check_identity", "name_confirmed"): OF_ONE_CHARACTER,
    ("apply_for_recovery", "name_confirmed"): OF_ONE_CHARACTER,
    ("claim_place", "$"): "exactly one claimant",
    ("end_registration", "reason"): "another cause wants words",
    ("make_arrangement", "$"): "exactly one claimant",
    ("enter_late", "served.0"): "a team or an organisation",
    ("publish_demand", "$"): "both coordinates or none, and " + END_AFTER_BEGINNING,
    ("publish_demand_again", "$"): "both coordinates or none, and " + END_AFTER_BEGINNING,
    ("add_record", "$"): END_AFTER_BEGINNING,
    ("add_late_record", "$"): END_AFTER_BEGINNING,
    ("correct_service", "$"): END_AFTER_BEGINNING,
    ("export_list", "filters"): "what the address of the list may hold",
    ("grant_role", "$"): "exactly one way of naming an account",
}

_LINE = re.compile(r"\.\d+")


class Inquiry:
    """Asks the operations in the phases named; `found` says what was wrong, `answered` which status each operation gave how often.

    A request stands before the world as it was built: what an earlier one changed is taken back. In the phase `stateful` it is not,
    for there the requests of a scenario build on each other.
    """

    def __init__(
        self,
        world: Neighbourhood,
        kept: Kept,
        document: Json,
        operations: Iterable[Operation],
        *,
        sender: str | None,
        phases: Collection[str] = (),
        mode: str = "all",
        examples: int = 1,
        seed: int,
    ) -> None:
        self.operations = {f"{operation.method.upper()} {operation.path}": operation for operation in operations}
        self.answered: dict[str, Counter[int]] = defaultdict(Counter)
        self.asked = 0
        self.found: dict[tuple[str, str], str] = {}
        self._world, self._kept, self._sender = world, kept, sender
        self._on_fresh_ground = "stateful" not in phases
        # The inquiry before may have changed the world.
        self._is_changed = True
        self._tokens: dict[str, str] = {}
        self._answers: dict[str, str] = {}
        self._document = self._with_examples_of_this_world(document)
        self._schema = schemathesis.openapi.from_wsgi("/openapi.json", self._wsgi, config=self._config(phases, mode, examples, seed))
        for hook in (self.after_call, self.filter_failure):
            self._schema.hook(hook.__name__)(partial(hook))
        if sender is not None:
            # Not kept for five minutes, as by default: each operation has a sender of its own.
            self._schema.auth(refresh_interval=None)(self._door())

    def ask(self) -> "Inquiry":
        """Send everything."""
        for event in engine.from_schema(self._schema).execute():
            if isinstance(event, FatalError | NonFatalError):
                raise event.value if isinstance(event, NonFatalError) else event.exception
            if isinstance(event, ScenarioFinished):
                self.asked += len(event.recorder.cases)
                for case_id, checks in event.recorder.checks.items():
                    label = event.recorder.cases[case_id].value.operation.label
                    for check in checks:
                        if check.failure_info:
                            failure = check.failure_info
                            self._find(label, check.name, f"{failure.failure}\n{failure.code_sample}")
        return self

    def ask_what_the_world_is_made_for(self) -> "Inquiry":
        """Send each operation once, as it succeeds when the right one sends it."""
        for label in self.operations:
            method, path = label.split(" ")
            operation = self._schema[path][method]
            case = self._made_for(operation)
            try:
                case.call_and_validate()
            except FailureGroup as failures:
                for failure in failures.exceptions:
                    self._find(label, failure.title, f"sent by {self._sender}: {failure}")
            self.asked += 1
        return self

    @property
    def checks(self) -> ChecksConfig:
        """What is checked of each answer."""
        return self._schema.config.checks_config_for()

    def never_successful(self) -> dict[str, Counter[int]]:
        """The operations that gave no 2xx, with what they gave."""
        return {
            operation.name: self.answered[label]
            for label, operation in self.operations.items()
            if not any(status < 300 for status in self.answered[label])
        }

    def statuses(self) -> Counter[int]:
        """How often each status was given."""
        return sum(self.answered.values(), Counter())

    def _config(self, phases: Collection[str], mode: str, examples: int, seed: int) -> schemathesis.Config:
        dictionaries: Json = {}
        parameters = [
            {"include-operation-id": operation.name, "parameters": self._parameters(operation, dictionaries)}
            for operation in self.operations.values()
        ]
        return schemathesis.Config.from_dict(
            {
                "seed": seed,
                "continue-on-failure": True,
                "dictionaries": dictionaries,
                "operations": [*parameters, {"exclude-name": list(self.operations), "enabled": False}],
                "generation": {"max-examples": examples, "database": "none", "mode": mode},
                "phases": {name: {"enabled": name in phases} | PHASES[name] for name in PHASES},
                "checks": {"max_response_time": SLOWEST},
            }
        )

    def _parameters(self, operation: Operation, dictionaries: Json) -> Json:
        """What exists, for each name that the world knows: always in the address, mostly in a body, now and then in a query."""
        known = self._world.values(operation.name)
        # In a scenario the address may come from an earlier answer.
        often = 1.0 if self._on_fresh_ground else 0.7
        parameters: Json = {}
        fields = (operation.body or {}).get("properties", {})
        # An enumeration says its values itself, and schemathesis 4.32 cannot follow the reference of a parameter to one.
        named = {parameter["name"] for parameter in operation.described.get("parameters", ()) if "$ref" in parameter["schema"]}
        query = [name for name in operation.query if name not in named]
        for place, names, probability in (("path", operation.places, often), ("body", fields, 0.8), ("query", query, 0.5)):
            for name in names:
                if place == "path" and self._on_fresh_ground and name in known:
                    parameters[f"path.{name}"] = known[name]
                elif isinstance(known.get(name), str | int) and not isinstance(known[name], bool):
                    dictionaries[f"{operation.name}-{name}"] = {"values": [known[name]]}
                    parameters[f"{place}.{name}"] = {"dictionary": f"{operation.name}-{name}", "probability": probability}
        return parameters

    def _wsgi(self, environ: Json, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/openapi.json":
            return WSGIAnswer(json.dumps(self._document), mimetype="application/json")(environ, start_response)
        if self._is_changed:
            self._is_changed = False
            self._kept.restore()
        body = environ["wsgi.input"].read()
        with suppress(UnicodeDecodeError):
            body = self._world.with_what_is_valid_now(body.decode()).encode()
        environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), "HTTP_IDEMPOTENCY_KEY": str(uuid4())}
        answer: Iterable[bytes] = self._world.app(environ, start_response)
        return answer

    def _with_examples_of_this_world(self, document: Json) -> Json:
        """The document; what varies one value of a good request at a time begins with one that succeeds here."""
        document = json.loads(json.dumps(document))  # a copy, in a tenth of the time
        for schema in document["components"]["schemas"].values():
            schema.pop("examples", None)
        for operation in self.operations.values():
            described = document["paths"][operation.path][operation.method]
            # What is a key and what is none, tests/api/refusals/test_bodies.py asks of every operation; here each request has one.
            described["parameters"] = [parameter for parameter in described["parameters"] if parameter["in"] != "header"]
            known = self._world.values(operation.name)
            for parameter in described["parameters"]:
                if parameter["name"] in known:
                    parameter["example"] = known[parameter["name"]]
            if operation.body is not None:
                described["requestBody"]["content"]["application/json"]["example"] = replace(operation, known=known).example
        return document

    def _door(self) -> type:
        inquiry = self

        class Door:
            """Lets schemathesis in as the sender."""

            def get(self, case: Case, _context: AuthContext) -> str:
                return inquiry.token(case.operation.definition.raw["operationId"])

            def set(self, case: Case, data: str, _context: AuthContext) -> None:
                case.headers["Authorization"] = f"Bearer {data}"

        return Door

    def token(self, operation: str) -> str:
        """The token of who sends the operation."""
        names = {
            RIGHT_SENDER: self._world.sender(operation),
            ANY_SENDER: sorted(self._world.phones)[zlib.crc32(operation.encode()) % len(self._world.phones)],
        }
        name = names.get(self._sender or "", str(self._sender))
        if name not in self._tokens:
            self._tokens[name] = self._world.token(name)
        return self._tokens[name]

    def _made_for(self, operation: APIOperation) -> Case:
        described = self.operations[operation.label]
        here = replace(described, known=self._world.values(described.name))
        sent: Json = {"query": here.needed_query}
        if here.places:
            # Of a name that the world does not know: something that nobody has, which ends in 404.
            sent["path_parameters"] = {name: here.known.get(name, str(uuid4())) for name in here.places}
        if here.body is not None:
            sent |= {"body": here.example, "media_type": "application/json"}
        if here.takes_file:
            sent |= {"body": {"file": here.known.get("file", A_FILE)}, "media_type": "multipart/form-data"}
        case: Case = operation.Case(**sent)
        if self._schema.auth.is_defined:
            self._schema.auth.set(case, AuthContext(operation=operation, app=None))
        return case

    def _find(self, label: str, what: str, text: str) -> None:
        """Keep the first failure of a kind; a hundred of them read alike."""
        self.found.setdefault((label, what), f"{label}: {what}: {text}\nAnswered: {self._answers.get(label)}")

    # The hooks below have the names by which schemathesis knows them.

    def after_call(self, _context: HookContext, case: Case, response: Response) -> None:
        """Note the answer, and whether the next request needs the world restored: after a change, and after a login that ended."""
        self.answered[case.operation.label][response.status_code] += 1
        changed = case.method != "GET" and response.status_code < 300
        logged_out = response.status_code == 401 and self._sender is not None
        self._is_changed |= logged_out or (changed and self._on_fresh_ground)

    def filter_failure(self, context: HookContext, failure: Any, case: Case, response: Response) -> bool:
        """Whether it is one: a request that the schema allows may break a rule that no schema can say."""
        is_one = not isinstance(failure, RejectedPositiveData) or _should_have_been_taken(
            context.operation.definition.raw["operationId"], response.json()
        )
        if is_one:
            self._answers[case.operation.label] = f"{response.status_code} {response.text[:400]}"
        return is_one


def _should_have_been_taken(operation: str, problem: Json) -> bool:
    if problem["code"] == Unprocessable.code:
        # Nor what nobody sees beyond U+FFFF, in any text: no pattern says it that texts can be made for.
        # What is said of the first line of a list holds for each of them.
        told = {_LINE.sub(".0", field) for field, sentences in problem["errors"].items() if sentences not in ([UNSEEN_TAG], [PRIVATE_USE])}
        return any((operation, field) not in BEYOND_THE_SCHEMA for field in told)
    # That it cannot be read at all, a request in the form of the schema is never told.
    return problem["code"] in (Malformed.code, UnsupportedMediaType.code, BodyTooLarge.code, IdempotencyKeyMissing.code)
