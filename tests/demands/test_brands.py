"""A brand is a block of the catalogue: a new one needs no code, and a wrong one stops the start with its line named."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from backend import brands
from backend.attendance.models import Shift
from backend.foundation import clock, outbox
from backend.foundation.catalogues import CatalogueInvalid
from backend.foundation.database import db, transaction
from backend.openings.models import Opening
from config.settings import CONFIG_FOLDER
from tests.support.demands import area, claimed, demand_form, organisation_of, published_demand, resident, team_led_by, window
from tests.support.phone import refused
from tests.support.served import confirm, make_person, make_record

REPAIR = """
[[brand]]
code = "small_repair"
name = "小修小补"
summary = "换灯泡、修水龙头"
content = "上门换灯泡、修水龙头"
needs_beneficiary = false
role_name = "师傅"
most_places = 1
claimant_kinds = ["team"]
longest_window_hours = 3
grace_minutes = 10
confirmers = ["community"]
completion = "first_confirmed_service"
radius_m = 50
"""


@pytest.fixture
def fourth_brand(app, tmp_path):
    catalogue = tmp_path / "brands.toml"
    catalogue.write_text((CONFIG_FOLDER / "brands.toml").read_text() + REPAIR)
    before = brands.current()
    brands.use(brands.read(catalogue))
    yield
    brands.use(before)


@pytest.mark.usefixtures("fourth_brand")
def test_a_fourth_brand_works_from_end_to_end_without_a_change_of_code(officer, asker, leader, phone_of, street):
    assert [line["code"] for line in leader.seen("/brands")["items"]][-1] == "small_repair"
    too_many = asker.post("/demands", demand_form(street, brand="small_repair", places=2))
    assert refused(too_many) == (422, "too_many_places")
    demand = published_demand(officer, street, by=asker, brand="small_repair")

    staff = resident(phone_of, street)
    answer = staff.post("/claims", {"role_id": demand["role_id"], "organisation_id": organisation_of(staff, street)})
    assert refused(answer) == (409, "claimant_not_allowed")
    assert claimed(leader, demand, team_led_by(leader, street))["status"] == "held"
    shift = db.session.scalars(select(Shift)).one()
    assert (shift.brand, shift.grace_minutes, shift.confirmers) == ("small_repair", 10, ["community"])

    with transaction():
        opening = db.session.get_one(Opening, UUID(demand["opening_id"]))
        confirm(make_record(make_person(area(street)), area(street), "small_repair", minutes=20, opening=opening))
    outbox.deliver_batch("demands", now=clock.now())
    assert officer.seen(f"/demands/{demand['id']}")["status"] == "completed"


def test_without_its_block_the_brand_is_unknown(asker, officer, street):
    assert refused(asker.post("/demands", demand_form(street, brand="small_repair"))) == (422, "brand_unknown")


def test_the_longest_window_is_the_brands_own(fourth_brand, officer, asker, street):
    demand = asker.made("/demands", demand_form(street, brand="small_repair"))
    when = window()

    answer = officer.post(f"/demands/{demand['id']}/publication", when | {"ends_at": when["ends_at"].replace("+00:00", "-03:00")})
    assert refused(answer) == (422, "window_invalid")
    assert officer.post(f"/demands/{demand['id']}/publication", when).status_code == 200


def test_a_home_visit_that_nobody_is_asked_about_stops_the_start(tmp_path: Path):
    catalogue = tmp_path / "brands.toml"
    catalogue.write_text((CONFIG_FOLDER / "brands.toml").read_text().replace("asks_first = true", "asks_first = false", 1))

    with pytest.raises(CatalogueInvalid, match="须先经社区同意"):
        brands.read(catalogue)


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ('claimant_kinds = ["team"]', 'claimant_kinds = ["passer_by"]', "claimant_kinds"),
        ("most_places = 1", "most_places = 0", "most_places"),
        ("most_places = 1", "most_places = 2", "most_places 应为 1"),
        ('confirmers = ["community"]', 'confirmers = ["requester"]', "须包含 community"),
        ('confirmers = ["community"]', 'confirmers = ["community", "community"]', "重复"),
        ("longest_window_hours = 3", "longest_window_hours = 24", "不能超过一天"),
        ("needs_beneficiary = false", "needs_beneficiary = true", "不登记坐标"),
        ('code = "small_repair"', 'code = "Small Repair"', "code"),
        ('code = "small_repair"', 'code = "door_knock"', "有两个品牌"),
        ("radius_m = 50", "radius_m = 50\ncolour = 'red'", "colour"),
        ("radius_m = 50", "radius_m = 50\ndays = { offered = 6, neighbours = 6 }", "应一个比一个晚"),
        ("radius_m = 50", "radius_m = 50\noffered_to = ['choir']", "offered_to"),
        ("grace_minutes = 10", "grace_minutes = ", "brands.toml"),
    ],
)
def test_a_wrong_block_stops_the_start_and_says_where(tmp_path: Path, wrong, right, says):
    catalogue = tmp_path / "brands.toml"
    catalogue.write_text((CONFIG_FOLDER / "brands.toml").read_text() + REPAIR.replace(wrong, right))

    with pytest.raises(CatalogueInvalid, match=says) as refusal:
        brands.read(catalogue)

    assert " 行，" in str(refusal.value) or "at line" in str(refusal.value)  # the latter says the reader of TOML


def test_a_wrong_value_is_named_with_its_own_line(tmp_path: Path):
    text = (CONFIG_FOLDER / "brands.toml").read_text() + REPAIR.replace("most_places = 1", "most_places = 0")
    (tmp_path / "brands.toml").write_text(text)
    line = text.splitlines().index("most_places = 0") + 1

    with pytest.raises(CatalogueInvalid, match=f"brands.toml 第 {line} 行，brand.3.most_places"):
        brands.read(tmp_path / "brands.toml")


def test_no_brand_is_named_outside_the_catalogue(project_root: Path):
    codes = list(brands.read(CONFIG_FOLDER / "brands.toml"))
    folders = ("backend", "web", "miniprogram_api", "console", "tasks")
    sources = [path for folder in folders for path in (project_root / folder).rglob("*.py")]

    named = {
        path.name for path in sources for code in codes if f'"{code}"' in path.read_text() and not {"schemas", "inputs"} & set(path.parts)
    }

    assert named == set()  # the examples of shapes show one
