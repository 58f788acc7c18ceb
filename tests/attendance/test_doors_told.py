"""Who is told of a printed code of a door, and what the register says of it: that one is out, since when, by whom; never the code."""

from uuid import UUID

import pytest
from sqlalchemy import select

from backend.foundation.actor import Role
from backend.foundation.database import db
from backend.proxies.models import Proxy
from tests.support.attendance import Visit
from tests.support.demands import GRANDMOTHER
from tests.support.messages import inbox, kinds


@pytest.fixture
def colleague(administrator):
    return administrator(Role.COMMUNITY_OFFICER, "639999001001")


@pytest.fixture
def elder(officer, street):
    """Somebody on record who is known as a person, and for whom a neighbour acts."""
    proxy, proxy_id = street.home.proxy, street.home.proxy_id
    person_id = str(db.session.scalars(select(Proxy.person_id).where(Proxy.fact_id == UUID(proxy_id))).one())
    db.session.rollback()
    elder = officer.made("/beneficiaries", GRANDMOTHER | {"area_id": street["和平社区"]})["id"]
    officer.made(f"/beneficiaries/{elder}/person", {"person_id": person_id})
    return elder, proxy


def test_the_proxy_and_the_colleagues_are_told_and_the_register_says_who_issued_it(elder, officer, colleague, street):
    beneficiary_id, proxy = elder
    seen = f"/beneficiaries/{beneficiary_id}"
    assert officer.seen(seen)["door_code"] is None
    printed = officer.made(f"{seen}/door-code")

    said = officer.seen(seen)["door_code"]
    [listed] = officer.seen("/beneficiaries")["items"]
    assert listed["door_code"] == said
    assert said["issued_at"]
    assert said["issued_by"].endswith("*")
    for phone, kind in ((proxy, "door_code_issued"), (colleague, "door_code_issued_here")):
        [told] = [message for message in inbox(phone) if message["kind"] == kind]
        assert printed["text"] not in str(told)
        assert told["about"] == {"kind": "beneficiary", "id": beneficiary_id}
    assert "door_code_issued_here" not in kinds(officer), "who did it knows"
    assert "door_code_issued_here" not in kinds(street.next.officer)

    assert officer.post(f"{seen}/door-code/end").status_code == 204
    assert officer.seen(seen)["door_code"] is None
    assert "door_code_ended" in kinds(proxy)
    assert "door_code_ended_here" in kinds(colleague)


def test_who_visits_is_told_when_two_rows_were_one_elder(street, officer):
    visit = Visit(street)
    [known] = officer.seen("/beneficiaries")["items"]
    twin = GRANDMOTHER | {"area_id": street["和平社区"], "different_from": [known["id"]]}
    kept = officer.made("/beneficiaries", twin)["id"]
    officer.made(f"/beneficiaries/{known['id']}/merge", {"into_id": kept})

    [told] = [message for message in inbox(visit.leader) if message["kind"] == "home_replaced"]
    assert told["about"] == {"kind": "claim", "id": visit.claim_id}


def test_nobody_is_told_of_a_merge_once_the_visit_is_over(street, officer, pass_time):
    visit = Visit(street)
    pass_time(minutes=60 * 24)
    [known] = officer.seen("/beneficiaries")["items"]
    twin = GRANDMOTHER | {"area_id": street["和平社区"], "different_from": [known["id"]]}
    kept = officer.made("/beneficiaries", twin)["id"]
    officer.made(f"/beneficiaries/{known['id']}/merge", {"into_id": kept})
    assert "home_replaced" not in kinds(visit.leader)
