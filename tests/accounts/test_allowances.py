"""Nobody writes down more in a day than people do, and one person is one over all requests at once; who works for many may write more."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from backend.accounts.limits import Bound, Written
from backend.demands.models import Demand
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from tests.support.demands import demand_form, published_demand
from tests.support.phone import refused
from tests.support.teams import team_plan


def test_a_day_has_so_many_demands_and_the_next_one_as_many(street, bounds, pass_time):
    bounds(Written.DEMAND, a_day=3, open=100)
    resident = street.home.resident

    assert [resident.post("/demands", demand_form(street)).status_code for _ in range(4)] == [201, 201, 201, 429]
    refusal = resident.post("/demands", demand_form(street))
    assert refused(refusal) == (429, "too_many_today")
    assert refusal.get_json()["detail"] == "每天最多3个服务需求，请明天再试"
    assert 0 < int(refusal.headers["Retry-After"]) <= 24 * 3600
    assert street.home.person().post("/demands", demand_form(street)).status_code == 201, "a neighbour is not counted with them"

    pass_time(seconds=int(refusal.headers["Retry-After"]))
    assert resident.post("/demands", demand_form(street)).status_code == 201


def test_so_many_may_wait_for_a_decision_at_once(street, bounds):
    bounds(Written.DEMAND, a_day=100, open=2)
    resident = street.home.resident
    first = resident.made("/demands", demand_form(street))
    resident.made("/demands", demand_form(street))

    assert refused(resident.post("/demands", demand_form(street))) == (409, "too_many_open")
    resident.made(f"/demands/{first['id']}/withdrawal")
    assert resident.post("/demands", demand_form(street)).status_code == 201, "what was refused counts for nothing"


@pytest.mark.parametrize("bound", [{"a_day": 3, "open": 100}, {"a_day": 100, "open": 3}])
def test_requests_at_once_get_no_further(street, bounds, bound):
    bounds(Written.DEMAND, **bound)
    resident, start = street.home.resident, Barrier(8)

    def ask(number: int) -> int:
        start.wait()
        return resident.post("/demands", demand_form(street)).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(ask, range(8)))

    assert answers[201] == 3
    assert db.session.scalar(select(func.count()).select_from(Demand)) == 3


def test_an_officer_writes_down_a_bad_day_of_the_street(street, bounds):
    bounds(Written.DEMAND, a_day=3, open=3, in_office=Bound(a_day=12))
    officer = street.home.officer

    assert {officer.post("/demands", demand_form(street)).status_code for _ in range(12)} == {201}
    assert refused(officer.post("/demands", demand_form(street))) == (429, "too_many_today")


def test_applications_for_teams_are_counted(street, bounds):
    bounds(Written.TEAM, a_day=2)
    leader = street.home.leader

    def apply():
        return leader.post("/teams", team_plan(community_id=street["和平社区"]))

    assert [apply().status_code for _ in range(2)] == [201, 201]
    assert refused(apply()) == (429, "too_many_today")


def test_a_team_asks_for_so_many_home_visits_at_once(street, bounds):
    bounds(Written.CLAIM, open=2)
    leader, team_id = street.home.leader, street.home.team_id

    def ask(**fields):
        demand = published_demand(street.home.officer, street, **fields)
        return leader.post("/claims", {"role_id": demand["role_id"], "team_id": team_id})

    first, second, third = (ask() for _ in range(3))
    assert (first.status_code, second.status_code, refused(third)) == (201, 201, (409, "too_many_open"))
    assert ask(brand="red_ribbon").status_code == 201, "where nobody's door is shown, nobody is kept from serving"

    leader.made(f"/claims/{first.get_json()['id']}/release", {"reason": "时间不合适"})
    assert ask().status_code == 201


def test_a_check_code_is_not_guessed(street):
    """Five tries a day for one application, each of them written down; the sixth is not looked at, be it right."""
    old, new = street.home.person("old"), street.phone("new")
    recovery = new.made("/account-recoveries", old.card)
    right = new.seen(f"/account-recoveries/{recovery['id']}")["check_code"]
    wrong = "000000" if right != "000000" else "000001"

    def confirm(code: str):
        return street.home.officer.post(f"/account-recoveries/{recovery['id']}/confirmation", {"proof": "id_card", "check_code": code})

    assert [refused(confirm(wrong)) for _ in range(5)] == [(422, "check_code_wrong")] * 5
    assert refused(confirm(right)) == (429, "too_many_today")
    tries = select(AuditEntry.reason).where(
        AuditEntry.action == "recovery.review", AuditEntry.succeeded.is_(False), AuditEntry.reason.is_not(None)
    )
    assert db.session.scalars(tries).all() == ["check_code_wrong"] * 5
