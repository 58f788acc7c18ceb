"""Nothing stands still: what nobody reviews, claims, comes to or confirms goes on by itself, by the days of its brand."""

from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from backend.attendance.models import ServiceRecord
from backend.demands import service
from backend.demands.models import DemandPrompt
from backend.demands.service import NOBODY_CLAIMED
from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.openings.models import Opening
from backend.teams.models import Team, TeamCategory
from tasks import housekeeping
from tasks.housekeeping import end_over_demands, prompt_demands
from tests.support.demands import area, asked_for, claimed, demand_form, published_demand, resident, team_led_by, window
from tests.support.messages import inbox, kinds
from tests.support.phone import refused
from tests.support.served import confirm, make_person, make_record

LATER = {"starts_in": timedelta(days=20)}


@pytest.fixture
def rung(pass_time):
    """Let so many days pass, and the job be rung twice."""

    def ring(**passed):
        pass_time(**passed)
        prompt_demands()
        prompt_demands()
        db.session.rollback()

    return ring


def _next(phone, demand):
    seen = phone.seen(f"/demands/{demand['id']}")
    in_days = (date.fromisoformat(seen["next_step_on"]) - clock.shanghai_day(clock.now())).days if seen["next_step_on"] else None
    return seen["next_step"], in_days


def test_what_nobody_reviews_is_told_again_and_then_to_the_street(asker, officer, street, rung):
    demand = asker.made("/demands", demand_form(street))
    assert _next(asker, demand) == ("review_told", 3)
    rung(days=2)
    assert "demand_unreviewed" not in kinds(officer)
    rung(days=1, minutes=1)
    assert (kinds(officer).count("demand_unreviewed"), _next(asker, demand)) == (1, ("review_street", 4))
    assert "demand_long_unreviewed" not in kinds(street.officer)
    rung(days=4)
    assert (kinds(street.officer).count("demand_long_unreviewed"), _next(officer, demand)) == (1, (None, None))
    assert kinds(officer).count("demand_unreviewed") == 1

    officer.made(f"/demands/{demand['id']}/return", {"reason": "请补充时间"})
    assert _next(officer, demand) == (None, None)
    asker.made(f"/demands/{demand['id']}/submission", {"details": "每周三上午"})
    assert _next(officer, demand) == ("review_told", 3), "it waits anew"
    rung(days=3, minutes=1)
    assert kinds(officer).count("demand_unreviewed") == 2


def test_what_nobody_claims_is_offered_nearby_then_next_door_then_shown_to_the_street_and_ends(officer, phone_of, street, rung, pass_time):
    near, far, lawyer = (
        resident(phone_of, street, community, user)
        for community, user in (("和平社区", "near"), ("团结社区", "far"), ("和平社区", "lawyer"))
    )
    near_team, far_team = team_led_by(near, street), team_led_by(far, street, "团结社区")
    assert street.home.organisation_id != street.next.organisation_id
    heads = (street.home.head, street.next.head)
    legal = team_led_by(lawyer, street)
    with transaction():
        db.session.execute(update(Team).where(Team.id == UUID(legal)).values(category=TeamCategory.LEGAL))
    demand = officer.made("/demands", demand_form(street))
    demand = officer.made(f"/demands/{demand['id']}/publication", window(**LATER))
    claim = {"role_id": demand["role_id"], "team_id": far_team}
    assert _next(officer, demand) == ("offered", 2)
    assert (near.seen(f"/demands/{demand['id']}")["next_step"], near_team != far_team) == (None, True), "it is the community's to know"

    rung(days=2, minutes=1)
    assert [kinds(phone).count("demand_offered") for phone in (near, far, lawyer, *heads)] == [1, 0, 0, 1, 0]
    assert refused(far.post("/claims", claim)) == (409, "claimant_not_invited")

    rung(days=2)
    assert [kinds(phone).count("demand_offered_to_neighbours") for phone in (near, far, lawyer, *heads)] == [0, 1, 0, 0, 1]
    assert kinds(officer).count("own_demand_offered_to_neighbours") == 1
    asked = asked_for(far, demand, far_team)
    assert asked["status"] == "asked"

    rung(days=2)
    assert "demand_unclaimed" not in kinds(street.officer), "somebody asked for the place"
    officer.made(f"/claims/{asked['id']}/refusal", {"reason": "已另有安排"})
    rung()
    until_over = clock.shanghai_day(datetime.fromisoformat(demand["ends_at"])) - clock.shanghai_day(clock.now())
    assert (kinds(street.officer).count("demand_unclaimed"), _next(officer, demand)) == (1, ("ends", until_over.days))

    pass_time(days=15)
    end_over_demands()
    ended = officer.seen(f"/demands/{demand['id']}")
    assert (ended["status"], ended["reason"], ended["next_step"]) == ("not_carried_out", NOBODY_CLAIMED, None)
    with transaction():
        assert db.session.scalar(select(func.count()).select_from(DemandPrompt)) == 3


