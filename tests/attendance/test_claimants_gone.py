"""A claimant that is no more holds no place ahead: dissolved teams, ended organisations and registrations give theirs back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text

from backend.consumers import CONSUMERS
from backend.foundation import clock, outbox
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.outbox import OutboxDelivery, OutboxEvent
from backend.openings import service as openings
from backend.openings.models import ClaimChange
from backend.openings.service import Claimant, recount
from backend.registration import service as registration
from backend.teams import service as teams
from tasks.housekeeping import close_overdue_shifts
from tests.support.attendance import open_shift
from tests.support.beginning import actor_of
from tests.support.demands import claimed, place_count, published_demand
from tests.support.locks import somebody_waits
from tests.support.organisations import verified_organisation
from tests.support.people import accepted_member, registered_volunteer
from tests.support.phone import refused
from tests.support.teams import active_team, join_team
from tests.trial.waiting import eventually


def hear_everything():
    while sum(outbox.deliver_batch(consumer, now=clock.now()) for consumer in CONSUMERS):
        pass
    db.session.rollback()


def dissolve(officer, team_id):
    return officer.made(f"/teams/{team_id}/dissolution", {"reason": "队员不足"})


def code(officer, shift_id):
    return {"code": officer.seen(f"/shifts/{shift_id}/code")["code"]}


def status_of(officer, demand, claim):
    claims = officer.seen(f"/demands/{demand['id']}/claims")["items"]
    return next(line["status"] for line in claims if line["id"] == claim["id"])


def test_a_dissolved_team_gives_back_the_places_ahead_and_others_take_them(officer, leader, team, phone_of, street):
    demands = [published_demand(officer, street) for _ in range(3)]
    claims = [claimed(leader, demand, team) for demand in demands]

    dissolve(officer, team)
    hear_everything()

    assert [status_of(officer, demand, claim) for demand, claim in zip(demands, claims, strict=True)] == ["released"] * 3
    assert [place_count(demand) for demand in demands] == [(0, 0)] * 3
    other = registered_volunteer(phone_of, street, "other", name="孙队长")
    other_team = active_team(other, officer, street)["id"]
    assert claimed(other, demands[0], other_team)["status"] == "held"
    assert recount() == []


def test_an_ended_organisation_gives_back_its_places(officer, phone_of, street):
    staff = registered_volunteer(phone_of, street, "staff", name="周社工")
    organisation = verified_organisation(staff, officer, street)
    demand = published_demand(officer, street)
    claim = claimed(staff, demand, organisation_id=organisation["id"])

    officer.made(f"/organisations/{organisation['id']}/ending", {"reason": "项目结束"})
    hear_everything()

    assert (status_of(officer, demand, claim), place_count(demand)) == ("released", (0, 0))


def test_a_member_whose_registration_ended_gives_back_the_places_of_that_community(officer, phone_of, street, administrator):
    member = accepted_member(phone_of, street, administrator)
    demand = published_demand(officer, street)
    claim = claimed(member, demand, as_person=True)

    member.made(f"/registrations/{member.registration_id}/ending", {"reason": "迁出"})
    hear_everything()

    assert (status_of(officer, demand, claim), place_count(demand)) == ("released", (0, 0))
    assert refused(member.post("/claims", {"role_id": demand["role_id"], "as_person": True})) == (403, "forbidden")


def test_a_member_taken_in_again_before_it_was_heard_keeps_the_places(officer, phone_of, street, administrator):
    member = accepted_member(phone_of, street, administrator)
    demand = published_demand(officer, street)
    claim = claimed(member, demand, as_person=True)
    member.made(f"/registrations/{member.registration_id}/ending", {"reason": "误操作"})
    units = db.session.scalars(text("SELECT work_unit_id FROM party_members")).all()
    form = {"community_id": street["和平社区"], "work_unit_id": str(units[0]), "party_organisation_name": "测试区住房保障中心党支部"}
    again = member.made("/registrations", form)
    officer.made(f"/registrations/{again['id']}/acceptance")

    hear_everything()

    assert (status_of(officer, demand, claim), place_count(demand)) == ("held", (1, 1))


def test_who_is_in_service_signs_out_and_it_counts_although_the_team_is_dissolved(officer, leader, team, phone_of, street, pass_time):
    member = registered_volunteer(phone_of, street, "member", name="王志愿")
    join_team(member, leader, team)
    demand = published_demand(officer, street)
    claim = claimed(leader, demand, team)
    shift = officer.seen("/shifts", opening_id=demand["opening_id"])["items"][0]["id"]

    member.made(f"/shifts/{shift}/sign-in", code(officer, shift))
    dissolve(officer, team)
    hear_everything()
    pass_time(minutes=47)

    assert (status_of(officer, demand, claim), place_count(demand)) == ("held", (1, 1))
    record = member.made(f"/shifts/{shift}/sign-out", code(officer, shift))
    assert record["minutes"] == 47
    assert officer.post(f"/services/{record['fact_id']}/confirmation").status_code == 201
    assert refused(leader.post(f"/shifts/{shift}/sign-in", code(officer, shift)))[1] == "not_entitled"


def two_shifts(officer, demand, street):
    """Those of a demand that goes on tomorrow."""
    open_shift(street["和平社区"], opening_id=UUID(demand["opening_id"]), starts_in=timedelta(days=1))
    return [shift["id"] for shift in officer.seen("/shifts", opening_id=demand["opening_id"])["items"]]


def until_the_first_is_closed(pass_time):
    pass_time(hours=2, minutes=31)
    close_overdue_shifts()
    hear_everything()


@pytest.mark.parametrize("signs_out", [True, False])
def test_a_dissolved_team_in_service_gives_back_what_lies_ahead_when_the_shift_is_over(officer, leader, team, street, pass_time, signs_out):
    demand = published_demand(officer, street)
    claim = claimed(leader, demand, team)
    today, _ = two_shifts(officer, demand, street)
    leader.made(f"/shifts/{today}/sign-in", code(officer, today))
    dissolve(officer, team)
    hear_everything()
    if signs_out:
        pass_time(minutes=47)
        leader.made(f"/shifts/{today}/sign-out", code(officer, today))
    assert (status_of(officer, demand, claim), place_count(demand)) == ("held", (1, 1))

    until_the_first_is_closed(pass_time)

    assert (status_of(officer, demand, claim), place_count(demand)) == ("ended", (0, 0))
    assert recount() == []


def test_an_ended_organisation_in_service_gives_back_what_lies_ahead_when_the_shift_is_over(officer, phone_of, street, pass_time):
    staff = registered_volunteer(phone_of, street, "staff", name="周社工")
    organisation = verified_organisation(staff, officer, street)
    demand = published_demand(officer, street)
    claim = claimed(staff, demand, organisation_id=organisation["id"])
    today, _ = two_shifts(officer, demand, street)
    staff.made(f"/shifts/{today}/sign-in", code(officer, today))
    officer.made(f"/organisations/{organisation['id']}/ending", {"reason": "项目结束"})

    until_the_first_is_closed(pass_time)

    assert (status_of(officer, demand, claim), place_count(demand)) == ("ended", (0, 0))


def test_a_former_member_in_service_gives_back_what_lies_ahead_when_the_shift_is_over(officer, phone_of, street, administrator, pass_time):
    member = accepted_member(phone_of, street, administrator)
    demand = published_demand(officer, street)
    claim = claimed(member, demand, as_person=True)
    today, _ = two_shifts(officer, demand, street)
    member.made(f"/shifts/{today}/sign-in", code(officer, today))
    member.made(f"/registrations/{member.registration_id}/ending", {"reason": "迁出"})

    until_the_first_is_closed(pass_time)

    assert (status_of(officer, demand, claim), place_count(demand)) == ("ended", (0, 0))


def test_who_goes_on_keeps_what_lies_ahead_when_a_shift_is_closed(officer, leader, team, phone_of, street, administrator, pass_time):
    member = accepted_member(phone_of, street, administrator)
    demand = published_demand(officer, street, places=2)
    claims = [claimed(leader, demand, team), claimed(member, demand, as_person=True)]
    two_shifts(officer, demand, street)

    until_the_first_is_closed(pass_time)

    assert [status_of(officer, demand, claim) for claim in claims] == ["held", "held"]


def test_a_claim_whose_window_is_over_stays_as_it_was(officer, leader, team, street, pass_time):
    demand = published_demand(officer, street)
    claim = claimed(leader, demand, team)
    pass_time(hours=3)

    dissolve(officer, team)
    hear_everything()

    assert (status_of(officer, demand, claim), place_count(demand)) == ("held", (1, 1))


def test_the_release_is_the_platforms_own_act_and_is_written_down_once_however_often_it_is_heard(officer, leader, team, street):
    demand = published_demand(officer, street, places=2)
    claim_id = UUID(claimed(leader, demand, team)["id"])
    dissolve(officer, team)
    hear_everything()
    with transaction():
        dissolved = db.session.scalars(select(OutboxEvent.id).where(OutboxEvent.name == "team.dissolved")).one()
        db.session.execute(insert(OutboxDelivery).values(event_id=dissolved, consumer="attendance", due_at=clock.now(), attempts=0))
    hear_everything()

    steps = select(ClaimChange.to_status, ClaimChange.reason, ClaimChange.actor_account_id).where(ClaimChange.claim_id == claim_id)
    assert [tuple(step) for step in db.session.execute(steps.order_by(ClaimChange.id))][2:] == [("released", "服务队已解散", None)]
    events = select(OutboxEvent.name).where(OutboxEvent.subject_id == claim_id).order_by(OutboxEvent.id)
    assert db.session.scalars(events).all() == ["place.asked_for", "place.claimed", "place.released"]
    acts = select(AuditEntry.action, AuditEntry.account_id, AuditEntry.reason).where(AuditEntry.subject_id == claim_id)
    assert [tuple(act) for act in db.session.execute(acts.order_by(AuditEntry.id))][2:] == [("place.release", None, "服务队已解散")]
    assert place_count(demand) == (0, 0)


def test_the_figure_of_claimed_demands_follows(officer, leader, team, street):
    demand = published_demand(officer, street)
    claimed(leader, demand, team)
    hear_everything()
    year = clock.shanghai_day(clock.now()).year

    def claimed_demands():
        figures = officer.seen(f"/figures/{year}")["figures"]
        return next(figure["value"] for figure in figures if figure["code"] == "demands_claimed")

    assert claimed_demands() == 1
    dissolve(officer, team)
    hear_everything()
    assert claimed_demands() == 0


# At the same instant: the claimant's row is held from the claim until its commit, so one of the two comes first.


def claim_while(ends, phone, demand, claimant_of):
    """The claim is made but not committed while the claimant is ended: that must wait. Gives the answer of the ending."""
    with ThreadPoolExecutor(1) as pool:
        with transaction():
            actor = actor_of(phone)
            openings.claim_place(actor, UUID(demand["role_id"]), claimant_of(actor), now=clock.now())
            ending = pool.submit(ends)
            assert eventually(somebody_waits)
            assert not ending.done()
        return ending.result()


def test_a_team_that_is_dissolved_while_it_claims_holds_nothing_in_the_end(officer, leader, team, street):
    demand = published_demand(officer, street)

    claim_while(lambda: dissolve(officer, team), leader, demand, lambda _: Claimant.team(UUID(team)))

    assert place_count(demand) == (1, 1)
    hear_everything()
    assert place_count(demand) == (0, 0)


def test_a_member_whose_registration_ends_while_they_claim_holds_nothing_in_the_end(officer, phone_of, street, administrator):
    member = accepted_member(phone_of, street, administrator)
    demand = published_demand(officer, street)

    def end():
        return officer.made(f"/registrations/{member.registration_id}/ending", {"reason": "迁出"})

    claim_while(end, member, demand, Claimant.person)

    hear_everything()
    assert place_count(demand) == (0, 0)


@pytest.mark.parametrize("kind", ["team", "person"])
def test_who_claims_while_they_are_ended_is_refused(officer, leader, team, phone_of, street, administrator, kind):
    demand = published_demand(officer, street)
    member = accepted_member(phone_of, street, administrator)
    officer_actor = actor_of(officer)
    db.session.rollback()
    claim = (leader, {"team_id": team}) if kind == "team" else (member, {"as_person": True})

    with ThreadPoolExecutor(1) as pool:
        with transaction():
            if kind == "team":
                teams.dissolve_team(officer_actor, UUID(team), reason="队员不足", now=clock.now())
            else:
                registration.end_registration(officer_actor, UUID(member.registration_id), reason="迁出", now=clock.now())
            claiming = pool.submit(lambda: claim[0].post("/claims", {"role_id": demand["role_id"]} | claim[1]))
            assert eventually(somebody_waits)
        refusal = refused(claiming.result())

    assert refusal == ((409, "claimant_not_active") if kind == "team" else (403, "forbidden"))
    assert place_count(demand) == (0, 0)
