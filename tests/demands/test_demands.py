"""The life of a demand: asked for, decided on by its community, completed or called off."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from backend.attendance import limits as services
from backend.attendance.limits import Bounds
from backend.attendance.models import Shift
from backend.demands.models import Demand, DemandChange
from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.outbox import OutboxEvent
from backend.openings.models import Opening
from tests.support.demands import (
    GRANDFATHER,
    area,
    claimed,
    demand_form,
    give_role,
    place_count,
    published_demand,
    resident,
    team_led_by,
    window,
)
from tests.support.messages import kinds
from tests.support.phone import refused
from tests.support.served import confirm, make_person, make_record


def _rows():
    db.session.rollback()
    return db.session.scalars(select(Demand.id)).all()


def test_a_resident_asks_for_a_visit_and_is_the_requester(asker, officer, street):
    demand = asker.made("/demands", demand_form(street))

    assert (demand["status"], demand["places"], demand["details"]) == ("submitted", 1, "老人听力不好")
    assert re.fullmatch(r"需20\d\d-\d{6}", demand["number"])
    assert (demand["called"], demand["requester"]) == ("王奶奶", "张*")
    row = db.session.get_one(Demand, UUID(demand["id"]))
    assert (str(row.requester_person_id), str(row.submitted_by)) == (asker.person_id, asker.account_id)
    assert [line["id"] for line in officer.seen("/demands/in-care")["items"]] == [demand["id"]]


def test_who_has_no_person_cannot_ask(phone_of, street):
    assert refused(phone_of().post("/demands", demand_form(street))) == (403, "person_needed")
    assert _rows() == []


def test_a_resident_does_not_ask_in_the_name_of_another(asker, phone_of, street):
    other = resident(phone_of, street)

    assert refused(asker.post("/demands", demand_form(street, requester_person_id=other.person_id))) == (403, "forbidden")
    assert _rows() == []


def test_a_grid_worker_asks_within_the_community_for_nobody_in_particular(phone_of, street):
    worker = resident(phone_of, street)
    give_role(worker, Grant(Role.GRID_WORKER, area_path="639999001001001"))

    demand = worker.made("/demands", demand_form(street))

    assert demand["requester"] is None
    assert [line["id"] for line in worker.seen("/me/demands")["items"]] == [demand["id"]]
    assert worker.made(f"/demands/{demand['id']}/withdrawal")["status"] == "withdrawn"
    # Elsewhere they are a resident like others, who asks for themself.
    elsewhere = worker.made("/demands", demand_form(street, community="团结社区"))
    assert elsewhere["requester"] == "张*"


def test_an_officer_asks_for_a_resident_of_the_community_only(officer, asker, phone_of, street):
    other = resident(phone_of, street, community="团结社区")

    assert officer.made("/demands", demand_form(street, requester_person_id=asker.person_id))["requester"] == "张*"
    answers = [officer.post("/demands", demand_form(street, requester_person_id=person)) for person in (other.person_id, str(uuid4()))]
    assert [refused(answer) for answer in answers] == [(422, "requester_unknown")] * 2
    elsewhere = officer.made("/demands", demand_form(street, community="团结社区"))
    assert elsewhere["requester"] == "赵**", "where they hold no office they ask as anybody: for themselves"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"brand": "no_such_brand"}, "brand_unknown"),
        ({"places": 11}, "too_many_places"),
        ({"beneficiary": None}, "beneficiary_needed"),
        ({"beneficiary_id": str(uuid4())}, "beneficiary_needed"),
        ({"beneficiary_id": str(uuid4()), "beneficiary": None}, "beneficiary_unknown"),
        ({"brand": "red_ribbon", "beneficiary": {"name": "王秀英", "called": "王奶奶", "address": "和平路8号"}}, "beneficiary_not_asked"),
        ({"community_id": str(uuid4())}, "not_a_community"),
        ({"beneficiary": {"name": "王秀英", "called": "王奶奶", "address": "和平路8号", "phone": "12345"}}, "phone_invalid"),
        ({"beneficiary": {"name": "王秀英", "called": "王奶奶", "address": "和平路8号", "born_in": 2199}}, "birth_year_invalid"),
        ({"title": ""}, "invalid"),
        ({"title": "a\x00b"}, "invalid"),
        ({"unknown": 1}, "invalid"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(asker, street, fields, code):
    assert refused(asker.post("/demands", demand_form(street, **fields))) == (422, code)
    assert _rows() == []


def test_a_grid_is_no_community_to_ask_in(asker, street):
    assert refused(asker.post("/demands", demand_form(street, community="和平第一网格"))) == (422, "not_a_community")


def test_the_community_publishes_and_places_and_shift_are_made(asker, officer, street):
    demand = asker.made("/demands", demand_form(street))
    when = window(starts_in=timedelta(hours=1))

    published = officer.made(f"/demands/{demand['id']}/publication", when | {"places": 3, "title": "看望一位老人"})

    assert (published["status"], published["places"], published["taken"], published["title"]) == ("published", 3, 0, "看望一位老人")
    assert place_count(published) == (0, 0)
    opening = db.session.get_one(Opening, UUID(published["opening_id"]))
    assert (opening.title, opening.claimant_kinds) == ("看望一位老人", ["team", "organisation", "person"])
    shift = db.session.scalars(select(Shift).where(Shift.opening_id == opening.id)).one()
    assert (str(shift.requester_person_id), shift.confirmers) == (asker.person_id, ["requester", "community"])
    assert (shift.grace_minutes, shift.area_path, shift.latitude) == (30, "639999001001", None)
    assert (shift.starts_at.isoformat(), shift.ends_at.isoformat()) == (when["starts_at"], when["ends_at"])


def test_a_service_at_a_place_keeps_where_it_is_and_a_home_visit_does_not(officer, street):
    place = {"latitude": 36.62, "longitude": 101.78}
    ribbon = officer.made("/demands", demand_form(street, brand="red_ribbon", places=20))
    visit = officer.made("/demands", demand_form(street))

    published = officer.made(f"/demands/{ribbon['id']}/publication", window() | place)
    shift = db.session.scalars(select(Shift).where(Shift.opening_id == UUID(published["opening_id"]))).one()
    assert (shift.latitude, shift.longitude, shift.radius_m) == (36.62, 101.78, 300)
    assert refused(officer.post(f"/demands/{visit['id']}/publication", window() | place)) == (422, "place_not_asked")
    assert refused(officer.post(f"/demands/{visit['id']}/publication", window() | {"latitude": 36.62})) == (422, "invalid")


def test_a_service_takes_place_within_the_bounds_of_the_district(officer, street):
    ribbon = officer.made("/demands", demand_form(street, brand="red_ribbon", places=20))
    path, place = f"/demands/{ribbon['id']}/publication", {"latitude": 36.62, "longitude": 101.78}
    swapped, outside = "经度和纬度似乎填反了", "位置不在服务范围内，请核对经纬度"
    wrong = {(0, 0): outside, (101.78, 36.62): swapped, (75.5, 36.62): swapped, (36.62, -101.78): outside, (-33.9, 151.2): outside}
    for (latitude, longitude), sentence in wrong.items():
        answer = officer.post(path, window() | {"latitude": latitude, "longitude": longitude})
        assert (refused(answer), answer.get_json()["errors"]) == ((422, "position_out_of_bounds"), {"latitude": [sentence]})
    before = services.current()
    narrow = Bounds(south=38.3, north=38.7, west=106.0, east=106.5)
    services.use(before.model_copy(update={"place": before.place.model_copy(update={"bounds": narrow})}))
    refusal = refused(officer.post(path, window() | place))
    published = officer.post(path, window() | {"latitude": 38.5, "longitude": 106.2})
    services.use(before)
    assert (refusal, published.status_code) == ((422, "position_out_of_bounds"), 200)


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ({"starts_in": timedelta(0), "lasts": timedelta(hours=12, seconds=1)}, "window_invalid"),
        ({"starts_in": timedelta(hours=2), "lasts": timedelta(hours=-1)}, "window_invalid"),
        ({"starts_in": timedelta(hours=-3), "lasts": timedelta(hours=2)}, "window_invalid"),
    ],
)
def test_a_window_that_cannot_be_is_refused(asker, officer, street, when, code):
    demand = asker.made("/demands", demand_form(street))

    assert refused(officer.post(f"/demands/{demand['id']}/publication", window(**when))) == (422, code)
    assert officer.seen(f"/demands/{demand['id']}")["status"] == "submitted"


def test_who_decides_on_a_demand(asker, officer, neighbour, phone_of, administrator, street):
    demand = asker.made("/demands", demand_form(street))
    path = f"/demands/{demand['id']}/publication"

    assert refused(phone_of().post(path, window())) == (404, "not_found")
    assert refused(neighbour.post(path, window())) == (404, "not_found")
    assert refused(asker.post(path, window())) == (403, "forbidden")
    assert refused(administrator(Role.DISTRICT_OFFICER, "639999").post(path, window())) == (403, "forbidden")
    assert refused(officer.post(f"/demands/{uuid4()}/publication", window())) == (404, "not_found")
    assert street.officer.post(path, window()).status_code == 200


def test_a_demand_is_published_once(asker, officer, street):
    demand = asker.made("/demands", demand_form(street))
    officer.made(f"/demands/{demand['id']}/publication", window())

    assert refused(officer.post(f"/demands/{demand['id']}/publication", window())) == (409, "demand_not_submitted")
    assert refused(officer.post(f"/demands/{demand['id']}/return", {"reason": "重复"})) == (409, "demand_not_submitted")
    assert refused(asker.post(f"/demands/{demand['id']}/withdrawal")) == (409, "demand_not_submitted")
    assert len(db.session.scalars(select(Shift.id)).all()) == 1


def test_the_community_returns_with_a_reason_that_the_requester_reads(asker, officer, street):
    demand = asker.made("/demands", demand_form(street))
    officer.made(f"/demands/{demand['id']}/return", {"reason": "请补充希望的时间"})

    seen = asker.seen(f"/demands/{demand['id']}")
    assert (seen["status"], seen["reason"]) == ("returned", "请补充希望的时间")
    assert refused(officer.post(f"/demands/{demand['id']}/return", {"reason": ""})) == (422, "invalid")


def test_what_was_returned_is_amended_and_keeps_number_and_history(asker, officer, street):
    demand = asker.made("/demands", demand_form(street, places=2))
    path = f"/demands/{demand['id']}"
    assert refused(asker.post(f"{path}/submission", {"places": 1})) == (409, "demand_not_returned")
    officer.made(f"{path}/return", {"reason": "请补充希望的时间"})
    assert refused(officer.post(f"{path}/submission", {"places": 1})) == (403, "forbidden"), "nobody words for who asked themself"
    assert refused(asker.post(f"{path}/submission", {"places": 11})) == (422, "too_many_places")

    again = asker.made(f"{path}/submission", {"details": "每周三上午，老人听力不好", "beneficiary": GRANDFATHER})

    assert (again["status"], again["number"], again["title"], again["places"]) == ("submitted", demand["number"], demand["title"], 2)
    assert (again["details"], again["called"], again["reason"]) == ("每周三上午，老人听力不好", "李爷爷", None)
    steps = [(step["from_status"], step["to_status"], step["reason"]) for step in asker.seen(f"{path}/steps")["items"]]
    assert steps == [("returned", "submitted", None), ("submitted", "returned", "请补充希望的时间"), (None, "submitted", None)]
    assert [line["id"] for line in officer.seen("/demands/in-care")["items"]] == [demand["id"]]
    assert kinds(officer).count("demand_submitted") == 2
    officer.made(f"{path}/return", {"reason": "请说明几点"})
    assert asker.made(f"{path}/withdrawal")["status"] == "withdrawn"


def test_who_wrote_a_demand_down_amends_it(asker, officer, street):
    """In the service of the community, for a resident or for nobody; what the resident asked for themself is theirs."""
    worker = street.home.grid_worker
    for whose in (worker.made("/demands", demand_form(street)), officer.made("/demands", _for(asker, street))):
        officer.made(f"/demands/{whose['id']}/return", {"reason": "请补充希望的时间"})
        assert worker.made(f"/demands/{whose['id']}/submission", {"title": "每周三看望一次"})["title"] == "每周三看望一次"
    officer.made(f"/demands/{whose['id']}/return", {"reason": "请说明几点"})
    assert asker.made(f"/demands/{whose['id']}/submission", {})["status"] == "submitted"


def _for(asker, street):
    return demand_form(street, beneficiary=GRANDFATHER, requester_person_id=asker.person_id)


def test_the_requester_withdraws_before_publication_and_nobody_else(asker, officer, phone_of, street):
    demand = asker.made("/demands", demand_form(street))
    path = f"/demands/{demand['id']}/withdrawal"

    assert refused(officer.post(path)) == (403, "forbidden")
    assert refused(street.home.grid_worker.post(path)) == (403, "forbidden")
    assert refused(phone_of().post(path)) == (404, "not_found")
    assert asker.made(path)["status"] == "withdrawn"
    assert refused(officer.post(f"/demands/{demand['id']}/publication", window())) == (409, "demand_not_submitted")


def test_calling_a_demand_off_releases_its_claims_and_cancels_its_shift(officer, leader, street):
    demand = published_demand(officer, street, places=2)
    claim = claimed(leader, demand, team_led_by(leader, street))

    cancelled = officer.made(f"/demands/{demand['id']}/cancellation", {"reason": "老人住院"})

    assert cancelled["status"] == "cancelled"
    assert leader.seen(f"/claims/{claim['id']}")["status"] == "released"
    assert place_count(demand) == (0, 0)
    assert db.session.scalars(select(Shift.status)).all() == ["cancelled"]
    assert refused(leader.post("/claims", {"role_id": demand["role_id"], "team_id": claim["claimant_id"]})) == (409, "opening_closed")
    assert refused(officer.post(f"/demands/{demand['id']}/cancellation", {"reason": "再次"})) == (409, "demand_not_published")
    assert leader.get(f"/demands/{demand['id']}").status_code == 404  # what was called off concerns only its community


def test_a_demand_that_is_not_published_is_neither_called_off_nor_completed(asker, officer, street):
    demand = asker.made("/demands", demand_form(street))

    assert refused(officer.post(f"/demands/{demand['id']}/cancellation", {"reason": "不需要"})) == (409, "demand_not_published")
    assert refused(officer.post(f"/demands/{demand['id']}/completion")) == (409, "demand_not_published")


def test_only_a_counting_service_completes_a_demand(asker, officer, leader, street):
    demand = published_demand(officer, street, by=asker)
    path = f"/demands/{demand['id']}/completion"

    assert refused(officer.post(path)) == (409, "no_counting_service")
    with transaction():
        opening = db.session.get_one(Opening, UUID(demand["opening_id"]))
        record = make_record(make_person(area(street)), area(street), "door_knock", minutes=47, opening=opening)
    assert refused(officer.post(path)) == (409, "no_counting_service")
    with transaction():
        confirm(record)
    assert refused(leader.post(path)) == (403, "forbidden")
    assert asker.made(path)["status"] == "completed"
    assert refused(officer.post(path)) == (409, "demand_not_published")
    body = {"role_id": demand["role_id"], "team_id": team_led_by(leader, street)}
    assert refused(leader.post("/claims", body)) == (409, "opening_closed")


def test_every_step_is_written_down(asker, officer, street):
    demand = published_demand(officer, street, by=asker)
    officer.made(f"/demands/{demand['id']}/cancellation", {"reason": "老人住院"})

    demand_id = UUID(demand["id"])
    steps = db.session.execute(
        select(DemandChange.from_status, DemandChange.to_status, DemandChange.reason)
        .where(DemandChange.demand_id == demand_id)
        .order_by(DemandChange.id)
    ).all()
    assert [tuple(step) for step in steps] == [
        (None, "submitted", None),
        ("submitted", "published", None),
        ("published", "cancelled", "老人住院"),
    ]
    events = select(OutboxEvent.name).where(OutboxEvent.subject_id == demand_id).order_by(OutboxEvent.id)
    assert db.session.scalars(events).all() == ["demand.submitted", "demand.published", "demand.cancelled"]
    acts = select(AuditEntry.action, AuditEntry.account_id).where(AuditEntry.subject_id == demand_id).order_by(AuditEntry.id)
    assert [tuple(act) for act in db.session.execute(acts)] == [
        ("demand.submit", UUID(asker.account_id)),
        ("demand.review", UUID(officer.account_id)),
        ("demand.cancel", UUID(officer.account_id)),
    ]


def test_the_same_submission_asks_once(asker, street):
    form = demand_form(street)

    first, second = (asker.post("/demands", form, key="the-same-key") for _ in range(2))

    assert (first.status_code, second.status_code, first.data) == (201, 201, second.data)
    assert len(_rows()) == 1
    assert refused(asker.post("/demands", form | {"title": "另一件事"}, key="the-same-key")) == (422, "idempotency_key_reused")
