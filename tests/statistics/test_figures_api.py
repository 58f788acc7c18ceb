"""Who sees the year's figures, what they look like, and that each opens to the rows behind it."""

from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import event

from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db, transaction
from backend.statistics import service
from tests.statistics.histories import YEAR, History
from tests.support.phone import refused
from tests.support.recounts import RECOUNTS
from tests.support.served import confirm, make_person, make_record

STREET = "639999001"


def history(seed=5, steps=150):
    with transaction():
        story = History(Random(seed))
        for _ in range(steps):
            story.go_on()
        service.rebuild()


def all_rows(phone, path, *, limit=20, **query):
    rows, cursor = [], None
    while True:
        page = phone.seen(path, limit=limit, **query, **({"cursor": cursor} if cursor else {}))
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


def total(rows):
    return pytest.approx(sum(row["value"] for row in rows))


def test_an_officer_sees_the_table_of_their_street(street):
    history()

    table = street.officer.seen(f"/figures/{YEAR}")

    assert table["area"] == {"id": street["青山街道"], "name": "青山街道", "level": "street"}
    assert [community["name"] for community in table["communities"]] == ["和平社区", "团结社区"]
    figures = {figure["code"]: figure for figure in table["figures"]}
    assert figures["services"]["value"] == sum(figures["services"]["months"]) > 0
    assert figures["services"]["value"] == sum(part["value"] for part in figures["services"]["parts"])
    assert figures["services"]["unit"] == "人次"
    assert figures["teams"]["value"] == figures["teams"]["months"][11]
    assert [part["name"] for part in figures["demands_claimed"]["parts"]] == ["爱心敲门", "红丝带", "晚霞心愿"]
    assert all(figure["definition"] for figure in table["figures"])


def test_a_street_counts_a_person_once(street):
    with transaction():
        story = History(Random(1))
        here, there = story.communities[:2]
        person = make_person(here)
        for area in (here, there, there):
            confirm(make_record(person, area, "door_knock", minutes=47))
        service.rebuild()

    table = street.officer.seen("/figures/2026")

    figures = {figure["code"]: figure for figure in table["figures"]}
    served = figures["other_unregistered_people_who_served"]
    assert (served["value"], [community["value"] for community in served["communities"]]) == (1, [1, 1])
    assert (figures["services"]["value"], figures["service_hours"]["value"]) == (3, 2.1)
    assert figures["service_hours"]["months"][2] == 2.1


def test_every_figure_opens_to_the_rows_behind_it(street):
    history(seed=2023, steps=900)
    officer = street.officer

    table = officer.seen(f"/figures/{YEAR}")
    for figure in table["figures"]:
        rows = f"/figures/{YEAR}/{figure['code']}/rows"
        behind = all_rows(officer, rows)
        assert figure["value"] == total(behind), figure["code"]
        assert figure["value"] > 0, "a figure that stayed 0 all year proves nothing"
        assert len(behind) == figure["value"] or figure["unit"] in ("小时", "分"), "one row for each that is counted"
        assert figure["months"][4] == total(all_rows(officer, rows, month=5)), figure["code"]
        for part in figure["parts"]:
            assert part["value"] == total(all_rows(officer, rows, part=part["code"])), (figure["code"], part["code"])
        for community in figure["communities"]:
            assert community["value"] == total(all_rows(officer, rows, area_id=community["area_id"])), figure["code"]
    assert {figure["code"] for figure in table["figures"]} == set(RECOUNTS)


def test_the_rows_name_nobody(street):
    history(steps=400)

    rows, belonging = (all_rows(street.officer, f"/figures/{YEAR}/{code}/rows") for code in ("services", "team_memberships"))

    assert {row["person_name"] for row in belonging} == {"张*"}
    assert {row["person_name"] for row in rows} <= {"张*", None}, "who is no volunteer stands in rows of their own"
    assert all(row["source_id"] and row["community"] in ("和平社区", "团结社区") for row in rows)


def test_figures_end_where_the_role_ends(administrator, phone_of, street):
    history()
    officer, resident = administrator(Role.COMMUNITY_OFFICER, f"{STREET}001"), phone_of()

    assert officer.seen(f"/figures/{YEAR}")["area"]["name"] == "和平社区"
    for path in (f"/figures/{YEAR}", f"/figures/{YEAR}/services/rows"):
        for area in ("青山街道", "团结社区", "向阳社区", "测试区", "和平第一网格"):
            assert refused(officer.get(path, area_id=street[area])) == (404, "not_found")
        assert refused(officer.get(path, area_id=str(uuid4()))) == (404, "not_found")
        assert refused(resident.get(path)) == (403, "forbidden")
        assert refused(resident.get(path, area_id=street["和平社区"])) == (404, "not_found")


def test_what_cannot_be_counted_is_refused(street):
    officer = street.officer
    next_year = clock.shanghai_day(clock.now()).year + 1

    assert refused(officer.get(f"/figures/{next_year}")) == (422, "year_not_begun")
    assert refused(officer.get(f"/figures/{next_year}/services/rows")) == (422, "year_not_begun")
    assert refused(officer.get("/figures/2023/nothing/rows")) == (404, "indicator_unknown")
    assert refused(officer.get("/figures/2023/points/rows", part="door_knock")) == (404, "part_unknown")
    assert refused(officer.get("/figures/2023/services/rows", month=13))[0] == 422
    assert refused(officer.get("/figures/2023/services/rows", cursor="garbage")) == (400, "cursor_invalid")


def test_months_that_have_not_begun_are_empty(street, pass_time):
    today = clock.shanghai_day(clock.now())

    for figure in street.officer.seen(f"/figures/{today.year}")["figures"]:
        assert [month is None for month in figure["months"]] == [month > today.month for month in range(1, 13)]


def test_the_table_says_up_to_when_it_has_heard(app, street):
    officer = street.officer
    with transaction():
        story = History(Random(1))
        confirm(make_record(make_person(story.communities[0]), story.communities[0], "door_knock", minutes=47))

    assert officer.seen("/figures/2026")["as_of"] == "2026-03-05T12:00:00+08:00"  # when it was confirmed: not heard of yet


def test_reading_costs_the_same_however_much_happened(administrator, street):
    officer = administrator(Role.STREET_OFFICER, STREET)
    history(steps=20)
    few = statements_of(lambda: officer.seen(f"/figures/{YEAR}"))
    with transaction():
        story = History(Random(9))
        for _ in range(200):
            story.go_on()
        service.rebuild()

    assert statements_of(lambda: officer.seen(f"/figures/{YEAR}")) == few


def statements_of(work) -> int:
    seen = []

    def note(*_):
        seen.append(1)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)
