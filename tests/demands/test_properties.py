"""Whatever is tried in whatever order, a demand goes only the ways of its life, and each step is written down once."""

from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from backend.demands import service as demands
from backend.demands.models import Demand, DemandChange
from backend.demands.service import Amendment, NewDemand, Publication
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Refusal
from backend.openings.models import Opening, OpeningRole
from tests.support.demands import area
from tests.support.served import confirm, make_person, make_record

SYSTEM = Actor.system()

# The life of a demand, said again by hand: state → what may be done → where that leads.
WAYS = {
    "submitted": {"publish": "published", "return": "returned", "withdraw": "withdrawn"},
    "published": {"cancel": "cancelled", "complete": "completed"},
    "returned": {"amend": "submitted", "withdraw": "withdrawn"},
    "withdrawn": {},
    "cancelled": {},
    "completed": {},
    "not_carried_out": {},
}
ACTS = ("publish", "return", "amend", "withdraw", "cancel", "complete", "mark", "serve", "wait")
OVER = {"published": {"complete": "completed", "mark": "not_carried_out"}}
"""What is left when the time is over."""


def _do(act, demand_id, now):
    match act:
        case "publish":
            demands.publish_demand(SYSTEM, demand_id, Publication(now, now + timedelta(hours=2)), now=now)
        case "return":
            demands.return_demand(SYSTEM, demand_id, reason="请补充", now=now)
        case "amend":
            demands.amend_demand(SYSTEM, demand_id, Amendment(details="每周三上午"), now=now)
        case "withdraw":
            demands.withdraw_demand(SYSTEM, demand_id, now=now)
        case "cancel":
            demands.cancel_demand(SYSTEM, demand_id, reason="不需要了", now=now)
        case "complete":
            demands.complete_demand(SYSTEM, demand_id, now=now)
        case "mark":
            demands.mark_not_carried_out(SYSTEM, demand_id, reason="无人到场", now=now)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(ACTS), max_size=8))
@example(acts=["return", "amend", "return", "withdraw"])
@example(acts=["publish", "serve", "cancel", "complete"])
@example(acts=["publish", "complete", "cancel"])
@example(acts=["publish", "wait", "cancel", "mark", "complete"])
@example(acts=["publish", "serve", "wait", "mark", "cancel", "complete"])
def test_a_demand_goes_only_the_ways_of_its_life(street, acts):
    home, now = area(street), clock.now()
    wanted = NewDemand("red_ribbon", "便民服务", "理发、磨刀", UUID(street["和平社区"]), places=3)
    demand_id = demands.submit_demand(SYSTEM, wanted, now=now)
    status, served, steps, over = "submitted", False, ["submitted"], False
    for act in acts:
        if act == "wait":
            now, over = now + timedelta(days=1), status == "published" or over
            continue
        if act == "serve":
            opening_id = db.session.scalars(select(Demand.opening_id).where(Demand.id == demand_id)).one()
            if opening_id is not None and status == "published":
                opening = db.session.get_one(Opening, opening_id)
                confirm(make_record(make_person(home), home, "red_ribbon", minutes=30, opening=opening))
                served = True
            continue
        next_status = (OVER if over and status == "published" else WAYS)[status].get(act)
        if (act == "complete" and not served) or (act in ("cancel", "mark") and served):
            next_status = None
        try:
            with db.session.begin_nested():
                _do(act, demand_id, now)
            assert next_status is not None, (status, act)
            status = next_status
            steps.append(status)
        except Refusal:
            assert next_status is None, (status, act)
        assert db.session.scalars(select(Demand.status).where(Demand.id == demand_id)).one() == status
    changes = select(DemandChange.to_status).where(DemandChange.demand_id == demand_id).order_by(DemandChange.id)
    assert db.session.scalars(changes).all() == steps
    is_open = select(OpeningRole.is_open).join(Demand, Demand.opening_id == OpeningRole.opening_id).where(Demand.id == demand_id)
    assert db.session.scalars(is_open).all() == ([status == "published"] if "published" in steps else [])
    db.session.rollback()
