"""The demonstration year: whole it gives the report's figures, and at any scale its workbooks stay a recount of the facts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import text

from backend.foundation import clock
from backend.foundation.database import db, transaction
from tests.statistics.changes import change_the_past, change_who_belongs, hear_everything
from tests.successions.world import figures
from tests.support.command_line import CommandLine
from tests.support.demands import claimed
from tests.support.phone import Phone
from tests.support.recounts import EARNED, RECOUNTS, WHOLE_YEAR, counted
from tests.support.workbooks import CHANGES, COUNTS, IN_ALL, YEAR_BEFORE, Found, Place, differences_to_recount, numbers_in

YEAR = 2023
STREET, MERGED, DIVIDED, DIVIDED_FOR = "639999001", "639999001013", "639999001006", "639999001007"
SMALLER = 0.1
"""Of the year, and still more people than a rebuild of the points takes at a time: what happens later is the same at every scale."""
HANDED_ON = ("teams", "volunteers_in_teams", "registered_volunteers", "registered_party_members")
OF_ORGANISATIONS = ("organisations_introduced", "organisations_incubated")
THE_REPORT = {"teams": 136, "volunteers_in_teams": 26_000, "organisations_introduced": 65, "organisations_incubated": 36}


def test_the_year_is_the_report_and_its_workbook_is_a_recount_of_the_facts(app, ejia, tmp_path):
    load(ejia, scale=1)

    year = recounted(exported(ejia, tmp_path, YEAR), YEAR)

    assert {code: street_total(year, code) for code in THE_REPORT} == THE_REPORT
    served, teams = (year[code, MERGED, IN_ALL, WHOLE_YEAR] for code in ("services", "teams"))
    assert (served > 100, teams) == (True, 0), "what was served in a community that was merged since stays its own"
    book = load_workbook(tmp_path / "year.xlsx")
    told = [{cell.value for row in sheet for cell in row} for sheet in book if sheet.title.startswith(COUNTS)]
    assert ["新华社区（12月1日划出一部分）" in cells for cells in told] == [True] * len(told) != []
    by_month = figures(YEAR)
    gave, took = ({code: by_month[path, code, IN_ALL].months for code in HANDED_ON} for path in (DIVIDED, DIVIDED_FOR))
    assert {code: gave[code][10] > gave[code][11] > 0 for code in HANDED_ON} == dict.fromkeys(HANDED_ON, True)
    assert {code: took[code][11] > took[code][10] for code in HANDED_ON} == dict.fromkeys(HANDED_ON, True), "since its day"
    organisations = [[by_month[path, code, IN_ALL].months for code in OF_ORGANISATIONS] for path in (DIVIDED, DIVIDED_FOR)]
    assert [sum(one[11] - one[10] for one in place) for place in organisations] == [-1, 1]


def test_its_workbooks_stay_a_recount_whatever_happens_and_a_rebuild_gives_the_same(app, ejia, phone_in, pass_time, tmp_path):
    load(ejia, scale=SMALLER)
    before = recounted(exported(ejia, tmp_path, YEAR), YEAR)

    moved_hours = change_the_past(phone_in("jiedao"))
    years = serve_over_the_end_of_a_month(phone_in, pass_time)
    change_who_belongs(phone_in)
    hear_everything()

    workbooks = {year: exported(ejia, tmp_path, year) for year in {YEAR, *years}}
    after = {year: recounted(found, year) for year, found in workbooks.items()}
    moved = {code: street_total(after[YEAR], code) - street_total(before, code) for code in RECOUNTS}
    # Made by the same door, so that it says itself what moved since the one before.
    assert {place[0] for sheet, _, place, _ in workbooks[YEAR] if sheet == CHANGES} == {code for code, by in moved.items() if by}
    assert moved.pop("points") < 0
    # Whose wish it was had been visited for nothing else.
    fewer = {"services": -2, "beneficiaries_served": -1, "demands_completed": -1}
    assert {code: by for code, by in moved.items() if by} == fewer | {"service_hours": moved_hours}
    # One was founded in the weeks before the year was loaded, another is dissolved after midnight: where that is in a new year, the old one
    # still ends with all of them.
    assert {year: street_total(after[year], "teams") for year in years} == {
        year: street_total(before, "teams") + 1 - (year == years[-1]) for year in years
    }
    kept = all_cells()

    points, statistics = ejia("rebuild", "points"), ejia("rebuild", "statistics")

    assert (points.exit_code, statistics.exit_code) == (0, 0), (points.output, statistics.output)
    assert "账目与事实一致，没有改动。" in points.output
    assert all_cells() == kept
    again = {year: exported(ejia, tmp_path, year) for year in workbooks}
    assert again == {year: [one for one in found if one[0] != CHANGES] for year, found in workbooks.items()}


def load(ejia: CommandLine, *, scale: float) -> None:
    loaded = ejia("demo", "load", "--scale", str(scale))
    assert loaded.exit_code == 0, loaded.output


def exported(ejia: CommandLine, folder: Path, year: int) -> list[Found]:
    """What stands in the street's workbook of a year."""
    file = folder / "year.xlsx"
    told = ejia("export", "year-end", "--year", str(year), "-o", str(file))
    assert told.exit_code == 0, told.output
    return numbers_in(file, STREET)


