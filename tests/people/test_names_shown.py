"""A name is shown in full to whose it is and to who must call them, and masked to everybody else."""

from datetime import date
from uuid import UUID

from sqlalchemy import update

from backend.foundation.actor import Role
from backend.foundation.database import db, transaction
from backend.people.models import Person
from tests.support.attendance import Visit
from tests.support.demands import asked_for, published_demand
from tests.support.people import accepted_member
from tests.support.teams import join_team

FULL, MASKED = "王志愿", "王**"


def of_member(phone, visit):
    """The name of the member as the lists of a visit show it, each that opens."""
    paths = (f"/shifts/{visit.shift_id}/attendances", "/services", f"/teams/{visit.team_id}/members", "/me/services")
    shown = set()
    for path in paths:
        answer = phone.get(path)
        lines = answer.get_json()["items"] if answer.status_code == 200 else []
        shown |= {line["name"] for line in lines if line["name"][0] == "王"}
    return shown


def test_who_must_call_somebody_reads_the_name_and_nobody_else_does(street, pass_time, new_version, administrator):
    asker, colleague = street.home.person(name="钱大妈"), street.home.volunteer(name="孙同伴")
    visit = Visit(street, requester=asker)
    join_team(colleague, visit.leader, visit.team_id)
    fact_id = visit.served(pass_time)
    calls = (visit.member, visit.leader, asker, street.home.officer, street.officer)
    looks = (street.district_officer, administrator(Role.COMMUNITY_OFFICER, "639999001001", known=False))

    assert [of_member(phone, visit) for phone in calls] == [{FULL}, {FULL}, {FULL}, {FULL, MASKED}, {FULL, MASKED}], (
        "officers call who serves"
    )
    assert [of_member(phone, visit) for phone in looks] == [{MASKED}] * 2
    assert of_member(colleague, visit) == set()
    assert [phone.seen(f"/services/{fact_id}")["name"] for phone in (*calls, looks[0])] == [FULL] * 5 + [MASKED]
    own = visit.member.seen("/me/services")["items"][0]
    assert (own["name"], own["served_for"], own["community"]) == (FULL, visit.leader.seen(f"/teams/{visit.team_id}")["name"], "和平社区")

    for changed in ({"born_on": date(2015, 1, 1)}, {"born_on": date(1990, 1, 1)}):
        with transaction():
            db.session.execute(update(Person).where(Person.id == UUID(visit.member.person_id)).values(**changed))
        is_minor = changed["born_on"].year == 2015
        assert of_member(visit.leader, visit) == ({MASKED} if is_minor else {FULL}), "it is the guardian who is called"
    assert of_member(visit.member, visit) == {FULL}

    version = new_version("volunteer")
    assert [of_member(phone, visit) for phone in calls[1:]] == [{MASKED}] * 4, "nobody told them so"
    visit.member.made("/me/consents", {"notice": "volunteer", "version": version})
    assert of_member(visit.leader, visit) == {FULL}


def test_who_answers_a_claim_reads_who_asks_for_the_place(phone_of, street, administrator):
    member = accepted_member(phone_of, street, administrator)
    demand = published_demand(street.home.officer, street, by=street.home.resident)
    claim_id = asked_for(member, demand, as_person=True)["id"]

    def names(phone):
        return {
            *(line["claimant_name"] for line in phone.seen(f"/demands/{demand['id']}/claims")["items"]),
            phone.seen(f"/claims/{claim_id}")["claimant_name"],
        }

    assert names(street.home.officer) == {line["claimant_name"] for line in member.seen("/me/claims")["items"]} == {"李党员"}
    assert {line["claimant_name"] for line in street.officer.seen("/claims/waiting")["items"]} == {"李党员"}
    assert names(street.district_officer) == names(street.home.resident) == {"李**"}
