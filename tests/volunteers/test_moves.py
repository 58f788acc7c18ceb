"""A volunteer moves to another community without a new number; what was counted stays, and stocks are right on both dates."""

from sqlalchemy import select, text

from backend.consumers import CONSUMERS
from backend.foundation import clock, outbox
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from tests.support.messages import inbox
from tests.support.phone import refused
from tests.support.teams import active_team, join_team


def moving(phone, community, **fields):
    return {"volunteer_number": phone.volunteer_number, "name": phone.card["name"], "community_id": community} | fields


def by_community(officer, code, year):
    """What the street's table says of 和平社区 and 团结社区."""
    while sum(outbox.deliver_batch(consumer, now=clock.now()) for consumer in CONSUMERS):
        pass
    shown = next(figure for figure in officer.seen(f"/figures/{year}")["figures"] if figure["code"] == code)
    return [community["value"] for community in shown["communities"]]


def numbers(officer):
    return [line["number"] for line in officer.seen("/volunteers")["items"]]


def test_number_day_and_team_stay_and_the_new_community_has_them_in_its_list(street):
    home, there = street.home, street.next
    volunteer = home.volunteer(name="王搬家")
    team = active_team(home.leader, home.officer, street)["id"]
    join_team(volunteer, home.leader, team)
    before = volunteer.seen("/me")["volunteer"]

    moved = there.officer.made("/volunteers/moves", moving(volunteer, street["团结社区"]))

    after = volunteer.seen("/me")
    assert (moved["number"], after["volunteer"]["number"]) == (volunteer.volunteer_number,) * 2
    assert after["volunteer"]["registered_on"] == before["registered_on"]
    assert (after["volunteer"]["community"]["name"], after["person"]["community"]["name"]) == ("团结社区", "团结社区")
    assert {role["area_path"] for role in after["roles"] if role["role"] == "volunteer"} == {"639999001002"}
    assert volunteer.volunteer_number in numbers(there.officer)
    assert volunteer.volunteer_number not in numbers(home.officer)
    assert [line["id"] for line in volunteer.seen("/me/teams")["items"]] == [team]
    assert inbox(volunteer)[0]["kind"] == "volunteer_moved"
    assert "volunteer_moved_away" in {message["kind"] for message in inbox(home.officer)}
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "volunteer.move")).one().succeeded


def test_who_takes_whom_is_asked(street):
    volunteer = street.home.volunteer(name="王搬家")
    there = street["团结社区"]
    assert refused(street.home.officer.post("/volunteers/moves", moving(volunteer, there))) == (403, "forbidden")
    assert refused(volunteer.post("/volunteers/moves", moving(volunteer, there))) == (403, "forbidden")
    assert refused(street.next.officer.post("/volunteers/moves", moving(volunteer, there, name="李别名"))) == (422, "volunteer_unknown")
    assert refused(street.home.officer.post("/volunteers/moves", moving(volunteer, street["和平社区"]))) == (409, "already_here")


def test_who_moves_out_of_a_year_stands_in_it_where_they_were_and_is_new_nowhere_again(street, pass_time):
    volunteer = street.home.volunteer(name="王搬家")
    year = clock.shanghai_day(clock.now()).year
    pass_time(days=400)
    street.next.officer.made("/volunteers/moves", moving(volunteer, street["团结社区"]))
    moved_in = clock.shanghai_day(clock.now()).year
    stood = text(
        "SELECT count(DISTINCT person_id) FROM volunteers WHERE superseded_at IS NULL AND NOT void AND area_path = :path"
        " AND coalesce(since, registered_on) <= make_date(:year, 12, 31)"
        " AND (left_on IS NULL OR left_on > make_date(:year, 12, 31))"
    )
    for of, new in ((year, [1, 0]), (moved_in, [0, 0])):
        counted = [db.session.scalar(stood, {"path": path, "year": of}) for path in ("639999001001", "639999001002")]
        db.session.rollback()
        assert by_community(street.officer, "registered_volunteers", of) == counted
        assert by_community(street.officer, "new_volunteers", of) == new
    assert by_community(street.officer, "registered_volunteers", year) == [1, 0]
    assert by_community(street.officer, "registered_volunteers", moved_in) == [0, 1]
