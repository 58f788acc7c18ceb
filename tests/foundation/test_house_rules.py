"""Rules of the house that no other tool knows: routes and policy, events and who hears them, refusals and their words.

They read the code and need no server; `make check` runs them.
"""

import ast
import importlib
import inspect
import pkgutil
import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TypeVar

import pytest
from apiflask import APIFlask

import backend
import console
import miniprogram_api
import web
from backend.accounts import policy
from backend.accounts.permissions import Permission, Reach
from backend.consumers import CONSUMERS
from backend.foundation import audit
from backend.foundation.actor import Role
from backend.foundation.errors import Forbidden, Refusal
from backend.foundation.life import Step
from backend.foundation.outbox import Event
from backend.foundation.refusals import body_of, named, never_of, refusals_by_form, refusals_of, refuses_of
from backend.foundation.terms import Term
from backend.hearers import HEARERS
from backend.reveals.service import write_reveal
from ejia.policy_page import page, permissions
from ejia.resources import CONSOLE, RESOURCES
from tests.browser.visits import VISITS, drawn
from tests.policy.table import TABLE
from web.labels import LABELS
from web.routes import Access, contract_of
from web.shapes import Body, Query

OWN = re.compile("/api/v1/me(/|$)|/console/(password)?$")
"""Addresses of what is one's own by the token or the cookie."""
CATALOGUE = "every account may see it"
ASKS_NO_POLICY = {
    "download_import_template": "a workbook without anything in it",
    "download_roster_template": "a workbook without anything in it",
    "list_brands": CATALOGUE,
    "list_reveal_purposes": CATALOGUE,
    "list_party_organisations": CATALOGUE,
    "list_work_units": CATALOGUE,
    "rules_page": CATALOGUE,
    "own_bodies_page": "the names of those for whom one holds a role",
    "see_beneficiary_notice": CATALOGUE,
}
# What is done with a command under its permission: offices come and go with the roles that belong to them (docs/design.md, rule 6).
OFFICE = {"ROLE_GRANT", "ROLE_WITHDRAW"}
COMES_WITH = {
    "end_work_unit": {"ARRANGEMENT_MAKE"},
    "submit_new_beneficiary": {"BENEFICIARY_CHANGE"},
    "submit_beneficiary_merger": {"BENEFICIARY_CHANGE", "DOOR_CODE_ISSUE"},
    "add_beneficiary": {"BENEFICIARY_CHANGE"},  # who puts somebody on record says on what that rests
    "submit_demand": {"BENEFICIARY_CHANGE"},
    "submit_new_demand": {"BENEFICIARY_CHANGE"},
    "amend_demand": {"BENEFICIARY_CHANGE"},
    "move_beneficiary": {"DOOR_CODE_ISSUE"},  # the code of the door that they leave ends
    # And of who died, what is open for them.
    "end_beneficiary": {"DOOR_CODE_ISSUE", "DEMAND_CANCEL", "DEMAND_WITHDRAW", "SHIFT_CANCEL", "PLACE_RELEASE", "CLAIM_REVIEW"},
    # The basis of the row that goes is that of the one that stays, and its door code ends.
    "merge_beneficiary": {"BENEFICIARY_CHANGE", "DOOR_CODE_ISSUE"},
    "register_volunteer": {"PHONE_SET"},
    "enter_volunteer": {"PERSON_REGISTER"},  # who is on record nowhere yet
    # What who moves has goes along: the registration as volunteer, and the one with the Party organisation where they live.
    "accept_relocation": {"VOLUNTEER_MOVE", "REGISTRATION_END", "REGISTRATION_WITHDRAW", "REGISTRATION_APPLY"},
    "cancel_demand": {"SHIFT_CANCEL", "PLACE_RELEASE", "CLAIM_REVIEW"},
    "cancel_shift": {"DEMAND_CANCEL", "PLACE_RELEASE", "CLAIM_REVIEW"},  # with the last one the demand
    "submit_completion": {"CLAIM_REVIEW"},
    "complete_demand": {"CLAIM_REVIEW"},  # what is asked for is refused, for it is done
    "mark_not_carried_out": {"CLAIM_REVIEW"},
    "check_identity": {"PERSON_REGISTER"},  # who is on record nowhere yet
    "record_proxy": {"PERSON_REGISTER"},  # who is acted for, where they are not on record yet
    "submit_new_proxy": {"PERSON_REGISTER"},
    "merge_by_password": {"ACCOUNT_LOG_IN"},  # to the account that stays
    "merge_by_wechat": {"ACCOUNT_LOG_IN"},
    "agree_for_minor": {"PERSON_REGISTER"},
    "withdraw_agreement": {"VOLUNTEER_LEAVE"},
    "close_account": {"CONSENT_CHANGE", "PROXY_END", "VOLUNTEER_LEAVE"},
    "confirm_death": {"ACCOUNT_CLOSE", "CONSENT_CHANGE", "PROXY_END", "VOLUNTEER_LEAVE"},
    "withdraw_consent": {"PROXY_END", "VOLUNTEER_LEAVE"},
    "withdraw_consent_at_desk": {"PROXY_END", "VOLUNTEER_LEAVE"},
    "withdraw_join_request": {"TEAM_JOIN"},  # as one may leave who has joined
}
# By GET, and written down (docs/design.md, HTTP); and the one that is a reading, for former clients.
TRACED = {
    *("see_person_record", "person_page", "list_audit_entries", "download_own_data"),
    *("download_job_file", "see_job_file_address", "download_late_proof", "download_export", "audit_page", "download_job"),
    *("download_list", "download_proof_of_entry"),
}
READ_BY_GET = {"reveal_beneficiary"}
ASKING = {policy.require, policy.require_seen, policy.visible, policy.allows, policy.area_paths}
Kind = TypeVar("Kind")
OF_CODES = {"code_expired", "code_forged", "code_not_yet_valid", "code_of_another_shift"}
# What a command refuses that no reading of its code finds: a method of what it is given raises it, or WeChat's client is told its kind.
OUT_OF_SIGHT = {
    "claim_place": {"person_needed"},
    "log_in_by_wechat": {"wechat_code_rejected"},
    "merge_by_wechat": {"wechat_code_rejected"},
    "put": {"store_away"},
    "read": {"store_away"},
    "set_phone": {"wechat_phone_code_rejected"},
    "sign_in": OF_CODES,
    "sign_out": OF_CODES,
}
ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile("[\u4e00-\u9fff]")


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations" not in found.name:
            yield importlib.import_module(found.name)


