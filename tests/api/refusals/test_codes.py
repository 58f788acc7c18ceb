"""Sign-in codes that are over, forged, of another shift or used before: refused, and nothing is changed."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.attendance import codes
from backend.attendance.codes import CodeMaker
from backend.foundation import clock
from backend.foundation.ids import new_id
from tests.api.refusals.conftest import Sweep, World
from tests.support.operations import Operation


@pytest.fixture
def bad_codes(world: World) -> dict[str, tuple[str, str]]:
    """What is wrong with it → the code, and the reason that is given."""
    shift_id, now, maker = UUID(world.shift_id), clock.now(), codes.maker()
    good = maker.code(shift_id, now=now).text
    return {
        "a minute old": (maker.code(shift_id, now=now - timedelta(minutes=1)).text, "code_expired"),
        "a day old": (maker.code(shift_id, now=now - timedelta(days=1)).text, "code_expired"),
        "of the future": (maker.code(shift_id, now=now + timedelta(minutes=2)).text, "code_not_yet_valid"),
        "of another shift": (maker.code(new_id(), now=now).text, "code_of_another_shift"),
        "of another key": (CodeMaker(bytes([9]) * 32).code(shift_id, now=now).text, "code_forged"),
        "with its time put off": (good[:27] + ("A" if good[27] != "A" else "B") + good[28:], "code_forged"),
        "cut": (good[:-1], "code_forged"),
        "typed": ("123456", "code_forged"),
    }


@pytest.fixture(params=["sign_in", "sign_out"])
def signing(request: pytest.FixtureRequest, sweep: Sweep) -> Operation:
    (found,) = [operation for operation in sweep.operations if operation.name == request.param]
    return found


def test_a_bad_code_signs_nobody_in_or_out(sweep: Sweep, signing: Operation, bad_codes: dict[str, tuple[str, str]]) -> None:
    for what, (code, reason) in bad_codes.items():
        sweep.refused(signing, what, sweep.send(signing, body={"code": code}), (422, reason))


def test_a_code_that_was_used_signs_the_same_person_in_or_out_no_second_time(sweep: Sweep, signing: Operation, world: World) -> None:
    good = codes.maker().code(UUID(world.shift_id), now=clock.now()).text
    answer = sweep.send(signing, by=world.member, body={"code": good})
    sweep.refused(signing, "again", answer, (409, "already_signed_out"))


def test_a_good_code_lets_in_nobody_who_does_not_belong_to_the_claim(sweep: Sweep, signing: Operation, world: World) -> None:
    good = codes.maker().code(UUID(world.shift_id), now=clock.now()).text
    for stranger in (world.stranger, world.officer, world.foreigner):
        answer = sweep.send(signing, by=stranger, body={"code": good})
        sweep.refused(signing, "a stranger", answer, (403, None), (404, None), (409, "not_signed_in"))
