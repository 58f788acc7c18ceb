"""Several phones send the same good request at the same moment: the database decides, and nobody gets an answer beside the document."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from tests.api.conformance.keeping import Kept
from tests.api.conformance.world import Neighbourhood
from tests.support.contract import Watch
from tests.support.operations import A_FILE, Operation, a_file
from tests.support.tables import contents

AT_ONCE = 4
# What may be done again, at least at the same moment. Of everything else one request succeeds, and the others learn that it is done.
AGAIN_AND_AGAIN = {
    "add_late_proof",  # the same file
    "change_work_unit",
    "agree_to_notice",
    "begin_second_factor",
    "bring_import",  # the same file is the same import
    "change_term",
    "check_identity",
    "confirm_shift",
    "disclose_beneficiary",
    "disclose_person",
    "disclose_visited",
    "enter_late",
    "export_list",
    "export_year_end",
    "find_by_whole_number",  # each try counts
    "find_demands_nearby",
    "issue_door_code",
    "log_in_by_password",
    "log_out",
    "rename_organisation",
    "rename_team",
    "log_out_everywhere",
    "make_arrangement",
    "mark_message_read",
    "mark_messages_read",
    "put_preferences",
    "publish_demand_again",  # what is needed each week
    "move_beneficiary",
    "refresh_tokens",
    "reset_password",
    "retry_deliveries",  # what waits for its next try, if any does
    "submit_demand",
    "tie_beneficiary",
}


def send_at_once(world: Neighbourhood, operation: Operation) -> list[TestResponse]:
    """The answers to a request that succeeds alone, each with a key of its own."""
    here = replace(operation, known=world.values(operation.name))
    headers = {"Authorization": f"Bearer {world.token(world.sender(operation.name))}"} if operation.is_guarded else {}
    body = None if here.body is None else world.with_what_is_valid_now(json.dumps(here.example))
    start = Barrier(AT_ONCE)

    def send(_number: int) -> TestResponse:
        key = {"Idempotency-Key": str(uuid4())} if operation.takes_key else {}
        with world.app.test_client() as client:
            start.wait()
            content = a_file(here.known.get("file", A_FILE)) if here.takes_file else {"data": body, "content_type": "application/json"}
            return client.open(here.address(), method=here.method, headers=headers | key, query_string=here.needed_query, **content)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(send, range(AT_ONCE)))


@pytest.fixture
def restore(_kept: Kept, _watch: Watch) -> Iterator[Callable[[], object]]:
    """Brings the world back to how it was built, as it must be in the end. An answer beside the document fails."""
    _watch.complaints.clear()
    _kept.restore()
    before = contents()
    yield _kept.restore
    _kept.restore()
    assert contents() == before
    assert _watch.complaints == []


def test_of_requests_at_the_same_moment_one_succeeds_and_the_others_are_refused(
    world: Neighbourhood, operations: list[Operation], restore: Callable[[], object]
) -> None:
    done: dict[str, int] = {}
    for operation in operations:
        if operation.method != "get" and operation.places.keys() <= world.values(operation.name).keys():
            restore()
            statuses = [answer.status_code for answer in send_at_once(world, operation)]
            assert max(statuses) < 500, (operation.name, statuses)
            done[operation.name] = sum(status < 300 for status in statuses)
    assert {name: times for name, times in done.items() if times > 1 and name not in AGAIN_AND_AGAIN} == {}
    assert len([name for name, times in done.items() if times == 0]) <= len(done) / 20, "the world holds what operations need to succeed"
