"""Who agrees to nothing any more is named by nothing that is open: each kind of thing that names people is looked at, or said to end
otherwise."""

from uuid import UUID

import pytest
from sqlalchemy import text

from backend.consumers import CONSUMERS
from backend.foundation import clock, outbox
from backend.foundation.database import db
from backend.tables import METADATA
from tests.support.demands import published_demand
from tests.support.messages import kinds
from tests.support.organisations import add_staff, applied_organisation, verified_organisation
from tests.support.people import identity_number
from tests.support.teams import active_team, applied_team

_CURRENT = "superseded_at IS NULL AND NOT void"
OPEN = {
    "consents.person_id": _CURRENT,
    "consents.guardian_person_id": _CURRENT,
    "guardianships.guardian_person_id": f"{_CURRENT} AND ended_on IS NULL",
    "proxies.person_id": f"{_CURRENT} AND ended_at IS NULL",
    "proxies.proxy_person_id": f"{_CURRENT} AND ended_at IS NULL",
    "identity_corrections.person_id": "status = 'proposed'",
    "volunteers.person_id": f"{_CURRENT} AND left_on IS NULL",
    "relocations.person_id": "status = 'asked'",
    "member_registrations.person_id": f"{_CURRENT} AND status IN ('applied', 'accepted')",
    "teams.leader_person_id": "status IN ('applied', 'active')",
    "team_memberships.person_id": f"{_CURRENT} AND left_on IS NULL",
    "team_join_requests.person_id": "status = 'asked'",
    "organisations.officer_person_id": "status IN ('applied', 'verified')",
    "organisation_staff.person_id": f"{_CURRENT} AND left_on IS NULL",
    "arrangements.person_id": f"{_CURRENT} AND ended_at IS NULL",
    "demands.requester_person_id": "status IN ('submitted', 'published')",
    "openings.requester_person_id": "status = 'open'",
    "shifts.requester_person_id": "status = 'planned'",
    "claims.person_id": "status IN ('asked', 'held')",
    "role_grants.person_id": "withdrawn_at IS NULL",
}
"""Whatever is open: the column that names somebody, and when it is."""

OTHERWISE = {
    "accounts.person_id": "it is theirs to close, or to agree anew with",
    "guardianships.ward_person_id": "a guardian's word, which the guardian takes back",
    "account_recoveries.person_id": "the way back to an account rests on who one is, not on a consent",
    "deaths.person_id": "a report is decided by two officers, whatever the person agrees to",
    "reveals.person_id": "it is over when it is written down",
    "party_members.person_id": "what the registration was of; it ended",
    "unit_memberships.person_id": "the unit of the registration's day",
    "demand_changes.on_behalf_of": "it is over when it is written down",
    "service_confirmations.on_behalf_of": "it is over when it is written down",
    "beneficiaries.person_id": "rests on a basis of its own, which is taken back by itself",
    "attendances.person_id": "ends with the shift",
    "service_records.person_id": "what was served is a duty of the office to record",
    "late_entry_people.person_id": "what was served is a duty of the office to record",
    "door_tries.person_id": "forgotten after a day",
    "points_accounts.person_id": "follows from what was served",
    "ledger_transactions.person_id": "follows from what was served",
}
"""What names somebody and is not open, or ends in another way."""