MODULES = [*modules_of(backend), *modules_of(web), *modules_of(miniprogram_api), *modules_of(console)]


class Trees(Mapping[str, ast.Module]):
    """The code of each module, read when somebody asks for it: each worker of a run collects these tests, and then one runs them."""

    def __init__(self, modules: Collection[ModuleType]) -> None:
        self._files = {module.__name__: Path(str(module.__file__)) for module in modules}
        self._read: dict[str, ast.Module] = {}

    def __getitem__(self, module: str) -> ast.Module:
        if module not in self._read:
            self._read[module] = ast.parse(self.text(module))
        return self._read[module]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def text(self, module: str) -> str:
        """The code as it is written."""
        return self._files[module].read_text()


TREES = Trees(MODULES)


def test_each_field_that_people_fill_in_has_a_label_for_pages() -> None:
    shapes = [shape for kind in (Body, Query) for shape in below(kind) if shape.__module__.startswith("web.")]
    assert len(shapes) > 60
    assert {name for shape in shapes for name in shape.model_fields} - LABELS.keys() == set()


def imported_by(tree: ast.AST) -> set[str]:
    """The modules from which a module takes names."""
    return {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


def application() -> APIFlask:
    """Every route of the API and of the console."""
    app = APIFlask("house", enable_openapi=False, static_folder=None)  # type: ignore[arg-type]
    for resource in (*RESOURCES, *CONSOLE):
        app.register_blueprint(resource)
    return app


def views() -> dict[str, tuple[str, FunctionType]]:
    """Each view of the API and of the console: its address, and the function with its decorators."""
    app = application()
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(("/api/", "/console/"))]
    found = [(rule.rule, app.view_functions[rule.endpoint]) for rule in rules]
    return {view.__name__: (address, view) for address, view in found if isinstance(view, FunctionType)}


