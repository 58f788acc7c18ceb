"""Every route, walked by every role, here and elsewhere: each gets just what the table says.

A new route is a red test until it has its rows, which takes a minute: add a `Row` to the rows_….py of its resource. `about` makes the
subject (by `world[viewer]`, `world.officer` and the ids of `world`; it is undone after the row) and gives what the request is about by
`ask(team_id=…, body=…, query=…, shows=…)`; without a body the document's example is sent. `yes` are the viewers (viewers.py) who get 2xx
and see what `shows` names (each reading names something, or says in `shows_nothing` why not), `but` and `rest` say what the others get:
403 for who may see but not do, 404 for whom it does not exist, EMPTY for a list without it; `by` is the permission. Then
`pytest tests/policy -k name_of_the_view`, and read each complaint: is it the table that is wrong, or the route?
"""

import re
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from backend.accounts.permissions import Permission, Reach
from backend.foundation.actor import Role
from backend.foundation.database import db, transaction
from tests.policy.table import TABLE
from tests.policy.viewers import HERE, NOBODY, roles_of
from tests.policy.walking import Row, Walk

BY_LIFE = {
    Permission.ACCOUNT_LOG_IN: "by whoever proves who they are",
    Permission.KEYS_ROTATE: "by `ejia` only",
    Permission.COMMAND_RUN: "by `ejia` only",
    Permission.SHIFT_CLOSE: "by the clock only",
    Permission.SHIFT_PLAN: "with the publication of a demand",
    Permission.SECOND_FACTOR_LIFT: "by `ejia` only",
    Permission.NAME_READ: "besides what shows the row: tests/people/test_names_shown.py",
    Permission.MINOR_REVEAL: "besides person.reveal, where the person is a minor: tests/reveals/test_minors.py",
}
"""Permissions that no route of their own asks for, and how they are used instead."""


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_each_role_gets_what_the_table_says(row: Row, walk: Walk) -> None:
    complaints = walk.complaints(row)
    assert not complaints, f"{row.name}\n" + "\n".join(complaints)


def test_a_commit_after_an_error_that_was_swallowed_fails_the_walk(walk: Walk) -> None:
    """In production it is a rollback that says nothing."""
    with walk.undone(), pytest.raises(AssertionError, match="lets nothing stand"), transaction(), suppress(DataError):
        db.session.execute(text("SELECT 1 / 0"))


FOR_ANYBODY = {
    "/healthz": "whether the process lives",
    "/readyz": "whether it can serve",
    "/openapi.json": "the document",
    "/docs": "the document as a page",
    "/docs/static/{filename}": "the files of that page",
    "/board": "what a stranger finds in the lists (tests/console/test_board.py)",
    "/console/static/{filename}": "the files of the pages for a browser",
}
"""Addresses outside of the walk: they answer anybody, and nothing about anybody."""


def test_no_address_of_the_application_is_left_out_of_the_walk_but_what_is_for_anybody(walk: Walk) -> None:
    """Also one that the document hides, or that stands beside /api/v1."""
    served = {
        (method, re.sub(r"<(?:[^<:]+:)?([^>]+)>", r"{\1}", rule.rule))
        for rule in walk.world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    walked = {(operation.method.upper(), operation.path) for operation in walk.operations.values()}
    assert served - walked == {("GET", address) for address in FOR_ANYBODY}
    assert walked <= served


def test_each_permission_is_walked() -> None:
    assert {row.by for row in TABLE} - {None} | BY_LIFE.keys() == {*Permission}


UNPROVED = {
    (Permission.PLACE_CLAIM, Role.WORK_UNIT_OFFICER): "no brand lets a unit claim, and no route takes one as claimant",
}
"""Roles of a rule by which nobody can succeed yet."""


@pytest.mark.parametrize("permission", [permission for permission in Permission if permission not in BY_LIFE])
def test_policy_and_table_agree_on_the_roles(permission: Permission) -> None:
    """By each role of the rule somebody succeeds; who succeeds has one of them, and elsewhere one that reaches that far."""
    rule = permission.rule
    succeeding = NOBODY.union(*(row.yes for row in TABLE if row.by is permission))
    proved = frozenset[Role]().union(*map(roles_of, succeeding & HERE))
    assert {role for role in rule if role not in proved} == {role for of, role in UNPROVED if of is permission}
    assert {viewer for viewer in succeeding & HERE if not roles_of(viewer) & rule.keys()} == NOBODY
    afar = {role for role, reach in rule.items() if reach in (Reach.ANYWHERE, Reach.OWN)}
    assert {viewer for viewer in succeeding - HERE if not roles_of(viewer) & afar} == NOBODY
