"""The one loop, driven through the running processes: team → demand → claim → sign in, sign out → confirm → points → workbook."""

from collections import Counter
from typing import Any

import pytest

from backend.foundation.clock import SHANGHAI
from tests.end_to_end.sheets import Moved, Number, expected, moved
from tests.end_to_end.town import Town, awaited
from tests.end_to_end.visit import COMMUNITY, ArrangedVisit, Visit
from tests.support.phone import Phone

STREET_OFFICER = "jiedao"
BRAND = "爱心敲门"
BY_BRAND = ["参加过服务的注册志愿者", "受益服务对象", "志愿服务", "志愿服务时长"]
OPENED = ("services", "service_hours", "active_volunteers", "points")
"""The figures that a service moves, by code."""

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def town_officer(town: Town) -> Phone:
    """The street's officer in the morning of a day."""
    town.wait_for_morning()
    return town.administrator(STREET_OFFICER)


def month_of(town: Town) -> int:
    return town.now().astimezone(SHANGHAI).month


def of_services(town: Town, **changes: Number) -> Moved:
    """Where the workbook moves with services of the brand: `services=1, people=1, elders=1, hours=0.7, points=6`."""
    amounts = {
        "志愿服务": "services",
        "参加过服务的注册志愿者": "people",
        "受益服务对象": "elders",
        "志愿服务时长": "hours",
        "发放积分": "points",
    }
    rises = {name: changes[kind] for name, kind in amounts.items() if changes.get(kind)}
    return expected(COMMUNITY, month_of(town), rises, {"品牌": (BRAND, [name for name in BY_BRAND if name in rises])})


def of_forming(town: Town) -> Moved:
    """Where it moves when a team of three new volunteers is formed, and a demand published and claimed."""
    rises: dict[str, Number] = {"志愿服务队伍": 1, "在队志愿者": 3, "队员人次": 3, "注册志愿者": 3, "新增注册志愿者": 3}
    rises |= {"发布服务需求": 1, "认领服务需求": 1, "申请认领": 1, "已答复的认领申请": 1, "其中：按时答复": 1}
    parts = {"类别": ("公益服务", ["志愿服务队伍", "在队志愿者", "队员人次"]), "品牌": (BRAND, list(rises)[-5:])}
    return expected(COMMUNITY, month_of(town), rises, parts)


def standing_with(phone: Phone, points: int) -> dict[str, Any]:
    """What the volunteer has reached, as soon as the worker has booked so many points."""
    return awaited(lambda: phone.seen("/me/standing"), lambda standing: standing["points"] == points)


def entries(phone: Phone) -> Counter[tuple[int, str]]:
    """The lines of the volunteer's points account: points and reason."""
    return Counter((line["points"], line["reason"]) for line in phone.seen("/me/points", limit=100)["items"])


def opened(town: Town, town_officer: Phone) -> dict[str, list[dict[str, Any]]]:
    """The figures that a service moves, each down to its rows; their values add up to the figure."""
    table = {figure["code"]: figure for figure in town.wait_until_counted(town_officer)["figures"]}
    found = {code: town.rows(town_officer, code) for code in OPENED}
    for code, rows in found.items():
        assert round(sum(row["value"] for row in rows), 1) == table[code]["value"], code
    return found


