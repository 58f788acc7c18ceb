"""An administrator of another area may neither see nor do anything here that everybody may not, and changes nothing by trying."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.refusals.conftest import Sweep, World
from tests.support.operations import Operation
from tests.support.phone import Phone

AREA_FIELDS = {"community_id", "area_id", "role_id"}
# What anybody may ask for in a community of their choice, and so an administrator of another one too; the community decides on it.
OPEN_TO_ALL = {
    "agree_for_minor",
    "register_person",
    "register_volunteer",
    "apply_for_team",
    "apply_for_organisation",
    "apply_for_registration",
    "ask_to_move",
    "submit_demand",  # where they hold no office they ask for themselves
}
# A work unit is in no area: the officers of every street look after the units that their members name. Nor is a browser that shows a code:
# whoever scans it lets it in as themselves.
IN_NO_AREA = {"change_work_unit", "merge_work_units", "end_work_unit", "approve_console_login"}
# What people do about themselves: who is no member or has not signed in is told so, an officer like anybody.
OF_ONESELF = {"leave_team": 409, "leave_organisation": 409, "sign_in": 422, "sign_out": 422}
# What is told to everybody: active teams, verified organisations, published demands, which browser shows the code that one scanned.
SEEN_BY_ALL = {
    "see_console_login",
    *("list_teams", "show_team", "list_organisations", "show_organisation"),
    *("list_open_demands", "see_demand", "list_changes_of_demand", "list_party_organisations"),
}
# A workbook without a line is everybody's, and no JSON.
OF_NOBODY = {"download_import_template"}
# The first two write down who looked, the others have nothing to show before the job is done; the last is of the whole street.
NOT_ASKED = {
    *("reveal_beneficiary", "see_person_record", "download_job_file", "download_late_proof", "see_job_file_address"),
    *("see_overdue_report", "list_overdue_reports"),
}


@pytest.fixture(params=["neighbour", "foreigner", "stranger"])
def elsewhere(request: pytest.FixtureRequest, world: World) -> Phone:
    """An administrator of another community of the street, one of another street, and nobody in particular."""
    found: Phone = getattr(world, request.param)
    return found


def changing(sweep: Sweep) -> Iterator[Operation]:
    """Whatever changes something that lies in the area, or puts something into it."""
    for operation in sweep.operations:
        if operation.is_guarded and operation.method != "get" and operation.name not in IN_NO_AREA:
            names = operation.example.keys() if operation.body is not None else set()
            if operation.places or (AREA_FIELDS & names and operation.name not in OPEN_TO_ALL):
                yield operation


def seeing(sweep: Sweep) -> Iterator[Operation]:
    """Whatever shows something that lies in the area."""
    for operation in sweep.operations:
        places_or_areas = operation.places or AREA_FIELDS & operation.query.keys()
        if operation.is_guarded and operation.method == "get" and operation.name not in OF_NOBODY and places_or_areas:
            yield operation


def test_what_lies_in_another_area_is_not_changed(sweep: Sweep, elsewhere: Phone) -> None:
    asked = list(changing(sweep))
    assert len(asked) > 40
    for operation in asked:
        own = OF_ONESELF.get(operation.name, 404)
        sweep.refused(operation, "elsewhere", sweep.send(operation, by=elsewhere), (403, None), (404, None), (own, None))


def asked_about_here(operation: Operation) -> dict[str, Any]:
    """The query that narrows a list down to the community."""
    return operation.needed_query | {name: operation.known[name] for name in operation.query.keys() & AREA_FIELDS}


def test_what_lies_in_another_area_is_not_seen(sweep: Sweep, elsewhere: Phone) -> None:
    asked = [operation for operation in seeing(sweep) if operation.name not in SEEN_BY_ALL]
    assert len(asked) > 15
    for operation in asked:
        answer = sweep.send(operation, by=elsewhere, query=asked_about_here(operation))
        if operation.places or answer.status_code != 200:
            sweep.refused(operation, "elsewhere", answer, (403, None), (404, None))
        elif answer.get_json()["items"]:
            sweep.complaints.append(f"{operation.name} shows {answer.get_data(as_text=True)[:300]}")


def test_of_what_everybody_sees_an_administrator_elsewhere_sees_no_more(sweep: Sweep, elsewhere: Phone, world: World) -> None:
    asked = [operation for operation in sweep.operations if operation.name in SEEN_BY_ALL]
    assert {operation.name for operation in asked} == SEEN_BY_ALL
    for operation in asked:
        shown, told_to_all = (sweep.send(operation, by=who, query=asked_about_here(operation)) for who in (elsewhere, world.stranger))
        if (shown.status_code, shown.get_json()) != (200, told_to_all.get_json()):
            sweep.complaints.append(f"{operation.name} shows {shown.get_data(as_text=True)[:300]}")


def test_all_of_it_is_there_for_who_belongs_to_it(sweep: Sweep, world: World) -> None:
    for operation in seeing(sweep):
        answer = sweep.send(operation, query=asked_about_here(operation)) if operation.name not in NOT_ASKED else None
        if answer is not None and (answer.status_code != 200 or answer.get_json().get("items", "none") == []):
            sweep.complaints.append(f"{operation.name}: {answer.status_code} {answer.get_data(as_text=True)[:300]}")


def test_what_is_open_to_all_is_still_there(operations: list[Operation]) -> None:
    assert {operation.name for operation in operations} >= OPEN_TO_ALL | NOT_ASKED | OF_NOBODY | IN_NO_AREA