@pytest.fixture
def busy(street, officer):
    """Somebody on whom all hangs that may hang on who holds no office."""
    home, there = street.home, street.next
    phone = home.party_member
    phone.made("/volunteers", {"community_id": street["和平社区"], "notice_version": "2026-12-02"})
    phone.receipt_number = phone.seen(f"/registrations/{phone.registration_id}")["receipt_number"]
    phone.made("/me/relocations", {"community_id": street["团结社区"]})
    officer.made(f"/people/{phone.person_id}/corrections", {"name": "李改名", "id_number": identity_number(), "proof": "id_card"})
    phone.made(f"/teams/{home.team_id}/join-requests")
    headed = verified_organisation(phone, officer, street)["id"]
    other = home.volunteer(name="赵同事")
    add_staff(phone, headed, other, "赵同事")
    applied = applied_organisation(phone, street)["id"]
    phone.led, phone.planned = active_team(phone, officer, street)["id"], applied_team(phone, street)["id"]
    number = phone.seen("/me")["volunteer"]["number"]
    home.head.made(f"/organisations/{home.organisation_id}/staff", {"volunteer_number": number, "name": "李党员"})
    visit = published_demand(there.officer, street, community="团结社区")
    there.officer.made(
        "/arrangements",
        {
            "party_member": {"receipt_number": phone.receipt_number, "name": "李党员"},
            "demand_id": visit["id"],
            "cause": "懂手语",
            "ends_on": clock.shanghai_day(clock.now()).isoformat(),
        },
    )
    phone.made("/claims", {"role_id": visit["role_id"], "as_person": True})
    phone.headed, phone.applied, phone.visit, phone.colleague = headed, applied, visit, other
    return phone


def deliver():
    while sum(outbox.deliver_batch(consumer, now=clock.now()) for consumer in CONSUMERS):
        pass


def still_open(person_id):
    found = {}
    for column, condition in OPEN.items():
        table, name = column.split(".")
        if count := db.session.scalar(
            text(f"SELECT count(*) FROM {table} WHERE {name} = :person AND {condition}"),  # noqa: S608 - of the list above
            {"person": UUID(person_id)},
        ):
            found[column] = count
    db.session.rollback()
    return found


def test_each_column_that_names_people_is_looked_at():
    named = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.columns
        if any(key.target_fullname == "people.id" for key in column.foreign_keys)
    }
    assert named == OPEN.keys() | OTHERWISE.keys()


def withdraw(_street, busy):
    busy.made("/me/consents/withdrawal", {"notice": "identity"})


def die(street, busy):
    today = clock.shanghai_day(clock.now()).isoformat()
    report = street.officer.made(f"/people/{busy.person_id}/deaths", {"died_on": today, "proof": "cremation_certificate"})
    street.home.officer.made(f"/deaths/{report['id']}/confirmation")


@pytest.mark.parametrize("end", [withdraw, die])
def test_after_the_last_consent_and_after_death_nothing_open_names_the_person(street, busy, officer, end):
    named = {"organisations.officer_person_id", "teams.leader_person_id", "arrangements.person_id", "identity_corrections.person_id"}
    assert named | {"claims.person_id"} <= still_open(busy.person_id).keys()
    end(street, busy)
    deliver()
    assert still_open(busy.person_id) == {}
    row = officer.seen(f"/organisations/{busy.headed}")
    assert (row["status"], row["officer_name"]) == ("verified", None)
    assert officer.seen(f"/organisations/{busy.applied}")["status"] == officer.seen(f"/teams/{busy.planned}")["status"] == "returned"
    assert officer.seen(f"/teams/{busy.led}")["leader_name"] is None
    assert "organisation_without_officer" in kinds(officer)
    assert "officer_gone" in kinds(busy.colleague)
    assert "staff_gone" in kinds(street.home.head)
    answer = busy.post(f"/organisations/{busy.headed}/staff", {"volunteer_number": "V2026000001", "name": "王志愿"})
    assert answer.status_code == (403 if end is withdraw else 401)


def test_the_community_names_another_officer_of_the_rest(street, busy, officer):
    busy.made("/me/consents/withdrawal", {"notice": "identity"})
    deliver()
    (left,) = officer.seen(f"/organisations/{busy.headed}/staff")["items"]
    officer.made(f"/organisations/{busy.headed}/successor", {"staff_id": left["id"]})
    assert officer.seen(f"/organisations/{busy.headed}")["officer_name"] == "赵**"
    (message,) = (one for one in officer.seen("/me/messages")["items"] if one["kind"] == "organisation_without_officer")
    assert message["waits"] is False
