"""A measure asked at an instant gives what it gave then, whatever came afterwards."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.areas.models import Area
from backend.attendance.models import ServiceRecord
from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.foundation.measures import NOW, AsOf
from backend.openings.models import Opening
from backend.points.rebuild import rebuild
from backend.statistics.measures import MEASURES
from ejia.trial.demo import load
from tasks.housekeeping import end_over_demands, end_unanswered_claims, prompt_demands
from tests.statistics.changes import change_the_past, change_who_belongs, hear_everything
from tests.support.demands import asked_for, claimed, demand_form, published_demand, window
from tests.support.organisations import verified_organisation
from tests.support.people import accepted_member, registered_volunteer
from tests.support.phone import Phone
from tests.support.served import make_person, make_record
from tests.support.teams import applied_team

SCALE = 0.05
"""Of the demonstration year: some 2,400 services."""

Known = dict[str, list[tuple[Any, ...]]]


def known(known_at: AsOf) -> Known:
    """All that the measures state, now or as known at an instant."""
    with transaction():
        stated = {name: measure.contributions(known_at).subquery() for name, measure in MEASURES.items()}
        return {name: [tuple(row) for row in db.session.execute(select(rows).order_by(rows.c.source_id))] for name, rows in stated.items()}


@pytest.fixture
def year(app, settings) -> None:
    """A small demonstration year, and the points that follow from it."""
    load.load_demonstration_year(settings.wechat_appid, scale=SCALE, progress=lambda *_: lambda _: None)
    rebuild(now=clock.now())


@pytest.mark.usefixtures("year")
def test_what_is_known_at_this_instant_is_what_is_known_now():
    stated = known(NOW)
    assert {name for name, rows in stated.items() if not rows} == set()
    assert known(clock.now()) == stated
    assert all(rows == [] for rows in known(clock.now() - timedelta(days=20 * 365)).values())


@pytest.mark.usefixtures("year")
def test_what_was_known_stays_known_whatever_is_corrected_withdrawn_ended_and_begun(phone_in, phone_of, pass_time: Callable[..., datetime]):
    officer, leader = phone_in("jiedao"), phone_in("leader")
    here = {"和平社区": community_id()}
    team = leader.seen("/me/teams")["items"][0]
    team_id, near = team["id"], {"和平社区": team["community_id"]}
    demands = [claimed_demand(officer, leader, here, team_id) for _ in range(2)]
    asked = [asked_for(leader, published_demand(officer, near), team_id) for _ in range(2)]
    applied = applied_team(registered_volunteer(phone_of, here), here)
    hear_everything()
    then, at = known(NOW), clock.now()
    pass_time(seconds=1)

    change_the_past(officer)
    for measure in ("services_of_others", "late_services"):
        take_back_a_service(officer, measure)
    change_demands(officer, leader, demands)
    claimed_demand(officer, leader, here, team_id)
    accepted_member(phone_of, here, lambda *_: officer)
    officer.made(f"/teams/{applied['id']}/acceptance")
    verified_organisation(registered_volunteer(phone_of, here), officer, here, record_number="备2026-900")
    officer.made(f"/claims/{asked[0]['id']}/refusal", {"reason": "老人另有安排"})
    change_who_belongs(phone_in)
    leave_demands_alone(officer, leader, here, team_id)
    pass_time(hours=3)
    end_unanswered_claims()
    end_over_demands()  # also the wish that is open again
    pass_time(days=6)
    prompt_demands()
    hear_everything()

    assert {name for name, rows in known(NOW).items() if rows == then[name]} == set(), "nothing befell these measures"
    assert known(at) == then


def take_back_a_service(officer: Phone, measure: str) -> None:
    """One of those that a measure counts, of which there may be few: of no registered volunteer, or entered afterwards."""
    counted = MEASURES[measure].contributions(NOW).subquery()
    with transaction():
        found = select(ServiceRecord.fact_id, ServiceRecord.id).join(counted, counted.c.source_id == ServiceRecord.fact_id)
        record = db.session.execute(found.where(ServiceRecord.is_current()).order_by(ServiceRecord.id).limit(1)).one()
    officer.made(f"/services/{record.fact_id}/withdrawal", {"revision_id": str(record.id), "reason": "本人未到场"})


def community_id() -> str:
    with transaction():
        return str(db.session.scalars(select(Area.id).where(Area.code == "639999001001")).one())


def claimed_demand(officer: Phone, leader: Phone, here: dict[str, str], team_id: str) -> dict[str, Any]:
    """A demand that was just published, and the id of the team's claim on it."""
    demand = published_demand(officer, here, brand="red_ribbon")
    return demand | {"claim_id": claimed(leader, demand, team_id)["id"]}


def leave_demands_alone(officer: Phone, leader: Phone, here: dict[str, str], team_id: str) -> None:
    """Nobody claims one, which lies far ahead, and nobody confirms what was served on another."""
    far_ahead = officer.made("/demands", demand_form(here, brand="red_ribbon"))
    officer.made(f"/demands/{far_ahead['id']}/publication", window(starts_in=timedelta(days=20)) | {"places": 1})
    served = claimed_demand(officer, leader, here, team_id)
    with transaction():
        opening = db.session.get_one(Opening, UUID(served["opening_id"]))
        area = db.session.get_one(Area, opening.area_id)
        make_record(make_person(area), area, opening.brand, minutes=47, opening=opening)


def change_demands(officer: Phone, leader: Phone, demands: list[dict[str, Any]]) -> None:
    """The place of one is given back, and another is cancelled."""
    released, cancelled = demands
    leader.made(f"/claims/{released['claim_id']}/release", {"reason": "改时间"})
    officer.made(f"/demands/{cancelled['id']}/cancellation", {"reason": "不再需要"})
