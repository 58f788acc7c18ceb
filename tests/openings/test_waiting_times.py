"""How long who asked for a place waited for the community, and who waited for nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from backend.foundation import clock
from tasks.housekeeping import end_unanswered_claims
from tests.statistics.changes import hear_everything
from tests.support.demands import asked_for, demand_form, team_led_by, window
from tests.support.phone import Phone
from tests.support.street import Street

OF_CLAIMS = ("claims_asked_for", "claims_answered", "claims_answered_in_time", "claim_waiting_hours", "claims_unanswered", "claims_waiting")


@pytest.fixture
def in_spring(pass_time: Callable[..., datetime]) -> int:
    """It is March, in the year that is returned: nothing that follows within weeks crosses a new year."""
    today = clock.shanghai_day(clock.now())
    march = datetime(today.year + 1, 3, 2, 9, tzinfo=clock.SHANGHAI)
    pass_time(seconds=(march - clock.now()).total_seconds())
    return march.year


def visit(officer: Phone, street: Street, *, in_days: int) -> dict[str, Any]:
    demand = officer.made("/demands", demand_form(street, community="和平社区"))
    return officer.made(f"/demands/{demand['id']}/publication", window(starts_in=timedelta(days=in_days)) | {"places": 1})


def figures(officer: Phone, year: int) -> dict[str, Any]:
    hear_everything()
    return {figure["code"]: figure for figure in officer.seen(f"/figures/{year}")["figures"] if figure["code"] in OF_CLAIMS}


def test_waiting_is_counted_for_who_was_answered_and_apart_for_who_was_not(
    street: Street, in_spring: int, pass_time: Callable[..., datetime]
):
    officer, leader = street.home.officer, street.home.leader
    team_id = team_led_by(leader, street)
    soon, late, never = (asked_for(leader, visit(officer, street, in_days=days), team_id) for days in (9, 9, 5))
    pass_time(hours=7, minutes=30)
    officer.made(f"/claims/{soon['id']}/acceptance")
    waiting = figures(officer, in_spring)
    pass_time(days=3, hours=17)
    officer.made(f"/claims/{late['id']}/refusal", {"reason": "老人希望熟悉的队伍上门"})
    pass_time(days=1)
    end_unanswered_claims()
    over = figures(officer, in_spring)

    assert {code: figure["value"] for code, figure in waiting.items()} == {
        "claims_asked_for": 3,
        "claims_answered": 1,
        "claims_answered_in_time": 1,
        "claim_waiting_hours": 7.5,
        "claims_unanswered": 0,
        "claims_waiting": 2,
    }
    assert {code: figure["value"] for code, figure in over.items()} == {
        "claims_asked_for": 3,
        "claims_answered": 2,
        "claims_answered_in_time": 1,
        "claim_waiting_hours": 7.5 + 96.5,
        "claims_unanswered": 1,
        "claims_waiting": 0,
    }
    assert [part["value"] for part in over["claims_answered"]["parts"] if part["code"] == "door_knock"] == [2]
    rows = officer.seen(f"/figures/{in_spring}/claims_unanswered/rows")["items"]
    assert [(row["source_id"], row["community"], row["person_name"]) for row in rows] == [(never["id"], "和平社区", None)]
