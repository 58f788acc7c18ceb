"""No area goes out of use while something is open in it or below it; who runs the copy is told how much of what, and which step ends it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Text

from backend.areas import service as areas
from backend.foundation import clock, jobs
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.imports.models import ImportStatus
from backend.people import service as people
from backend.statistics.exports import YEAR_END
from backend.successions import service as successions
from backend.successions.openness import ELSEWHERE, KINDS, still_open
from backend.successions.refusals import AreaInUse
from backend.tables import METADATA
from tasks.housekeeping import close_overdue_shifts
from tests.support.attendance import Visit, at_shift
from tests.support.demands import claimed, published_demand
from tests.support.imports import brought_import
from tests.support.late_entries import past_form
from tests.support.locks import meanwhile
from tests.support.organisations import applied_organisation, organisation_plan
from tests.support.people import identity_number, person_form, registration_form
from tests.support.phone import refused
from tests.support.teams import applied_team, team_plan

HOME = "639999001001"


def whats(path=HOME):
    return {one.kind.what for one in still_open(path, now=clock.now())}


def test_each_column_that_says_where_something_lies_is_asked_or_said_to_be_over():
    placed = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.columns
        if (isinstance(column.type, Text) and column.type.collation == "C")
        or column.name.endswith("community_id")
        or any(key.target_fullname == "areas.id" for key in column.foreign_keys)
    }
    asked = {f"{kind.path.class_.__tablename__}.{kind.path.key}" for kind in KINDS}
    beside = {f"{column.removesuffix('_path')}_id" for column in asked} & placed
    assert placed == asked | beside | ELSEWHERE.keys()
    assert not (asked | beside) & ELSEWHERE.keys()


def never_signed_out(home, street, pass_time):
    """The party member signs in at a fair and does not sign out of it; gives the fair."""
    fair = published_demand(home.officer, street, brand="red_ribbon", places=2)
    claimed(home.party_member, fair, as_person=True)
    at_shift(home, fair, home.party_member, "sign-in")
    pass_time(hours=3)
    close_overdue_shifts()
    return fair


def test_whatever_is_open_in_a_community_is_told_with_the_step_that_ends_it(ejia, street, pass_time):
    home, there = street.home, street.next
    assert all((home.grid_worker.account_id, home.organisation_id, home.proxy_id))
    never_signed_out(home, street, pass_time)
    visit = Visit(street)
    visit.served(pass_time)
    published_demand(home.officer, street, brand="red_ribbon")
    tomorrow = (clock.shanghai_day(clock.now()) + timedelta(days=1)).isoformat()
    home.officer.made("/arrangements", {"team_id": visit.team_id, "area_id": street["和平社区"], "cause": "熟悉老人", "ends_on": tomorrow})
    there.person().made("/me/relocations", {"community_id": street["和平社区"]})
    papers = {"name": "李改名", "id_number": identity_number(), "proof": "id_card"}
    home.officer.made(f"/people/{home.party_member.person_id}/corrections", papers)
    home.officer.made(f"/people/{home.person().person_id}/deaths", {"died_on": "2026-03-01", "proof": "cremation_certificate"})
    street.phone().made("/account-recoveries", visit.member.card)
    number = visit.leader.seen("/me")["volunteer"]["number"]
    home.officer.made("/late-entries", past_form(street["和平社区"], number, "李队长"))
    brought_import(HOME, status=ImportStatus.ENTERING)
    with transaction():
        jobs.ask(Actor.system(), YEAR_END, {"year": 2026}, HOME, now=clock.now())

    assert whats() == {kind.what for kind in KINDS}
    grid = ejia("areas", "withdraw", "639999001001001", "--yes")
    assert (grid.exit_code, grid.output.splitlines()[1:]) == (1, ["1 项职务：由上级收回，或者用 ejia withdraw-role 收回"])
    with transaction():
        areas.withdraw_area(UUID(street["和平第一网格"]), now=clock.now())
    told = ejia("areas", "withdraw", HOME, "--yes")
    assert (told.exit_code, "area_in_use" in told.output) == (1, True)
    assert len(told.output.splitlines()) == 1 + len(KINDS)
    assert "和平社区" in ejia("areas", "list").output


def test_what_was_ended_by_the_steps_that_were_told_lets_the_area_go(street):
    there = street.next
    leader, member, officer = there.leader, there.person(), there.officer
    unit = there.unit_id
    member.made("/registrations", registration_form(street, unit, community="团结社区"))
    demand = published_demand(officer, street, community="团结社区", brand="red_ribbon")
    claim = leader.made("/claims", {"role_id": demand["role_id"], "team_id": there.team_id})
    with pytest.raises(AreaInUse), transaction():
        successions.withdraw_area(UUID(street["团结社区"]), now=clock.now())
    assert {"个认领", "个尚未结束的场次", "件未办结的服务需求", "支志愿服务队", "名报到党员"} < whats("639999001002")

    leader.made(f"/claims/{claim['id']}/release", {"reason": "社区撤销"})
    officer.made(f"/demands/{demand['id']}/cancellation", {"reason": "社区撤销"})
    officer.made(f"/teams/{there.team_id}/dissolution", {"reason": "社区撤销"})
    for phone in (leader, member):
        phone.made("/me/relocations", {"community_id": street["和平社区"]})
    for wish in street.officer.seen("/relocations", for_me="true")["items"]:
        street.officer.made(f"/relocations/{wish['id']}/acceptance")
    assert whats("639999001002") <= {"项职务", "名登记居住的人员"}


def test_who_begins_something_at_the_moment_of_the_withdrawal_is_refused(street, client):
    phone = street.phone()
    answer = meanwhile(
        lambda: successions.withdraw_area(UUID(street["团结社区"]), now=clock.now()),
        lambda: phone.post("/people", person_form(street, community="团结社区")),
    )
    assert refused(answer) == (422, "not_a_community")
    assert whats("639999001002") == set()


def test_a_withdrawal_sees_what_began_a_moment_before(street):
    person, there = street.home.person(), UUID(street["团结社区"])

    def withdraw():
        with street.app.app_context(), pytest.raises(AreaInUse), transaction():
            successions.withdraw_area(there, now=clock.now())

    meanwhile(lambda: people.move_person(UUID(person.person_id), areas.community(there)), withdraw)
    assert whats("639999001002") == {"名登记居住的人员"}


def test_what_was_returned_is_not_sent_again_to_a_community_that_is_gone(street):
    leader, why = street.home.leader, {"reason": "缺章程"}
    team = applied_team(leader, street, community="团结社区")["id"]
    organisation = applied_organisation(leader, street, community="团结社区")["id"]
    street.officer.made(f"/teams/{team}/return", why)
    street.officer.made(f"/organisations/{organisation}/return", why)
    with transaction():
        successions.withdraw_area(UUID(street["团结社区"]), now=clock.now())
    assert refused(leader.post(f"/teams/{team}/application", team_plan())) == (422, "not_a_community")
    assert refused(leader.post(f"/organisations/{organisation}/application", organisation_plan())) == (422, "not_a_community")