def test_where_nobody_came_or_nobody_confirmed_the_community_is_told_and_then_the_street(asker, officer, leader, street, rung):
    missed, served = (published_demand(officer, street, brand="red_ribbon", by=asker) for _ in range(2))
    team_id = team_led_by(leader, street)
    for demand in (missed, served):
        claimed(leader, demand, team_id)
    with transaction():
        opening = db.session.get_one(Opening, UUID(served["opening_id"]))
        record_id = make_record(make_person(area(street)), area(street), "red_ribbon", minutes=47, opening=opening).id
    rung(hours=3)
    told = ("demand_unattended", "demand_unconfirmed", "demand_long_unconfirmed")
    assert [kinds(officer).count(kind) for kind in told] == [0, 0, 0]

    rung(days=1)
    assert ([kinds(officer).count(kind) for kind in told], kinds(asker).count("own_demand_unattended")) == ([1, 0, 0], 1)
    rung(days=2)
    assert [kinds(officer).count(kind) for kind in told] == [1, 1, 0]
    assert "demand_long_unconfirmed" not in kinds(street.officer)
    rung(days=3)
    assert kinds(street.officer).count("demand_long_unconfirmed") == 1
    with transaction():
        confirm(db.session.get_one(ServiceRecord, record_id))
    assert (_next(officer, served)[0], _next(officer, missed)[0]) == ("ends", "ends")


def test_a_job_that_is_killed_between_two_commits_tells_nothing_twice(asker, officer, street, pass_time, monkeypatch):
    demands = [asker.made("/demands", demand_form(street))["id"] for _ in range(3)]
    pass_time(days=3, minutes=1)
    steps = []

    @contextmanager
    def killed_in_the_second():
        with transaction():
            yield
            steps.append(len(steps))
            if len(steps) == 2:
                raise KeyboardInterrupt

    monkeypatch.setattr(housekeeping, "transaction", killed_in_the_second)
    monkeypatch.setattr(service, "go_on", partial(service.go_on, at_most=1))
    with pytest.raises(KeyboardInterrupt):
        prompt_demands()
    monkeypatch.undo()
    assert (len(steps), kinds(officer).count("demand_unreviewed")) == (2, 1)

    prompt_demands()
    prompt_demands()
    told = [message["about"]["id"] for message in inbox(officer) if message["kind"] == "demand_unreviewed"]
    assert sorted(told) == sorted(demands)


def test_brands_whose_places_organisations_may_not_take_are_offered_to_none(officer, street, rung):
    assert street.home.organisation_id
    demand = officer.made("/demands", demand_form(street))
    demand = officer.made(f"/demands/{demand['id']}/publication", window(**LATER))
    with transaction():
        db.session.execute(update(Opening).where(Opening.id == UUID(demand["opening_id"])).values(claimant_kinds=["team"]))
    rung(days=3)
    assert "demand_offered" not in kinds(street.home.head)
