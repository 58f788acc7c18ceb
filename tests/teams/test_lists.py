"""Lists of teams: whose, in which order, page by page, and at what cost."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event

from backend.accounts.limits import Written
from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db
from tests.support.phone import refused
from tests.support.teams import active_team, applied_team, join_team


@pytest.fixture
def statements_of(app) -> Callable[..., int]:
    """Counts the statements that a call sends to the database."""

    def count(call: Callable[[], object]) -> int:
        sent = []

        def note(connection, cursor, statement, *_):
            sent.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            call()
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(sent)

    return count


def listed(phone, **query):
    return [line["id"] for line in phone.seen("/teams", **query)["items"]]


def test_the_public_list_is_of_active_teams_by_community_and_category(leader, officer, neighbour, phone_of, street):
    here = active_team(leader, officer, street)
    legal = active_team(leader, officer, street, category="legal")
    there = active_team(leader, neighbour, street, community="团结社区")
    applied_team(leader, street)
    anybody = phone_of()

    assert listed(anybody) == [there["id"], legal["id"], here["id"]]
    assert listed(anybody, community_id=street["和平社区"]) == [legal["id"], here["id"]]
    assert listed(anybody, category="legal") == [legal["id"]]
    assert listed(anybody, community_id=street["向阳社区"]) == []


def test_teams_are_found_by_a_part_of_their_name_and_listed_by_name(leader, officer, phone_of, street):
    swift = active_team(leader, officer, street, name="Ｂ组 快递小哥队")
    calm = active_team(leader, officer, street, name="A组银龄互助队")

    assert listed(officer, q="快递") == listed(officer, q="b组快递") == [swift["id"]]
    assert listed(officer, q="组") == [calm["id"], swift["id"]]
    assert listed(officer, q="组", sort="name") == [calm["id"], swift["id"]]
    assert listed(officer, q="快递 银龄") == []


def test_teams_are_found_by_the_days_of_founding_and_before_that_of_the_application(leader, officer, street, pass_time):
    first = active_team(leader, officer, street)
    pass_time(days=2)
    second, asked = active_team(leader, officer, street), applied_team(leader, street)
    then, later = (date.fromisoformat(team["founded_on"]) for team in (first, second))

    assert listed(officer, since=then, until=then) == [first["id"]]
    assert listed(officer, since=later) == [second["id"]]
    for query, found in (({"since": later}, [asked["id"]]), ({"until": then}, [])):
        assert listed(officer, status="applied", **query) == found


def test_pages_follow_one_another_without_gap_or_repeat(leader, officer, phone_of, street):
    made = [active_team(leader, officer, street)["id"] for _ in range(5)]
    anybody, seen, cursor = phone_of(), [], None
    while True:
        page = anybody.seen("/teams", limit=2, **({} if cursor is None else {"cursor": cursor}))
        seen += [line["id"] for line in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == made[::-1]
    assert refused(anybody.get("/teams", cursor="x")) == (400, "cursor_invalid")
    assert refused(anybody.get("/teams", status="gone")) == (422, "invalid")


def test_of_my_teams_each_says_whether_i_lead_it_and_a_role_what_it_is_over(officer, volunteer, street):
    leader, another = volunteer("李队长"), volunteer("王队长")
    led, other = active_team(leader, officer, street), active_team(another, officer, street)
    join_team(leader, another, other["id"])
    applied = applied_team(leader, street)

    assert {team["id"]: team["leading"] for team in leader.seen("/me/teams")["items"]} == {
        led["id"]: True,
        other["id"]: False,
        applied["id"]: False,
    }
    by_name = [team["name"] for team in leader.seen("/me/teams", sort="name")["items"]]
    assert by_name == sorted((led["name"], other["name"], applied["name"]))
    over = {"team_leader": led["name"], "volunteer": "和平社区"}
    assert {role["role"]: role["name"] for role in leader.seen("/me")["roles"]} == over
    assert {role["role"]: role["name"] for role in leader.seen("/me/role-grants")["items"]} == over


def test_wishes_to_join_are_read_from_either_end(leader, officer, volunteer, street):
    teams = [active_team(leader, officer, street)["id"] for _ in range(2)]
    asking = volunteer("李晓明")
    wishes = [
        phone.made(f"/teams/{team}/join-requests")["id"]
        for team, phone in zip((*teams, teams[0]), (asking, asking, volunteer()), strict=True)
    ]

    def read(phone, path, **query):
        return [line["id"] for line in phone.seen(path, **query)["items"]]

    assert read(leader, "/join-requests/waiting") == wishes == read(leader, "/join-requests/waiting", sort="latest")[::-1]
    assert read(asking, "/me/join-requests") == wishes[1::-1] == read(asking, "/me/join-requests", sort="earliest")[::-1]
    asked_at = datetime.fromisoformat(leader.seen("/join-requests/waiting", limit=1)["items"][0]["asked_at"])
    day = clock.shanghai_day(asked_at)
    assert read(leader, "/join-requests/waiting", team_id=teams[0], since=day) == wishes[::2]
    assert read(leader, "/join-requests/waiting", until=day - timedelta(days=1)) == []
    assert read(leader, "/join-requests/waiting", team_id=street["和平社区"]) == []
    of_team = f"/teams/{teams[0]}/join-requests"
    assert read(leader, of_team) == wishes[::2] == read(leader, of_team, sort="latest")[::-1]
    first = leader.seen(of_team, limit=1, sort="latest")
    assert read(leader, of_team, sort="latest", cursor=first["next_cursor"]) == wishes[:1]
    assert refused(leader.get(of_team, cursor=first["next_cursor"])) == (400, "cursor_invalid")


def test_each_officer_reviews_the_own_area(leader, officer, neighbour, administrator, street):
    here = applied_team(leader, street)
    there = applied_team(leader, street, community="团结社区")

    assert listed(officer, status="applied") == [here["id"]]
    assert listed(neighbour, status="applied") == [there["id"]]
    assert listed(street.officer, status="applied") == [there["id"], here["id"]]
    assert listed(administrator(Role.STREET_OFFICER, "639999002"), status="applied") == []


def test_a_list_sends_as_many_statements_for_thirty_teams_as_for_three(leader, officer, volunteer, statements_of, street, bounds):
    bounds(Written.TEAM, a_day=100)
    bounds(Written.JOIN_REQUEST, a_day=100)
    member = volunteer("李晓明")

    def grow(until: int) -> None:
        while len(listed(officer, limit=100)) < until:
            join_team(member, leader, active_team(leader, officer, street)["id"])

    def costs() -> list[int]:
        paths = ("/teams", "/me/teams", "/me/join-requests")
        return [statements_of(lambda path=path: member.seen(path, limit=100)) for path in paths]

    grow(3)
    few = costs()
    grow(30)

    assert costs() == few
    assert {line["member_count"] for line in member.seen("/teams", limit=100)["items"]} == {2}


def test_the_list_of_members_sends_as_many_statements_for_thirty_as_for_three(leader, officer, volunteer, statements_of, street):
    team = active_team(leader, officer, street)
    path = f"/teams/{team['id']}/members"
    for _ in range(2):
        join_team(volunteer(), leader, team["id"])
    few = statements_of(lambda: leader.seen(path, limit=100))
    for _ in range(27):
        join_team(volunteer(), leader, team["id"])

    assert statements_of(lambda: leader.seen(path, limit=100)) == few
    assert len(leader.seen(path, limit=100)["items"]) == 30
    first = leader.seen(path, limit=20)
    assert len(leader.seen(path, limit=20, cursor=first["next_cursor"])["items"]) == 10
