"""Areas: the tree by statistical code, what a phone picks from, and when one goes out of use."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from backend.areas import queries
from backend.areas import service as areas
from backend.areas.models import Area, Level
from backend.areas.service import AreaCodeInvalid, AreaCodeTaken, AreaHasParts, AreaUnknown, AreaWithdrawn, NotACommunity
from backend.foundation import clock
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from tests.support.people import volunteer_form
from tests.support.phone import refused


def names(client, **query) -> list[str]:
    return [area["name"] for area in client.get("/api/v1/areas", query_string=query).get_json()["items"]]


def test_a_phone_picks_its_way_down_the_tree_without_a_login(client, street):
    assert names(client) == ["测试区"]
    assert names(client, parent_id=street["测试区"]) == ["青山街道", "绿水街道"]
    assert names(client, parent_id=street["青山街道"]) == ["和平社区", "团结社区"]
    assert names(client, parent_id=street["和平社区"]) == ["和平第一网格"]
    assert names(client, parent_id=str(uuid4())) == []
    assert names(client, q="和平") == ["和平社区", "和平第一网格"]
    assert names(client, q="99001002") == names(client, q="团结", level="community") == ["团结社区"]
    assert names(client, q="和平", level="grid") == names(client, q="网格", parent_id=street["和平社区"]) == ["和平第一网格"]
    assert names(client, q="没有") == names(client, q="网格", parent_id=street["青山街道"]) == []


def test_the_whole_tree_comes_in_one_answer_and_again_only_once_it_changed(client, street):
    first = client.get("/api/v1/areas/tree")
    codes = [area["code"] for area in first.get_json()["items"]]
    assert codes == sorted(codes)
    assert {area["name"] for area in first.get_json()["items"]} >= {"青山街道", "和平社区", "团结社区"}
    assert {area["level"] for area in first.get_json()["items"]} == {"district", "street", "community"}
    have = {"If-None-Match": first.headers["ETag"]}
    again = client.get("/api/v1/areas/tree", headers=have)
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "private, no-cache"

    below = client.get("/api/v1/areas/tree", query_string={"parent_id": street["和平社区"], "grids": "true"}).get_json()["items"]
    assert below[0]["name"] == "和平社区"
    assert {area["level"] for area in below[1:]} <= {"grid"}
    with transaction():
        areas.withdraw_area(UUID(street["团结社区"]), now=clock.now())
    changed = client.get("/api/v1/areas/tree", headers=have)
    assert (changed.status_code, "团结社区" in changed.text) == (200, False)


def test_a_tree_of_more_than_one_answer_holds_is_asked_for_in_parts(client, street, monkeypatch):
    monkeypatch.setattr(queries, "MOST_IN_TREE", 2)
    assert refused(client.get("/api/v1/areas/tree")) == (422, "areas_too_many")
    part = client.get("/api/v1/areas/tree", query_string={"parent_id": street["和平社区"]})
    assert [area["name"] for area in part.get_json()["items"]] == ["和平社区"]
    assert refused(client.get("/api/v1/areas/tree", query_string={"parent_id": str(uuid4())})) == (404, "not_found")


def test_the_list_turns_pages(client, street):
    first = client.get("/api/v1/areas", query_string={"parent_id": street["青山街道"], "limit": 1}).get_json()

    assert [area["code"] for area in first["items"]] == ["639999001001"]
    assert names(client, parent_id=street["青山街道"], cursor=first["next_cursor"]) == ["团结社区"]
    assert refused(client.get("/api/v1/areas", query_string={"parent_id": "x"})) == (422, "invalid")
    assert refused(client.get("/api/v1/areas", query_string={"cursor": "x"})) == (400, "cursor_invalid")


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("639999003", Level.STREET),
        ("639999003001", Level.STREET),
        ("639999000000", Level.STREET),
        ("639999001000", Level.COMMUNITY),
        ("639999001001", Level.GRID),
        ("639999001001000", Level.GRID),
        ("63999900300a", Level.COMMUNITY),
        ("６３９９９９００３００１", Level.COMMUNITY),
        ("", Level.DISTRICT),
    ],
)
def test_a_code_fits_its_level(street, code, level):
    with pytest.raises(AreaCodeInvalid), transaction():
        areas.add_area(code=code, level=level, name="错误", now=clock.now())


def test_an_area_lies_in_one_that_is_there_and_in_use(street):
    with pytest.raises(AreaUnknown), transaction():
        areas.add_area(code="639999009001", level=Level.COMMUNITY, name="无街道", now=clock.now())
    with transaction():
        areas.withdraw_area(UUID(street["团结社区"]), now=clock.now())
    with pytest.raises(AreaUnknown), transaction():
        areas.add_area(code="639999001002001", level=Level.GRID, name="撤销社区的网格", now=clock.now())


def test_a_code_stands_once_also_after_its_area_is_withdrawn(street):
    with transaction():
        areas.withdraw_area(UUID(street["团结社区"]), now=clock.now())

    with pytest.raises(AreaCodeTaken), transaction():
        areas.add_area(code="639999001002", level=Level.COMMUNITY, name="重复", now=clock.now())


def test_what_is_withdrawn_is_offered_no_more_and_takes_nobody_in(client, street, phone_of):
    with transaction():
        areas.withdraw_area(UUID(street["团结社区"]), now=clock.now())

    assert names(client, parent_id=street["青山街道"]) == ["和平社区"]
    assert refused(phone_of("zhang").post("/volunteers", volunteer_form(street, community="团结社区"))) == (422, "not_a_community")
    with pytest.raises(AreaWithdrawn), transaction():
        areas.withdraw_area(UUID(street["团结社区"]), now=clock.now())


def test_a_whole_is_not_withdrawn_before_its_parts(street):
    for name in ("青山街道", "和平社区"):
        with pytest.raises(AreaHasParts), transaction():
            areas.withdraw_area(UUID(street[name]), now=clock.now())


def test_only_a_community_becomes_a_pilot(client, street):
    with transaction():
        areas.designate_pilot(UUID(street["和平社区"]), since=date(2023, 3, 1), now=clock.now())

    found = client.get("/api/v1/areas", query_string={"parent_id": street["青山街道"]}).get_json()["items"]
    assert [area["pilot_since"] for area in found] == ["2023-03-01", None]
    with pytest.raises(NotACommunity), transaction():
        areas.designate_pilot(UUID(street["青山街道"]), since=date(2023, 3, 1), now=clock.now())


def test_every_change_stands_in_the_audit_log(street):
    area_id = UUID(street["团结社区"])
    with transaction():
        areas.rename_area(area_id, "团结新村社区", now=clock.now())
        areas.designate_pilot(area_id, since=date(2023, 3, 1), now=clock.now())
        areas.withdraw_area(area_id, now=clock.now())

    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == area_id).order_by(AuditEntry.id)).all()
    assert actions == ["area.add", "area.rename", "area.designate_pilot", "area.withdraw"]
    assert db.session.get_one(Area, area_id).name == "团结新村社区"
    with pytest.raises(AreaUnknown), transaction():
        areas.rename_area(uuid4(), "没有", now=clock.now())