def asks_policy(function: object, seen: set[object]) -> bool:
    """Whether a function of ours, or one that it names, asks policy."""
    return calls_one_of(ASKING, function, seen)


def calls_one_of(goals: Collection[object], function: object, seen: set[object]) -> bool:
    """Whether a function of ours is one of these, or names one that is, however deep."""
    if (
        not isinstance(function, FunctionType)
        or function in seen
        or not function.__module__.startswith(("backend.", "console.", "miniprogram_api.", "web."))
    ):
        return False
    if function in goals:
        return True
    seen.add(function)
    return any(calls_one_of(goals, named(function, node), seen) for node in body_of(function))


def handed_the_actor(view: FunctionType) -> set[FunctionType]:
    """The functions that a view calls in the actor's name."""
    calls = [node for node in body_of(view) if isinstance(node, ast.Call)]
    in_their_name = [call for call in calls if any(isinstance(given, ast.Name) and given.id == "actor" for given in call.args)]
    return {found for call in in_their_name if isinstance(found := named(view, call.func), FunctionType)}


def test_each_view_says_who_may_call_it() -> None:
    assert len(views()) > 90
    assert [name for name, (_, view) in views().items() if contract_of(view).access is None] == []


def test_each_guarded_view_names_a_policy_or_why_it_needs_none() -> None:
    silent = {
        name
        for name, (address, view) in views().items()
        if contract_of(view).access is not Access.PUBLIC and not OWN.match(address)
        if not any(asks_policy(called, set()) for called in handed_the_actor(inspect.unwrap(view)))
    }
    assert silent == ASKS_NO_POLICY.keys()


def test_each_view_is_walked_by_every_role() -> None:
    """By a row of tests/policy/; its test_walk.py tells how to add one in a minute."""
    assert views().keys() - {row.operation for row in TABLE} == set()


def test_each_page_of_the_console_is_visited_in_a_browser() -> None:
    """A new page is a line in tests/browser/visits.py: who comes to it, from where, by which links."""
    assert drawn() - {(visit.page, visit.case) for visit in VISITS} == set()


def test_the_page_on_policy_says_what_the_code_does() -> None:
    """Written anew by `ejia policy > docs/policy.md`; a new permission is a block in permissions.py."""
    assert (ROOT / "docs/policy.md").read_text() == page()


def test_policy_names_each_role_reach_and_permission_in_words() -> None:
    kinds: tuple[type[Term], ...] = (Role, Reach, Permission)
    for terms in map(list, kinds):
        assert all(CHINESE.search(term.chinese) and term.sentence.endswith(".") for term in terms)
        assert len({term.chinese for term in terms}) == len({term.value for term in terms}) == len(terms)


