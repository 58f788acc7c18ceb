"""附近的服务需求: what takes place around somebody, the nearest first. Where they are stands in no address and is kept nowhere."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from backend.attendance.models import Shift
from backend.foundation.database import db, transaction
from tests.support.demands import demand_form, published_demand, window
from tests.support.phone import refused

HERE = {"latitude": 38.4872, "longitude": 106.2309}
NEAR, FAR, AWAY = 38.4920, 38.5050, 38.8000  # 0.5, 2 and 35 km to the north


@pytest.fixture
def places(street):
    """Demands at these places, by their latitude, and a visit at a home."""
    officer = street.home.officer

    def made(latitude: float, **when: timedelta) -> str:
        demand = officer.made("/demands", demand_form(street, brand="red_ribbon", title=f"清扫{latitude}"))
        place = {"latitude": latitude, "longitude": HERE["longitude"], "places": 1}
        officer.made(f"/demands/{demand['id']}/publication", window(**when) | place)
        return demand["id"]

    published_demand(officer, street)
    return {latitude: made(latitude) for latitude in (FAR, AWAY, NEAR)} | {"soon over": made(NEAR, lasts=timedelta(minutes=20))}


def nearby(phone, **asked):
    return phone.made("/demands/nearby", HERE | asked)


def test_what_takes_place_around_somebody_is_listed_the_nearest_first(street, places, pass_time):
    anybody = street.phone()
    found = nearby(anybody)["items"]
    assert [(line["id"], line["distance_m"]) for line in found] == [
        *((demand_id, 600) for demand_id in sorted([places[NEAR], places["soon over"]])),
        (places[FAR], 2000),
    ]
    pass_time(minutes=30)
    assert [line["id"] for line in nearby(anybody)["items"]] == [places[NEAR], places[FAR]], "what is over is none"
    assert [line["id"] for line in nearby(anybody, within_m=599)["items"]] == [places[NEAR]], "what is told rounded is found as it lies"
    assert [line["id"] for line in nearby(anybody, within_m=50_000)["items"]] == [places[NEAR], places[FAR], places[AWAY]]
    assert [line["id"] for line in nearby(anybody, q=str(FAR))["items"]] == [places[FAR]]
    assert nearby(anybody, brand="door_knock", within_m=50_000)["items"] == []

    seen, cursor = [], {}
    while True:
        page = nearby(anybody, within_m=50_000, limit=1, **cursor)
        seen += [line["id"] for line in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == [places[NEAR], places[FAR], places[AWAY]]

    swapped = anybody.post("/demands/nearby", {"latitude": HERE["longitude"], "longitude": HERE["latitude"]})
    assert (refused(swapped), swapped.get_json()["detail"]) == ((422, "position_out_of_bounds"), "经度和纬度似乎填反了")
    assert refused(anybody.post("/demands/nearby", HERE | {"cursor": "x"})) == (400, "cursor_invalid")
    beyond = json.dumps([2**31, places[NEAR]]).encode()
    assert nearby(anybody, cursor=urlsafe_b64encode(beyond).rstrip(b"=").decode())["items"] == []


def test_the_places_are_found_by_their_index(street, places):
    very_many_far_away()
    sent = []

    def note(_connection, _cursor, statement, parameters, *_):
        if "distance_m" in statement:
            sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    nearby(street.phone())
    event.remove(db.engine, "before_cursor_execute", note)
    ((statement, parameters),) = sent
    with db.engine.connect() as connection:
        assert "ix_shifts_place" in "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())


def very_many_far_away():
    """Shifts like that of (`AWAY`), farther away."""
    anew = {"id": "gen_random_uuid()", "opening_id": "gen_random_uuid()", "latitude": "latitude + turn / 1000.0"}
    names = [column.name for column in Shift.__table__.columns if column.computed is None]
    values = ", ".join(anew.get(name, name) for name in names)
    copied = f"INSERT INTO shifts ({', '.join(names)}) SELECT {values} FROM shifts, generate_series(1, 5000) turn WHERE latitude = :away"  # noqa: S608
    with transaction():
        db.session.execute(text("SET LOCAL session_replication_role = replica"))  # they have no openings
        db.session.execute(text(copied), {"away": AWAY})
        db.session.execute(text("ANALYZE shifts"))
