"""The years of a team, an organisation, a unit and a member: who sees them, and that each sum is that of the list behind it."""

import csv
import io
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from backend.attendance import service as attendance
from backend.attendance.models import FlagKind
from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.openings.models import Opening
from backend.points import rebuild
from backend.recognition import year_file
from tests.support.attendance import Visit, counted_statements
from tests.support.phone import refused
from tests.support.teams import join_team


def summed(lines):
    """What the lines of a list sum up to."""
    counting = [line for line in lines if line["status"] in ("confirmed", "partly_confirmed")]
    tenths = sum(line["counted_minutes"] // 6 for line in counting)
    points = sum(line["points"] for line in lines)
    return {"services": len(counting), "hours": f"{tenths // 10}.{tenths % 10}", "waiting": len(lines) - len(counting), "points": points}


def every(phone, path, **query):
    items, cursor = [], {}
    while True:
        page = phone.seen(path, limit=2, **query, **cursor)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


@pytest.fixture
def visit(street, pass_time):
    """Three of a team served: one service counts in part, one waits, one is looked at first."""
    visit = Visit(street)
    visit.third = street.home.volunteer(name="孙同伴")
    join_team(visit.third, visit.leader, visit.team_id)
    for phone in (visit.member, visit.leader, visit.third):
        visit.sign_in(phone)
    pass_time(minutes=47)
    facts = [visit.sign_out(phone)["fact_id"] for phone in (visit.member, visit.leader, visit.third)]
    for fact_id in (facts[0], facts[2]):
        visit.officer.made(f"/services/{fact_id}/confirmation")
    with transaction():
        attendance.flag_service(UUID(facts[2]), FlagKind.FAR_AWAY, now=clock.now())
    rebuild.rebuild(now=clock.now())
    return visit


def test_each_sum_of_a_year_is_that_of_the_list_behind_it(visit, street):
    body, year = {"served_for": "team", "served_for_id": visit.team_id}, clock.shanghai_day(clock.now()).year
    lines = every(visit.leader, "/served", **body, year=year)
    people = every(visit.leader, "/served/people", **body, year=year)

    assert visit.leader.seen("/served/years", **body)["items"] == [{"year": year} | summed(lines)]
    assert summed(lines) == {"services": 1, "hours": "0.7", "waiting": 2, "points": 1}
    for person in people:
        theirs = every(visit.leader, "/served", **body, person_id=person["person_id"])
        assert person == {"person_id": person["person_id"], "name": theirs[0]["name"]} | summed(theirs)
    assert sorted(person["name"] for person in people) == ["孙同伴", "李队长", "王志愿"], "the leader calls them"
    assert every(visit.leader, "/served", **body, year=year - 1) == every(visit.leader, "/served/people", **body, year=year - 1) == []
    today, here = date.fromisoformat(lines[0]["served_on"]), street["和平社区"]
    for query in ({"q": lines[0]["title"][:4]}, {"brand": "door_knock"}, {"since": today, "until": today}, {"community_id": here}):
        assert every(visit.leader, "/served", **body, **query) == lines, query
    nothing = ({"q": "散步"}, {"brand": "red_ribbon"}, {"until": today - timedelta(days=1)}, {"community_id": street["团结社区"]})
    for query in nothing:
        assert every(visit.leader, "/served", **body, **query) == [], query
    assert {person["name"] for person in every(visit.officer, "/served/people", **body, year=year)} == {"孙**", "李**", "王**"}
    for phone in (visit.member, street.home.leader, street.next.officer):
        assert every(phone, "/served", **body) == phone.seen("/served/years", **body)["items"] == []
    assert visit.leader.seen("/served/years", served_for="organisation", served_for_id=visit.team_id)["items"] == []

    own, booked = visit.member.seen("/me/years")["items"], every(visit.member, "/me/points")
    attended = [line for line in every(visit.member, "/me/services") if line["state"] == "confirmed"]
    assert own == [{"year": year, "services": len(attended), "hours": attended[0]["hours"], "waiting": 0, "points": 6}]
    assert sum(line["points"] for line in booked if line["counts_on"].startswith(str(year))) == 6, "with that of a first service"
    assert len(booked) == 2
    assert every(visit.member, "/me/points", sort="earliest") == booked[::-1]
    assert every(visit.member, "/me/services", sort="earliest") == every(visit.member, "/me/services")[::-1]
    assert visit.third.seen("/me/years")["items"] == [{"year": year, "services": 0, "hours": "0.0", "waiting": 1, "points": 0}]
    assert refused(street.phone().get("/me/years")) == (404, "not_found")

    db.session.rollback()
    with counted_statements() as sent:
        for path in ("/served", "/served/years", "/served/people"):
            visit.leader.seen(path, **body, **({"year": year} if path.endswith("people") else {}))
    few = len(sent)
    visit.officer.made(f"/services/{lines[0]['fact_id']}/withdrawal", {"revision_id": lines[0]["revision_id"], "reason": "不实"})
    with counted_statements() as sent:
        for path in ("/served", "/served/years", "/served/people"):
            visit.leader.seen(path, **body, **({"year": year} if path.endswith("people") else {}))
    assert len(sent) == few
    lines = every(visit.leader, "/served", **body)
    assert len(lines) == 2
    assert visit.leader.seen("/served/years", **body)["items"] == [{"year": year} | summed(lines)]


def test_a_year_is_taken_along_as_a_table_in_which_nothing_is_a_formula(visit, street, monkeypatch):
    with transaction():
        db.session.execute(update(Opening).values(title='=HYPERLINK("http://x")'))
    body = {"served_for": "team", "served_for_id": visit.team_id, "year": clock.shanghai_day(clock.now()).year}

    def table(phone, **query):
        answer = phone.get("/served/file", **body, **query)
        assert (answer.status_code, answer.mimetype, answer.get_data()[:3]) == (200, "text/csv", b"\xef\xbb\xbf")
        return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))

    monkeypatch.setattr(year_file, "_AT_ONCE", 2)
    lines, rows = every(visit.leader, "/served", **body), table(visit.leader)
    assert [(row["记录编号"], row["姓名"], row["日期"], row["分钟"], row["积分"]) for row in rows] == [
        (line["fact_id"], line["name"], line["served_on"], str(line["minutes"]), str(line["points"])) for line in lines
    ]
    assert {row["服务"] for row in rows} == {'\'=HYPERLINK("http://x")'}
    assert [row["记录编号"] for row in table(visit.leader, person_id=visit.third.person_id)] == [rows[0]["记录编号"]]
    assert table(street.home.leader) == table(visit.member) == []
    monkeypatch.setattr(year_file, "MOST_LINES", 2)
    assert refused(visit.leader.get("/served/file", **body)) == (409, "year_too_long")
