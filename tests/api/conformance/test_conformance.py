"""Schemathesis asks each route what its schema allows and what it forbids, and holds the answers against the document.

All its checks are on. What is left aside, and why: `BEYOND_THE_SCHEMA` in inquiry.py. Longer, and with other requests:
`make test T=tests/api/conformance ARGS="--conformance-examples 100 --conformance-seed 7"`.
"""

import zlib

import pytest
from schemathesis.checks import CHECKS
from schemathesis.config import ChecksConfig

from tests.api.conformance.conftest import Inquire
from tests.api.conformance.inquiry import ANY_SENDER, RIGHT_SENDER, Inquiry
from tests.support.operations import Operation

# So that the workers of a run share the routes.
PARTS = 2
# The share of operations that must succeed: with the request that the world is made for, and with generated ones.
SUCCESSFUL, SUCCESSFUL_BY_CHANCE = 0.95, 0.9
SENDERS = ["resident", "leader", "community_officer", "street_officer"]


def part_of(operations: list[Operation], part: int) -> list[Operation]:
    return [operation for operation in operations if zlib.crc32(operation.name.encode()) % PARTS == part]


def conforms(inquiry: Inquiry) -> None:
    assert not inquiry.found, f"{len(inquiry.found)} of {inquiry.asked}:\n\n" + "\n\n".join(inquiry.found.values())


def succeeds(inquiry: Inquiry, share: float) -> None:
    """So many operations gave a 2xx at least once; where answers are merely 403, 404 and 422, little was tried."""
    failed = [f"{name}: {dict(statuses)}" for name, statuses in inquiry.never_successful().items()]
    assert len(failed) <= (1 - share) * len(inquiry.operations), (
        f"{len(failed)} of {len(inquiry.operations)} operations never succeeded. Give them what they need in "
        "tests/api/conformance/world.py: `known` for the names of parameters and fields, `_target` for who sends them, about what:\n"
        + "\n".join(failed)
    )


def test_the_world_holds_what_operations_need_to_succeed(inquire: Inquire, operations: list[Operation]) -> None:
    inquiry = inquire(operations, sender=RIGHT_SENDER).ask_what_the_world_is_made_for()
    conforms(inquiry)
    succeeds(inquiry, SUCCESSFUL)


@pytest.mark.parametrize("sender", [None, *SENDERS])
def test_whoever_asks_gets_an_answer_of_the_document(inquire: Inquire, operations: list[Operation], sender: str | None) -> None:
    inquiry = inquire(operations, sender=sender).ask_what_the_world_is_made_for()
    conforms(inquiry)
    refused = sum(count for status, count in inquiry.statuses().items() if status in (401, 403, 404))
    assert refused > len(operations) / 10


@pytest.mark.parametrize("part", range(PARTS))
def test_every_value_that_the_document_allows_or_forbids_is_answered_as_it_says(
    inquire: Inquire, operations: list[Operation], part: int
) -> None:
    asked = part_of(operations, part)
    inquiry = inquire(asked, sender=RIGHT_SENDER, phases=["coverage"]).ask()
    conforms(inquiry)
    assert inquiry.asked > 10 * len(asked)
    succeeds(inquiry, SUCCESSFUL_BY_CHANCE)


def test_random_requests_of_anybody_are_answered_as_the_document_says(inquire: Inquire, operations: list[Operation], examples: int) -> None:
    conforms(inquire(operations, sender=ANY_SENDER, phases=["fuzzing"], examples=examples).ask())


def test_public_operations_are_answered_as_the_document_says_without_a_login(
    inquire: Inquire, operations: list[Operation], examples: int
) -> None:
    public = [operation for operation in operations if not operation.is_guarded]
    inquiry = inquire(public, sender=None, phases=["coverage", "fuzzing"], examples=4 * examples).ask()
    conforms(inquiry)
    assert inquiry.asked > 20 * len(public)


def test_what_was_made_is_there_and_what_is_gone_is_not(inquire: Inquire, operations: list[Operation], examples: int) -> None:
    inquiry = inquire(operations, sender=RIGHT_SENDER, phases=["stateful"], mode="positive", examples=15 * examples).ask()
    conforms(inquiry)
    assert inquiry.asked > 5 * examples


def test_no_check_of_schemathesis_is_left_out(inquire: Inquire, operations: list[Operation]) -> None:
    checks: ChecksConfig = inquire(operations, sender=None).checks
    assert len(CHECKS.get_all_names()) >= 14
    assert [name for name in CHECKS.get_all_names() if not checks.get_by_name(name=name).enabled] == []