@pytest.mark.parametrize("module", [name for name in TREES if name.startswith(("web.", "miniprogram_api.", "console."))])
def test_no_view_asks_policy_beside_the_commands_and_reads_that_it_calls(module: str) -> None:
    named_there = {
        f"{node.module}.{alias.name}" for node in ast.walk(TREES[module]) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert {name for name in named_there if f"{name}.".startswith(f"{policy.__name__}.")} == set()


def test_each_command_that_a_view_calls_asks_policy_itself() -> None:
    silent = {
        name: f"{command.__module__}.{command.__name__}"
        for name, (_, view) in views().items()
        for command in handed_the_actor(inspect.unwrap(view))
        if ".service" in command.__module__ and not asks_policy(command, set())
    }
    assert silent.keys() <= ASKS_NO_POLICY.keys(), silent


def test_a_get_leaves_a_trace_at_most_and_nothing_that_is_shown_to_whom_it_is_about() -> None:
    app, gets = application(), dict[str, FunctionType]()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and isinstance(view := app.view_functions[rule.endpoint], FunctionType):
            gets[view.__name__] = inspect.unwrap(view)
    assert {name for name, view in gets.items() if calls_one_of({audit.record}, view, set())} == {*TRACED, *READ_BY_GET}
    assert {name for name, view in gets.items() if calls_one_of({write_reveal}, view, set())} == READ_BY_GET


def test_each_command_asks_for_the_permission_that_it_writes_into_the_audit_log() -> None:
    unasked = {}
    for name, (_, view) in views().items():
        for command in handed_the_actor(inspect.unwrap(view)):
            audited, asked = permissions(command, set())
            unasked[name] = unasked.get(name, set()) | (audited - asked - OFFICE)
    assert {name: found for name, found in unasked.items() if found and name not in ASKS_NO_POLICY} == COMES_WITH


def marked(mark: Callable[[object], Collection[type[Refusal]]]) -> dict[FunctionType, set[type[Refusal]]]:
    """The functions beside which something is said of refusals, methods included."""
    named_in = (thing for module in MODULES for thing in vars(module).values())
    functions = (found for thing in named_in for found in (vars(thing).values() if isinstance(thing, type) else (thing,)))
    return {inner: {*mark(inner)} for found in functions if isinstance(inner := inspect.unwrap(found), FunctionType) and mark(inner)}


def test_what_is_said_never_to_be_refused_could_be_by_the_form_of_the_code() -> None:
    """Else the word is stale: the call that could refuse is gone."""
    said = marked(never_of)
    assert len(said) > 20
    assert {command: kinds - refusals_by_form(command) for command, kinds in said.items() if kinds - refusals_by_form(command)} == {}


def test_what_is_said_to_be_refused_stands_in_no_code_that_can_be_read() -> None:
    """Else it would be said twice. What cannot be read is held against the list of those that somebody looked at."""
    said = marked(refuses_of)
    assert {command.__name__: {kind.code for kind in kinds} for command, kinds in said.items()} == OUT_OF_SIGHT
    assert {command: kinds & refusals_by_form(command) for command, kinds in said.items() if kinds & refusals_by_form(command)} == {}


def test_a_route_refuses_what_the_commands_do_that_it_calls() -> None:
    """Through helpers, tables of constraints and steps of a life; by what is said beside them; without what they catch."""
    refused = {name: {kind.code for kind in refusals_of(view)} for name, (_, view) in views().items()}
    assert refused["release_claim"] >= {"claim_released", "claim_in_service", "not_found"}
    assert refused["claim_place"] >= {"already_claimed", "opening_full", "person_needed"}
    assert refused["sign_in"] >= {"code_expired", "shift_over"}
    assert "already_corrected" in refused["correct_service"]
    assert "already_corrected" not in refused["leave_team"]
    assert not refused["cancel_shift"] & {"opening_full", "already_member", "own_word"}
    assert refused["list_brands"] == set()


def test_each_event_that_is_heard_is_published_and_none_is_written_for_nobody() -> None:
    """Published is what some code other than its definition makes; `Event.name` is how it is heard."""
    made = set()
    for tree in TREES.values():
        heard = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        made |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in heard}
    kinds = ours_below(Event)
    assert len(kinds) > 30
    assert Counter(kind.name for kind in kinds).most_common(1)[0][1] == 1
    published = {kind.name for kind in kinds if kind.__name__ in made}
    assert {kind.name for kind in kinds} == published
    assert tuple(sorted(CONSUMERS)) == HEARERS
    for consumer, reactions in CONSUMERS.items():
        assert reactions.keys() <= published, consumer


def test_each_event_is_named_after_what_happened() -> None:
    for kind in ours_below(Event):
        noun, participle = kind.name.split(".")
        assert kind.__name__.lower() in {f"{noun}{participle}".replace("_", ""), participle.replace("_", "")}, kind.name


