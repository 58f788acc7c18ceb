"""Every number that stands in the workbook equals a plain recount of the facts."""

import io
from random import Random
from uuid import UUID

from openpyxl import load_workbook

from backend.foundation import clock, outbox
from backend.foundation.actor import Actor, Role
from backend.foundation.database import transaction
from backend.statistics.queries import year_book
from tasks import jobs as task
from tests.statistics.histories import YEAR, History
from tests.support.recounts import RECOUNTS
from tests.support.rosters import ROSTERS, roster_in, roster_of
from tests.support.workbooks import IN_ALL, differences_to_recount, numbers_in

STREET = "639999001"


def test_every_number_in_the_file_equals_a_recount_of_the_facts(administrator, street):
    with transaction():
        history = History(Random(2027))
        for _ in range(900):
            history.go_on()
    while outbox.deliver_batch("statistics", now=clock.now()):
        pass
    officer, shown = administrator(Role.DISTRICT_OFFICER, STREET[:6]), set[str]()
    for path, name in ((STREET, "青山街道"), (f"{STREET}002", "团结社区"), (STREET[:6], "测试区")):
        job = officer.made("/exports/year-end", {"year": YEAR, "area_id": street[name]})
        task.run()

        content = officer.get(f"/jobs/{job['id']}/file").get_data()
        found = numbers_in(content, path)

        assert {code for _, _, (code, *_), _ in found} == set(RECOUNTS)
        shown |= {place[2] for _, _, place, _ in found}  # a part of which there is none has no line
        assert len(found) > 800
        assert differences_to_recount(found, YEAR) == []
        assert {place[0] for _, _, place, number in found if number} == set(RECOUNTS), "a figure that stayed 0 all year proves nothing"
        book = load_workbook(io.BytesIO(content), data_only=True)
        of_people = [name for name in book.sheetnames if name in ROSTERS]
        assert of_people == (list(ROSTERS) if name == "团结社区" else [])
        for roster in of_people:
            lines = roster_in(book[roster])
            with transaction():
                assert sorted(map(str, lines)) == sorted(map(str, roster_of(roster, path, YEAR)))
            assert all(any(line[column] for line in lines) for column in range(1, len(lines[0]))), "an empty column proves nothing"
            assert len(lines) > 3
        if of_people:
            with transaction():
                figures = year_book(Actor.system(), YEAR, UUID(street[name]), now=clock.now())
            registered = next(figure for figure in figures.figures if figure.indicator.code == "registered_volunteers")
            standing = sum(line.stands for line in figures.rosters[0].lines)
            assert 0 < standing == registered.series.year < len(figures.rosters[0].lines), "as the contents of the roster say"
    assert shown > {IN_ALL, "door_knock", "red_ribbon", "sunset_wish", "city_management"}