def recounted(found: list[Found], year: int) -> dict[Place, int]:
    """The numbers of a workbook, each of which must equal its recount, the points also what the services earned."""
    with transaction():
        assert {code for _, _, (code, *_), _ in found} == set(RECOUNTS)
        assert differences_to_recount(found, year) == []
        earned = counted(EARNED, year)
        shown = [(place, number) for _, _, place, number in found if place[0] == "points" and place[3] != YEAR_BEFORE]
        assert [(place, number) for place, number in shown if number != earned[place[1:]]] == []
    return {place: number for _, _, place, number in found}


def street_total(numbers: dict[Place, int], code: str) -> int:
    return numbers[code, STREET, IN_ALL, WHOLE_YEAR]


def all_cells() -> set[tuple[Any, ...]]:
    with transaction():
        return {tuple(row) for row in db.session.execute(text("SELECT * FROM statistics_cells"))}


def serve_over_the_end_of_a_month(phone_in: Callable[[str], Phone], pass_time: Callable[..., datetime]) -> list[int]:
    """A night's service that began on the last day of a month is corrected: it began on the first of the next. Gives the years of both."""
    officer, leader = phone_in("shequ-1"), phone_in("leader")
    evening = clock.start_of_day(next_first(clock.now() + timedelta(days=2))) - timedelta(hours=4)
    pass_time(seconds=(evening - clock.now()).total_seconds())
    with transaction():
        community = db.session.scalar(text("SELECT id FROM areas WHERE code = '639999001001'"))
    team_id = leader.seen("/me/teams")["items"][0]["id"]
    demand = officer.made("/demands", {"brand": "red_ribbon", "title": "守夜", "details": "通宵值守", "community_id": str(community)})
    window = {"starts_at": evening.isoformat(), "ends_at": (evening + timedelta(hours=8)).isoformat(), "places": 1}
    demand = officer.made(f"/demands/{demand['id']}/publication", window)
    claimed(leader, demand, team_id)
    shift = officer.seen("/shifts", opening_id=demand["opening_id"])["items"][0]["id"]
    leader.made(f"/shifts/{shift}/sign-in", {"code": officer.seen(f"/shifts/{shift}/code")["code"]})
    pass_time(hours=6)
    record = leader.made(f"/shifts/{shift}/sign-out", {"code": officer.seen(f"/shifts/{shift}/code")["code"]})
    officer.made(f"/services/{record['fact_id']}/confirmation")
    hear_everything()

    seen = officer.seen(f"/services/{record['fact_id']}")
    corrected = officer.made(
        f"/services/{record['fact_id']}/corrections",
        {
            "revision_id": seen["revision_id"],
            "started_at": (evening + timedelta(hours=4, minutes=30)).isoformat(),
            "ended_at": (evening + timedelta(hours=6)).isoformat(),
            "reason": "过了零点才开始",
        },
    )
    assert corrected["served_on"][:7] > seen["served_on"][:7]
    return sorted({int(day["served_on"][:4]) for day in (seen, corrected)})


def next_first(instant: datetime) -> Any:
    """The first day of the month after the one of an instant."""
    return (clock.shanghai_day(instant).replace(day=1) + timedelta(days=32)).replace(day=1)
