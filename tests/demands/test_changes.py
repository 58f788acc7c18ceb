"""What is published can be changed: by the rules of a publication, with a history, and told to who claimed, who may leave for it."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from backend.accounts.policy import Permission
from backend.attendance.models import Shift
from backend.demands import service as demands
from backend.demands.models import Demand, PublicationChange
from backend.demands.service import Change
from backend.foundation import clock
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from backend.openings import service as openings
from backend.openings.models import Opening, OpeningRole
from backend.openings.service import Claimant, recount
from backend.statistics.measures import MEASURES
from tests.support.beginning import actor_of
from tests.support.demands import asked_for, claimed, demand_form, place_count, published_demand, resident, team_led_by, window
from tests.support.locks import meanwhile
from tests.support.messages import inbox
from tests.support.phone import refused
from tests.support.teams import join_team

LATER = timedelta(hours=30)


@pytest.fixture
def visit(officer, asker, street):
    """A visit of two places in some hours, asked for by the resident."""
    demand = asker.made("/demands", demand_form(street))
    return officer.made(f"/demands/{demand['id']}/publication", window(starts_in=timedelta(hours=5)) | {"places": 2})


def change(officer, demand, **fields):
    return officer.post(f"/demands/{demand['id']}/changes", {"reason": "老人这天要去医院"} | fields)


def as_known(now):
    """What every measure of demands says, as known at an instant."""
    names = ("demands_published", "demands_claimed", "demands_completed")
    return [sorted(map(tuple, db.session.execute(MEASURES[name].contributions(now)))) for name in names]


def test_the_community_changes_time_places_and_words_and_everything_that_hangs_on_them_follows(officer, visit, phone_of):
    when = window(starts_in=LATER)

    changed = officer.made(
        f"/demands/{visit['id']}/changes",
        when | {"title": "看望一位老人", "place_in_words": "社区南门", "places": 4, "reason": "老人这天要去医院"},
    )

    assert (changed["title"], changed["place_in_words"], changed["places"]) == ("看望一位老人", "社区南门", 4)
    opening = db.session.get_one(Opening, UUID(visit["opening_id"]))
    role = db.session.scalars(select(OpeningRole).where(OpeningRole.opening_id == opening.id)).one()
    shift = db.session.scalars(select(Shift).where(Shift.opening_id == opening.id)).one()
    starts_at, ends_at = (datetime.fromisoformat(when[name]) for name in ("starts_at", "ends_at"))
    assert {(row.starts_at, row.ends_at) for row in (opening, shift, db.session.get_one(Demand, UUID(visit["id"])))} == {
        (starts_at, ends_at)
    }
    assert (opening.title, role.slots, role.closes_at) == ("看望一位老人", 4, ends_at)
    (line,) = phone_of().seen(f"/demands/{visit['id']}/changes")["items"]
    assert (line["reason"], line["changed"]) == ("老人这天要去医院", ["ends_at", "place_in_words", "places", "starts_at", "title"])
    assert (line["before"]["title"], line["before"]["places"], line["before"]["place_in_words"]) == (visit["title"], 2, None)
    assert datetime.fromisoformat(line["before"]["starts_at"]) == datetime.fromisoformat(visit["starts_at"])
    assert (line["after"]["places"], datetime.fromisoformat(line["after"]["ends_at"])) == (4, ends_at)
    assert line["before"]["content"] is line["after"]["content"] is None


def test_who_changed_what_is_written_once_and_the_words_stay_out_of_the_audit_log(officer, visit):
    change(officer, visit, places=3)

    written = db.session.scalars(select(PublicationChange)).one()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.details["decision"].astext == "changed")).one()
    assert str(written.actor_account_id) == officer.account_id == str(entry.account_id)
    assert (entry.action, entry.reason, entry.details["fields"]) == (Permission.DEMAND_REVIEW, None, "places")
    assert db.session.scalars(select(OutboxEvent.subject_id).where(OutboxEvent.name == "demand.changed")).one() == written.id
    with pytest.raises(Exception, match="written once"):
        db.session.execute(update(PublicationChange).values(reason="另一个理由"))
    db.session.rollback()


def test_who_holds_a_place_and_who_asked_for_one_are_told_and_stay_what_they_are(officer, asker, leader, team, phone_of, street, visit):
    waiting = resident(phone_of, street)
    gone = resident(phone_of, street)
    left = asked_for(gone, visit, team_led_by(gone, street))
    gone.made(f"/claims/{left['id']}/release", {"reason": "有事"})
    held, asked = claimed(leader, visit, team), asked_for(waiting, visit, team_led_by(waiting, street))

    change(officer, visit, **window(starts_in=LATER))

    assert [leader.seen(f"/claims/{held['id']}")["status"], waiting.seen(f"/claims/{asked['id']}")["status"]] == ["held", "asked"]
    for phone, claim in ((leader, held), (waiting, asked)):
        told = [message for message in inbox(phone) if message["kind"] == "claimed_demand_changed"]
        assert [message["about"] for message in told] == [{"kind": "claim", "id": claim["id"]}]
        assert "老人" not in told[0]["text"]
    assert "demand_changed" in [message["kind"] for message in inbox(asker)]
    assert "claimed_demand_changed" not in [message["kind"] for message in inbox(gone)]
    assert "demand_changed" not in [message["kind"] for message in inbox(officer)]


def test_who_read_the_address_before_a_change_leaves_without_an_alarm_and_who_reads_it_after_does_not(
    officer, leader, team, phone_of, street
):
    other = resident(phone_of, street)
    demand = published_demand(officer, street, places=2)
    claims = {phone: claimed(phone, demand, team_id) for phone, team_id in ((leader, team), (other, team_led_by(other, street)))}
    for phone in claims:
        phone.seen(f"/demands/{demand['id']}/beneficiary")

    change(officer, demand, place_in_words="社区南门")
    other.seen(f"/demands/{demand['id']}/beneficiary")
    for phone, claim in claims.items():
        assert phone.made(f"/claims/{claim['id']}/release", {"reason": "去不了"})["status"] == "released"

    alarms = db.session.scalars(select(OutboxEvent.subject_id).where(OutboxEvent.name == "place.read_and_released")).all()
    assert alarms == [UUID(claims[other]["id"])]


def test_nobody_loses_a_place_by_a_change(officer, leader, team, phone_of, street, visit):
    other = resident(phone_of, street)
    claimed(leader, visit, team)
    asked_for(other, visit, team_led_by(other, street))

    assert refused(change(officer, visit, places=1)) == (409, "places_taken")
    assert place_count(visit) == (2, 2)
    assert change(officer, visit, places=3).status_code == 201
    assert recount() == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"places": 11}, (422, "too_many_places")),
        ({"starts_at": -1}, (422, "window_invalid")),
        ({"ends_at": 2}, (422, "window_invalid")),
        ({"ends_at": 50}, (422, "window_invalid")),
        ({"title": "看望王秀英"}, (422, "names_beneficiary")),
        ({"title": "看望", "reason": "王秀英要去医院"}, (422, "names_beneficiary")),
        ({"title": "电话13800001234"}, (422, "invalid")),
        ({"title": "看望", "reason": None}, (422, "invalid")),
        ({}, (422, "nothing_changed")),
        ({"title": "每周看望一次", "places": 2}, (422, "nothing_changed")),
    ],
)
def test_the_rules_of_a_publication_hold_again(officer, visit, fields, expected):
    hours = {name: (clock.now() + timedelta(hours=fields[name])).isoformat() for name in ("starts_at", "ends_at") if name in fields}

    assert refused(change(officer, visit, **fields | hours)) == expected
    assert db.session.scalars(select(PublicationChange)).all() == []


def test_only_what_is_published_and_not_over_is_changed(officer, asker, street, visit, pass_time):
    submitted = asker.made("/demands", demand_form(street))
    assert refused(change(officer, submitted, places=2)) == (409, "demand_not_published")
    officer.made(f"/demands/{submitted['id']}/return", {"reason": "请补充"})
    assert refused(change(officer, submitted, places=2)) == (409, "demand_not_published")
    pass_time(hours=5, minutes=1)
    assert refused(change(officer, visit, **window(starts_in=LATER))) == (409, "change_too_late")
    assert change(officer, visit, places=3).status_code == 201, "who comes late still finds a place"
    pass_time(hours=2)
    assert refused(change(officer, visit, places=4)) == (409, "change_too_late")


def test_a_shift_that_somebody_signed_in_at_stays_where_it_is(officer, leader, team, street):
    demand = officer.made("/demands", demand_form(street))
    demand = officer.made(f"/demands/{demand['id']}/publication", window(starts_in=timedelta(minutes=20)))
    claimed(leader, demand, team)
    shift_id = db.session.scalars(select(Shift.id).where(Shift.opening_id == UUID(demand["opening_id"]))).one()
    db.session.rollback()
    leader.made(f"/shifts/{shift_id}/sign-in", {"code": leader.seen(f"/shifts/{shift_id}/code")["code"]})

    assert refused(change(officer, demand, **window(starts_in=LATER))) == (409, "shift_in_use")
    assert change(officer, demand, title="看望一位老人").status_code == 201


def test_one_place_may_bring_more_people_or_fewer_but_not_fewer_than_are_there(officer, leader, team, street):
    demand = officer.made("/demands", demand_form(street))
    demand = officer.made(f"/demands/{demand['id']}/publication", window(starts_in=timedelta(minutes=20)) | {"people_per_place": 1})
    claimed(leader, demand, team)
    member = street.home.volunteer(name="王志愿")
    join_team(member, leader, team)
    shift_id = db.session.scalars(select(Shift.id).where(Shift.opening_id == UUID(demand["opening_id"]))).one()
    db.session.rollback()

    def signs_in(phone):
        return phone.post(f"/shifts/{shift_id}/sign-in", {"code": officer.seen(f"/shifts/{shift_id}/code")["code"]})

    assert signs_in(leader).status_code == 201
    assert refused(signs_in(member)) == (409, "place_full")
    changed = change(officer, demand, people_per_place=2)
    assert (changed.status_code, changed.get_json()["people_per_place"]) == (201, 2)
    assert signs_in(member).status_code == 201
    assert refused(change(officer, demand, people_per_place=1)) == (409, "more_people_there")
    assert refused(change(officer, demand, people_per_place=2)) == (422, "nothing_changed")
    assert change(officer, demand, people_per_place=3).status_code == 201

    latest, first = leader.seen(f"/demands/{demand['id']}/changes")["items"]
    assert (first["changed"], first["before"]["people_per_place"], first["after"]["people_per_place"]) == (["people_per_place"], 1, 2)
    assert latest["after"]["people_per_place"] == 3
    assert "claimed_demand_changed" in [message["kind"] for message in inbox(leader)]


def test_a_demand_that_was_called_off_with_its_only_shift_is_not_moved(officer, visit):
    shift_id = db.session.scalars(select(Shift.id).where(Shift.opening_id == UUID(visit["opening_id"]))).one()
    officer.made(f"/shifts/{shift_id}/cancellation", {"reason": "下雨"})

    assert refused(change(officer, visit, **window(starts_in=LATER))) == (409, "demand_not_published")


def test_no_figure_moves_by_a_change_and_what_was_known_before_stays(officer, leader, team, visit):
    claimed(leader, visit, team)
    before = clock.now()
    known = as_known(before)
    now = as_known(None)

    change(officer, visit, **window(starts_in=LATER) | {"title": "看望一位老人", "places": 5})

    assert (as_known(before), as_known(None)) == (known, now)
    assert known[1]


def test_of_two_changes_at_once_the_second_knows_what_the_first_left(officer, visit):
    demand_id, actor = UUID(visit["id"]), actor_of(officer)

    answer = meanwhile(
        lambda: demands.change_demand(actor, demand_id, Change("多来些人", places=3), now=clock.now()),
        lambda: change(officer, visit, places=4),
    )

    assert answer.status_code == 201
    db.session.rollback()
    first, second = db.session.scalars(select(PublicationChange).order_by(PublicationChange.id))
    assert (first.before["places"], second.before["places"]) == (2, 3)


def test_who_claims_the_last_place_while_it_is_taken_away_keeps_the_change_out(officer, leader, team, visit):
    actor = actor_of(leader)

    answer = meanwhile(
        lambda: openings.claim_place(actor, UUID(visit["role_id"]), Claimant.team(UUID(team)), now=clock.now()),
        lambda: change(officer, visit, places=1),
    )

    assert answer.status_code == 201
    assert place_count(visit) == (1, 1)