def new_rows(before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The rows that were not there before; none may be gone."""
    for code in OPENED:
        assert [row for row in before[code] if row not in after[code]] == [], code
    return {code: [row for row in after[code] if row not in before[code]] for code in OPENED}


def test_visit_of_47_minutes_moves_the_workbook_of_the_year_by_itself_alone(town: Town, town_officer: Phone) -> None:
    untouched = town.workbook(town_officer)
    visit = Visit(town)
    formed = town.workbook(town_officer)
    assert moved(untouched, formed) == of_forming(town)

    # Somebody else is there first, so that nothing is counted up from zero.
    visit.confirm(visit.serve(visit.neighbour, 35))
    assert standing_with(visit.neighbour, 1 + 5)["hours"] == "0.5"
    before, rows_before = town.workbook(town_officer), opened(town, town_officer)
    assert moved(formed, before) == of_services(town, services=1, people=1, elders=1, hours=0.5, points=6)

    fact_id = visit.serve(visit.member, 47)
    assert visit.member.seen("/me/services")["items"][0]["state"] == "awaiting_confirmation"
    town.wait_until_counted(town_officer)
    assert new_rows(rows_before, opened(town, town_officer)) == {code: [] for code in OPENED}, "before it is confirmed it counts nowhere"
    visit.confirm(fact_id)

    standing = standing_with(visit.member, 1 + 5)
    assert standing == {"points": 6, "services": 1, "hours": "0.7", "star_of_hours": 0, "hours_to_next_star": "99.3"}
    assert entries(visit.member) == {(1, "爱心敲门：服务47分钟"): 1, (5, "首次参加爱心敲门"): 1}
    [served] = visit.member.seen("/me/services")["items"]
    assert (served["fact_id"], served["state"], served["minutes"], served["hours"]) == (fact_id, "confirmed", 47, "0.7")

    assert moved(before, town.workbook(town_officer)) == of_services(town, services=1, people=1, hours=0.7, points=6)
    assert_opens_to(new_rows(rows_before, opened(town, town_officer)), visit.member, fact_id, day=served["served_on"])
    assert standing_with(visit.leader, 0)["services"] == 0
    assert standing_with(visit.neighbour, 6)["services"] == 1


def assert_opens_to(rows: dict[str, list[dict[str, Any]]], phone: Phone, fact_id: str, *, day: str) -> None:
    """The figures' new rows are this service and no other: its record, its hours, its points, its person."""
    for row in (row for code in OPENED for row in rows[code]):
        assert (row["person_id"], row["person_name"], row["community"], row["starts_on"]) == (phone.person_id, "王**", COMMUNITY, day)
    assert {code: [row["value"] for row in rows[code]] for code in OPENED if code != "points"} == {
        "services": [1],
        "service_hours": [0.7],
        "active_volunteers": [1],
    }
    assert [rows[code][0]["source_id"] for code in ("services", "service_hours")] == [fact_id] * 2
    assert [rows[code][0]["part"] for code in ("services", "service_hours", "active_volunteers")] == ["door_knock"] * 3
    assert sorted(row["value"] for row in rows["points"]) == [1, 5]
    booked = {line["id"] for line in phone.seen("/me/points")["items"]}
    assert {row["source_id"] for row in rows["points"]} == booked


def test_correction_and_withdrawal_of_a_visit_move_points_figures_and_workbook_after_them(town: Town, town_officer: Phone) -> None:
    visit = Visit(town)
    none, rows_before = town.workbook(town_officer), opened(town, town_officer)
    fact_id = visit.serve(visit.member, 47)
    visit.confirm(fact_id)
    standing_with(visit.member, 6)
    at_47 = town.workbook(town_officer)
    assert moved(none, at_47) == of_services(town, services=1, people=1, elders=1, hours=0.7, points=6)

    visit.correct(fact_id, 40, "提前离开")
    assert standing_with(visit.member, 6)["hours"] == "0.6"
    at_40 = town.workbook(town_officer)
    assert moved(at_47, at_40) == of_services(town, hours=-0.1)

    visit.stay_until_the_end()
    visit.correct(fact_id, 62, "签退早了，实际到十点零二分")
    assert standing_with(visit.member, 2 + 5)["hours"] == "1.0"
    at_62 = town.workbook(town_officer)
    assert moved(at_40, at_62) == of_services(town, hours=0.4, points=1)
    rows = new_rows(rows_before, opened(town, town_officer))
    assert [(row["source_id"], row["value"]) for row in rows["services"]] == [(fact_id, 1)]
    assert [(row["source_id"], row["value"]) for row in rows["service_hours"]] == [(fact_id, 1.0)]
    assert sum(row["value"] for row in rows["points"]) == 7

    visit.withdraw(fact_id, "本人未到场")
    standing = standing_with(visit.member, 0)
    assert (standing["services"], standing["hours"]) == (0, "0.0")
    assert moved(none, town.workbook(town_officer)) == {}, "the year stands as if nobody had come"
    assert_nothing_stands(visit.member, new_rows(rows_before, opened(town, town_officer)))
    revisions = visit.officer.seen(f"/services/{fact_id}")["revisions"]
    assert [(revision["minutes"], revision["void"]) for revision in revisions] == [(47, False), (40, False), (62, False), (62, True)]


def assert_nothing_stands(phone: Phone, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Every award was reversed, and no figure opens to the withdrawn service."""
    lines = phone.seen("/me/points", limit=100)["items"]
    awards, reversals = ([line for line in lines if bool(line["reverses_id"]) is reverses] for reverses in (False, True))
    assert {line["id"] for line in awards} == {line["reverses_id"] for line in reversals}
    assert sum(line["points"] for line in lines) == 0
    [served] = phone.seen("/me/services")["items"]
    assert served["state"] == "record_withdrawn"
    assert [code for code in OPENED if rows[code]] == ["points"], "what was given and taken stays to be read"
    assert sum(row["value"] for row in rows["points"]) == 0


def test_elder_without_phone_is_visited_by_arrangement_and_counts_once_among_those_served(town: Town, town_officer: Phone) -> None:
    visit = ArrangedVisit(town)
    before, served_before = town.workbook(town_officer), town.rows(town_officer, "beneficiaries_served")

    for phone in (visit.member, visit.neighbour):
        visit.confirm(visit.serve(phone, 35))

    assert standing_with(visit.member, 1 + 5)["services"] == standing_with(visit.neighbour, 1 + 5)["services"] == 1
    assert moved(before, town.workbook(town_officer)) == of_services(town, services=2, people=2, elders=1, hours=1.0, points=12)
    [row] = [row for row in town.rows(town_officer, "beneficiaries_served") if row not in served_before]
    assert (row["source_id"], row["person_id"], row["person_name"], row["part"]) == (visit.elder_id, None, None, "door_knock")
    [reading] = visit.daughter.seen("/me/reveals")["items"]
    assert (reading["role"], reading["of_beneficiary"]) == ("team_leader", True)
