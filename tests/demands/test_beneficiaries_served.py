"""How many different elders were served: each once, whatever becomes of their row, and nobody is named by the figure."""

from typing import Any
from uuid import UUID

import pytest

from backend.demands.measures import BENEFICIARIES_SERVED
from backend.demands.models import Beneficiary
from backend.foundation import clock
from backend.foundation.database import db, transaction
from tasks.housekeeping import erase_beneficiaries
from tests.statistics.changes import hear_everything
from tests.support.attendance import Visit
from tests.support.demands import GRANDFATHER
from tests.support.phone import refused


def served_at(street, pass_time, **whose: Any) -> None:
    """Somebody is visited, and the community confirms it."""
    visit = Visit(street, **whose)
    fact_id = visit.served(pass_time)
    visit.officer.made(f"/services/{fact_id}/confirmation")
    if visit.demand["brand"] != "sunset_wish":  # a wish that came true is completed by itself
        visit.officer.made(f"/demands/{visit.demand['id']}/completion")
    pass_time(hours=3)


@pytest.fixture
def year(street, pass_time) -> int:
    """It is spring of the year that is returned, so that all is served in one."""
    today = clock.shanghai_day(clock.now())
    pass_time(seconds=(clock.start_of_day(today.replace(year=today.year + 1, month=3, day=2)) - clock.now()).total_seconds())
    return today.year + 1


def figure(officer, year: int) -> tuple[int, dict[str, int], list[dict[str, Any]]]:
    """In all, by brand, and its rows."""
    hear_everything()
    [found] = [figure for figure in officer.seen(f"/figures/{year}")["figures"] if figure["code"] == "beneficiaries_served"]
    rows = officer.seen(f"/figures/{year}/beneficiaries_served/rows")["items"]
    return found["value"], {part["code"]: part["value"] for part in found["parts"] if part["value"]}, rows


def known(at) -> set[UUID]:
    with transaction():
        return {row.person_id for row in db.session.execute(BENEFICIARIES_SERVED.contributions(at))}


def test_who_was_served_counts_once_and_is_not_named_and_a_merge_or_an_erasure_loses_nobody(street, year, pass_time):
    officer = street.home.officer
    for brand in ("door_knock", "door_knock", "sunset_wish"):
        served_at(street, pass_time, brand=brand)
    served_at(street, pass_time, beneficiary=GRANDFATHER)
    served_at(street, pass_time, brand="red_ribbon", beneficiary=None)
    elders = {line["name"]: line["id"] for line in officer.seen("/beneficiaries")["items"]}

    value, parts, rows = figure(street.officer, year)

    assert (value, parts) == (2, {"door_knock": 2, "sunset_wish": 1})
    assert {row["source_id"] for row in rows} == set(elders.values())
    assert {(row["person_id"], row["person_name"], row["value"]) for row in rows} == {(None, None, 1)}
    assert refused(street.next.officer.get(f"/beneficiaries/{rows[0]['source_id']}")) == (404, "not_found")

    both, before = known(None), clock.now()
    pass_time(seconds=1)
    given, kept = elders.values()
    officer.made(f"/beneficiaries/{given}/merge", {"into_id": kept})
    assert figure(street.officer, year)[:2] == (1, {"door_knock": 1, "sunset_wish": 1})
    assert known(before) == both, "what was known before the merge stays known"

    pass_time(days=8 * 366)
    erase_beneficiaries()
    with transaction():
        assert db.session.get_one(Beneficiary, UUID(kept)).address_sealed is None
    assert known(None) == {UUID(kept)}
