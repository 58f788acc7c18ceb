"""docs/policy.md, made from the code: permissions × roles × reach, and which route asks for which permission.

`ejia policy` prints it; a test compares the page with it. Which route asks for what is read from the sources of its view and of all that
it calls: the permissions that they name, other than in the audit log.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from types import FunctionType

from apiflask import APIFlask

from backend.accounts import policy
from backend.accounts.permissions import Permission, Reach
from backend.foundation.actor import Role
from backend.foundation.life import FactStep, Step
from backend.foundation.refusals import body_of, named
from ejia.resources import RESOURCES
from web.routes import Access, contract_of

_HEAD = """\
# Who may do what

Made from the code by `ejia policy > docs/policy.md`; do not edit it by hand. The rules and their words stand in
[backend/accounts/permissions.py](../backend/accounts/permissions.py), and [tests/policy/](../tests/policy/) walks every route by every role
against a table of its own.

A role is granted within one scope and for a term; nothing else opens anything. What somebody may not open appears in no list, count or
export of theirs and answers 404; what they may see but not do answers 403; without a log-in it is 401.
"""


def views() -> dict[str, tuple[str, str, FunctionType]]:
    """Each view of the API by its name: the method, the address, and the function with its decorators."""
    app = APIFlask("policy", enable_openapi=False)
    for resource in RESOURCES:
        app.register_blueprint(resource)
    found = {}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.rule.startswith("/api/") and isinstance(view, FunctionType):
            (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            found[view.__name__] = (method, re.sub(r"<(?:[^<>:]+:)?([^<>]+)>", r"{\1}", rule.rule), view)
    return found


def permissions(function: object, seen: set[object]) -> tuple[set[str], set[str]]:
    """The permissions under which a function writes into the audit log, and those that it names elsewhere; with what it calls, and with the
    steps that it takes."""
    if isinstance(function, Step | FactStep):
        return {Permission(function.permission).name}, set()
    if not isinstance(function, FunctionType) or function in seen or not _is_ours(function):
        return set(), set()
    seen.add(function)
    nodes = body_of(function)
    entries = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record"]
    in_entries = {id(part) for entry in entries for part in ast.walk(entry)}
    audited: set[str] = set()
    named_elsewhere: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("Permission."):
            (audited if id(node) in in_entries else named_elsewhere).add(node.attr)
        below_audited, below_named = permissions(named(function, node), seen)
        audited |= below_audited
        named_elsewhere |= below_named
    return audited, named_elsewhere


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_roles(), *_reaches(), *_matrix(), *_words(), *_routes()])


def _roles() -> Iterator[str]:
    yield "## Roles · 角色\n"
    yield from _table(("role", "角色", "who it is"), ((f"`{role}`", role.chinese, role.sentence) for role in Role))


def _reaches() -> Iterator[str]:
    yield "## How far a role reaches · 范围\n"
    yield from _table(
        ("reach", "范围", "the grant meets the subject when"), ((f"`{reach}`", reach.chinese, reach.sentence) for reach in Reach)
    )


def _matrix() -> Iterator[str]:
    yield "## Permissions × roles · 权限表\n"
    yield "An empty cell: the role does not allow it. Everybody is 居民 beside what they are else. A row without any: see below.\n"
    yield from _table(
        ("permission", "权限", *(role.chinese for role in Role)),
        ((f"`{permission}`", permission.chinese, *(_cell(permission, role) for role in Role)) for permission in Permission),
    )


def _cell(permission: Permission, role: Role) -> str:
    reach = permission.rule.get(role)
    return "" if reach is None else reach.chinese


def _words() -> Iterator[str]:
    yield "## What each permission allows · 权限说明\n"
    yield from _table(
        ("permission", "权限", "what it allows"),
        ((f"`{permission}`", permission.chinese, permission.sentence) for permission in Permission),
    )


def _routes() -> Iterator[str]:
    yield "## Which route asks for which permission · 接口与权限\n"
    yield "All that is asked on the way is named: often first whether the subject may be seen, then whether this may be done to it.\n"
    yield from _table(("route", "接口", "permissions"), _route_lines())


def _route_lines() -> Iterator[tuple[str, str, str]]:
    order = {permission.name: place for place, permission in enumerate(Permission)}
    for method, address, view in views().values():
        if contract_of(view).access is Access.PUBLIC:
            asked = "public"
        else:
            names = sorted(permissions(inspect.unwrap(view), set())[1], key=lambda name: order[name])
            asked = " ".join(f"`{Permission[name]}`" for name in names) or "logged in"
        yield f"`{method} {address}`", view.__dict__["_spec"]["summary"], asked


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _is_ours(function: FunctionType) -> bool:
    return function.__module__.startswith(("backend.", "console.", "miniprogram_api.", "web.")) and function.__module__ != policy.__name__
