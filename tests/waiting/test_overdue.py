"""What waits past its day in a community is told to the street: once a week, by community and kind, of the street's own communities."""

from datetime import datetime

import pytest
from sqlalchemy.exc import OperationalError

from backend.foundation import clock, outbox
from backend.foundation.database import db, transaction
from backend.waiting import queries, service
from tasks.housekeeping import report_overdue
from tests.support.demands import demand_form
from tests.support.messages import inbox, kinds
from tests.support.phone import Phone, refused


def told(phone: Phone) -> int:
    return kinds(phone).count("overdue_found")


@pytest.fixture
def rung(pass_time):
    """Let so many days pass, and the job be rung twice."""

    def ring(**passed):
        pass_time(**passed)
        report_overdue()
        report_overdue()
        db.session.remove()

    return ring


def lines(phone: Phone) -> list[tuple[str, str, int]]:
    """Of the report that the latest message leads to."""
    (message, *_) = (message for message in inbox(phone) if message["kind"] == "overdue_found")
    assert message["about"]["kind"] == "overdue_report"
    sheet = phone.seen(f"/overdue-reports/{message['about']['id']}")
    assert f"共有{sheet['number']}件" in message["text"]
    return [(line["community"]["name"], line["title"], line["number"]) for line in sheet["lines"]]


def test_each_street_hears_once_a_week_of_what_is_late_in_its_own_communities(street, rung):
    above, beside, officers = street.officer, street.far_officer, (street.home.officer, street.district_officer)
    rung()
    assert (told(above), above.seen("/overdue-reports")["items"][0]["number"]) == (0, 0), "nothing is late, nothing is told"

    for _ in range(2):
        street.home.resident.made("/demands", demand_form(street))
    street.next.resident.made("/demands", demand_form(street, community="团结社区"))
    rung(days=2)
    assert told(above) == 0, "three days are not over"
    rung(days=7)
    assert (told(above), told(beside), [told(phone) for phone in officers]) == (1, 0, [0, 0])
    assert lines(above) == [("和平社区", "待审核的需求", 2), ("团结社区", "待审核的需求", 1)]
    report_id = above.seen("/overdue-reports")["items"][0]["id"]
    assert refused(beside.get(f"/overdue-reports/{report_id}"))[0] == 404
    assert street.district_officer.seen("/overdue-reports", count="true")["total"]["number"] == len({*reports(above), *reports(beside)})

    counted = above.seen(f"/overdue-reports/{report_id}")
    day = clock.shanghai_day(datetime.fromisoformat(counted["counted_at"])).isoformat()
    of_day = {"since": day, "until": day}
    assert reports(above, **of_day) == [report_id], "by the day on which it was counted"
    assert reports(street.district_officer, area_id=counted["street"]["id"]) == reports(above)
    assert reports(above, area_id=street["和平社区"]) == reports(beside, area_id=counted["street"]["id"]) == []

    (first, *_) = street.home.officer.seen("/demands/in-care", status="submitted")["items"]
    street.home.officer.made(f"/demands/{first['id']}/return", {"reason": "请补充时间"})
    assert lines(above)[0][2] == 2, "a report stays as it was counted"
    rung(days=7)
    assert (told(above), lines(above)) == (2, [("和平社区", "待审核的需求", 1), ("团结社区", "待审核的需求", 1)])


def reports(phone: Phone, **sought: str) -> list[str]:
    return [report["id"] for report in phone.seen("/overdue-reports", limit=100, **sought)["items"]]


def test_a_ring_that_is_cut_short_or_meets_another_tells_nothing_twice(street, rung, pass_time, monkeypatch):
    street.home.resident.made("/demands", demand_form(street))
    pass_time(days=9)

    def cut(*_, **__):
        raise OperationalError("", None, ConnectionError())

    monkeypatch.setattr(outbox, "record_all", cut)
    with pytest.raises(OperationalError):
        report_overdue()
    monkeypatch.undo()
    db.session.remove()
    assert (told(street.officer), reports(street.officer)) == (0, [])

    counted = queries.overdue_in

    def meets_another(path, *, now):
        found = counted(path, now=now)
        monkeypatch.setattr(queries, "overdue_in", counted)
        service.report_overdue(now=now)
        return found

    monkeypatch.setattr(queries, "overdue_in", meets_another)
    with transaction():
        assert service.report_overdue(now=clock.now()) == 1
    rung()
    assert (told(street.officer), len(reports(street.officer)), len(lines(street.officer))) == (1, 1, 1)