def test_each_refusal_has_a_code_of_its_name_and_one_chinese_sentence() -> None:
    """The kinds of foundation/errors.py have the words of HTTP, and what WeChat refuses begins with its name."""
    for kind in ours_below(Refusal):
        assert kind.__doc__, kind
        assert CHINESE.search(kind.detail), kind
        assert not kind.detail.endswith(("。", "！", ".")), kind
        if "code" in vars(kind) and kind.__module__ == "backend.wechat.errors":
            assert kind.code.startswith("wechat_"), kind
        elif "code" in vars(kind) and kind.__module__ != Refusal.__module__:
            assert kind.code == re.sub("(?<!^)(?=[A-Z])", "_", kind.__name__).lower(), kind


@pytest.mark.parametrize("module", TREES)
def test_what_a_refusal_says_of_its_case_is_chinese_too(module: str) -> None:
    names = {kind.__name__ for kind in ours_below(Refusal)}
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            said = [given.value for given in node.args[:1] if isinstance(given, ast.Constant) and isinstance(given.value, str)]
            assert all(CHINESE.search(sentence) for sentence in said), (module, node.lineno, said)


def test_who_may_not_is_told_who_may() -> None:
    """`policy.require` says it; a bare `raise Forbidden` would not."""
    bare = [
        (module, node.lineno)
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id == Forbidden.__name__
    ]
    assert bare == [], "raise Forbidden(policy.who_may(Permission.…))"


OF_CATALOGUES = "backend.foundation.catalogues"
CATALOGUES = [name for name in TREES if OF_CATALOGUES in TREES.text(name) and OF_CATALOGUES in imported_by(TREES[name])]


@pytest.mark.parametrize("module", CATALOGUES)
def test_what_a_catalogue_complains_of_is_chinese_too(module: str) -> None:
    """Whoever edits it is a clerk."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "ValueError":
            assert CHINESE.search(ast.unparse(node)), (module, node.lineno)


def test_each_permission_is_asked_by_some_code() -> None:
    """Or given to a step of a life, or written down by the platform itself."""
    trees = [*TREES.values(), *(ast.parse(path.read_text()) for path in (ROOT / "ejia").rglob("*.py"))]
    asked = {
        node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Permission"
    }
    assert {permission.name for permission in Permission} - asked == set()


def test_each_step_that_is_taken_for_one_thing_has_a_refusal() -> None:
    steps = 0
    for module in MODULES:
        for node in ast.walk(TREES[module.__name__]):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "take":
                step = getattr(module, ast.unparse(node.func.value), None)
                if isinstance(step, Step):
                    steps += 1
                    assert step.refusal is not None, (module.__name__, node.lineno)
    assert steps > 15


def codes_named(test: ast.FunctionDef) -> Iterator[str]:
    """What a test may be asserting: its texts, and the classes that it expects to be raised."""
    for node in ast.walk(test):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.raises":
            yield from (ast.unparse(part).rpartition(".")[2] for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute))


def test_each_refusal_is_asserted_by_a_test_of_behaviour() -> None:
    """By its code or its class, in a test of its own folder: what is only listed here or in tests/policy could be switched off unseen."""
    named_there: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        if path.relative_to(ROOT / "tests").parts[0] not in {"foundation", "policy"}:
            tests = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
            named_there |= {said for test in tests if test.name.startswith("test_") for said in codes_named(test)}
    kinds = ours_below(Refusal)
    assert len(kinds) > 150
    assert [kind.code for kind in kinds if kind.code not in named_there and kind.__name__ not in named_there] == []


def below(kind: type[Kind]) -> set[type[Kind]]:
    """A class and all that are made from it."""
    return {kind}.union(*(below(child) for child in kind.__subclasses__()))


def ours_below(kind: type[Kind]) -> list[type[Kind]]:
    """The product's classes that are made from this one. A dataclass with slots leaves a first draft of itself behind."""
    found = below(kind)
    return sorted((one for one in found if getattr(sys.modules[one.__module__], one.__name__, None) is one and _is_ours(one)), key=str)


def _is_ours(kind: type) -> bool:
    return kind.__module__.startswith(("backend.", "console.", "miniprogram_api.", "web.")) and kind is not Event
