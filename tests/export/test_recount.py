"""Every number that stands in the workbook equals a plain recount of the facts."""

from random import Random

from backend.foundation import clock, outbox
from backend.foundation.actor import Role
from backend.foundation.database import transaction
from tasks import jobs as task
from tests.statistics.histories import YEAR, History
from tests.support.recounts import RECOUNTS
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

        found = numbers_in(officer.get(f"/jobs/{job['id']}/file").get_data(), path)

        assert {code for _, _, (code, *_), _ in found} == set(RECOUNTS)
        shown |= {place[2] for _, _, place, _ in found}  # a part of which there is none has no line
        assert len(found) > 800
        assert differences_to_recount(found, YEAR) == []
        assert {place[0] for _, _, place, number in found if number} == set(RECOUNTS), "a figure that stayed 0 all year proves nothing"
    assert shown > {IN_ALL, "door_knock", "red_ribbon", "sunset_wish", "city_management"}
