"""The year-end workbook, opened again: its figures are those of the table, and it looks as the office is used to."""

import io
import re
import tomllib
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import text

from backend.areas import service as areas
from backend.areas.models import Area
from backend.foundation import clock, outbox
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.statistics import queries, workbook
from backend.statistics.measures import MEASURES
from config.settings import CONFIG_FOLDER
from tasks import jobs as task
from tests.statistics.histories import YEAR, History
from tests.support.phone import Phone, refused
from tests.support.served import confirm, make_person, make_record

STREET = "639999001"
COUNTS, BY_CATEGORY, BY_BRAND, BY_MONTH, DEFINITIONS = "分社区统计", "分类别统计", "分品牌统计", "分月统计", "指标口径"
DISTINCT = ("distinct_flow", "distinct_stock")
FIRST_ROW = 5


def hear_everything() -> None:
    while outbox.deliver_batch("statistics", now=clock.now()):
        pass


def exported(street_officer: Phone, area_id: str, year: int = YEAR) -> bytes:
    """The workbook, as an administrator gets it."""
    job = street_officer.made("/exports/year-end", {"year": year, "area_id": area_id})
    task.run()
    assert street_officer.seen(f"/jobs/{job['id']}")["state"] == "done"
    return street_officer.get(f"/jobs/{job['id']}/file").get_data()


def opened(content: bytes, *, formulas: bool = False) -> Workbook:
    return load_workbook(io.BytesIO(content), data_only=not formulas)


def headings(sheet: Worksheet) -> dict[tuple[str, str], int]:
    """Heading and heading under it → column."""
    found, group = {}, ""
    for column in range(1, sheet.max_column + 1):
        group = sheet.cell(3, column).value or group
        found[group, sheet.cell(4, column).value or ""] = column
    return found


def column_of(sheet: Worksheet, *words: str) -> int:
    """The column whose headings hold these words, whatever mark and unit follow."""
    plain = {tuple(part.split("（")[0].strip().rstrip("※") for part in key): column for key, column in headings(sheet).items()}
    [found] = {column for key, column in plain.items() if key[-len(words) :] == words}
    return found


def named_column(sheet: Worksheet, figure: dict[str, Any]) -> int:
    """The column of an indicator in the sheet of counts: its full name, mark and unit."""
    mark = "※" if figure["kind"] in DISTINCT else ""
    [found] = [column for (_, name), column in headings(sheet).items() if name == f"{figure['name']}{mark}\n（{figure['unit']}）"]
    return found


def down(sheet: Worksheet, column: int, rows: int) -> list[Any]:
    return [sheet.cell(row, column).value for row in range(FIRST_ROW, FIRST_ROW + rows)]


@pytest.fixture
def year_passed(street) -> None:
    """A year in which much happened, and was counted."""
    random = Random(2027)
    with transaction():
        history = History(random)
        for _ in range(700):
            history.go_on()
    hear_everything()


@pytest.mark.usefixtures("year_passed")
def test_every_figure_of_every_community_is_the_tables(street_officer, street):
    table = street_officer.seen(f"/figures/{YEAR}", area_id=street["青山街道"])
    sheets = opened(exported(street_officer, street["青山街道"]))
    counts = sheets[COUNTS]

    assert down(counts, 2, 3) == ["和平社区", "团结社区", "合计"]
    assert down(counts, 3, 2) == ["639999001001", "639999001002"]
    empty = []
    for figure in table["figures"]:
        told = [*(community["value"] for community in figure["communities"]), figure["value"]]
        assert down(counts, named_column(counts, figure), 3) == told, figure["code"]
        empty += [] if any(told) else [figure["code"]]
    assert empty == [], "a figure that stayed 0 all year proves nothing"


@pytest.mark.usefixtures("year_passed")
def test_every_part_of_every_community_is_the_tables(street_officer, street):
    table = street_officer.seen(f"/figures/{YEAR}", area_id=street["青山街道"])
    sheets = opened(exported(street_officer, street["青山街道"]))
    shown = 0
    for figure in (figure for figure in table["figures"] if figure["parts"]):
        sheet = sheets[BY_CATEGORY if figure["code"] in ("teams", "volunteers_in_teams", "team_memberships") else BY_BRAND]
        mark = "※" if figure["kind"] in DISTINCT else ""
        columns = headings(sheet)
        for name, part in [("小计", figure), *((part["name"], part) for part in figure["parts"])]:
            told = [*(community["value"] for community in part["communities"]), part["value"]]
            assert down(sheet, columns[f"{figure['name']}{mark}（{figure['unit']}）", name], 3) == told, (figure["code"], name)
            shown += 1
    assert shown == sum(1 + len(figure["parts"]) for figure in table["figures"] if figure["parts"]) > 20


@pytest.mark.usefixtures("year_passed")
def test_every_month_is_the_tables(street_officer, street):
    table = street_officer.seen(f"/figures/{YEAR}", area_id=street["青山街道"])
    sheet = opened(exported(street_officer, street["青山街道"]))[BY_MONTH]
    expected = [
        (name, line) for figure in table["figures"] for name, line in [(figure["name"], figure), *((p["name"], p) for p in figure["parts"])]
    ]
    for row, (name, line) in enumerate(expected, start=FIRST_ROW):
        assert sheet.cell(row, 2).value.removeprefix("　其中：").rstrip("※") == name
        assert [sheet.cell(row, column).value for column in range(5, 17)] == line["months"], name
        assert sheet.cell(row, 17).value == line["value"], name


@pytest.mark.usefixtures("year_passed")
def test_total_is_a_formula_where_it_is_a_sum_and_shows_its_value(street_officer, street):
    table = street_officer.seen(f"/figures/{YEAR}", area_id=street["青山街道"])
    content = exported(street_officer, street["青山街道"])
    formulas, values = opened(content, formulas=True)[COUNTS], opened(content)[COUNTS]
    for figure in table["figures"]:
        column = named_column(formulas, figure)
        total = formulas.cell(7, column)
        if figure["kind"] in DISTINCT:
            assert total.data_type == "n", figure["code"]
        else:
            letter = total.column_letter
            assert total.value == f"=SUM({letter}5:{letter}6)"
            assert values.cell(7, column).value == pytest.approx(sum(down(values, column, 2)), abs=1e-9)


def test_total_of_distinct_figures_is_no_formula_even_where_it_happens_to_be_the_sum(street_officer, street):
    counts = opened(exported(street_officer, street["青山街道"]), formulas=True)[COUNTS]
    kinds = {name: counts.cell(7, column).data_type for (_, name), column in headings(counts).items() if name}
    assert {kind for name, kind in kinds.items() if "※" in name} == {"n"}
    assert {kind for name, kind in kinds.items() if "※" not in name} == {"f"}


def test_person_who_serves_in_two_communities_counts_once_in_the_total_and_the_sheet_says_so(street_officer, street):
    with transaction():
        peace, unity = (db.session.get_one(Area, UUID(street[name])) for name in ("和平社区", "团结社区"))
        person = make_person(peace)
        for area, minutes in ((peace, 47), (unity, 61)):
            confirm(make_record(person, area, "door_knock", minutes=minutes, day=date(YEAR, 5, 4)))
    hear_everything()

    content = exported(street_officer, street["青山街道"])
    counts = opened(content)[COUNTS]
    assert down(counts, column_of(counts, "参与服务的其他未注册人员"), 3) == [1, 1, 1]
    assert down(counts, column_of(counts, "志愿服务时长"), 3) == [0.7, 1.0, 1.7]
    assert counts.cell(5, column_of(counts, "志愿服务时长")).number_format == "0.0"
    assert counts.cell(5, column_of(counts, "参与服务的其他未注册人员")).number_format == "0"
    notes = [cell.value for cell in counts["A"] if cell.value and "※" in cell.value]
    assert any("按人去重" in note and "不是各项之和" in note for note in notes)
    assert "参与服务的其他未注册人员※\n（人）" in {counts.cell(4, column).value for column in range(1, counts.max_column + 1)}


def test_workbook_has_the_form_of_the_office(street_officer, street):
    sheets = opened(exported(street_officer, street["青山街道"]))
    assert sheets.sheetnames == [COUNTS, BY_CATEGORY, BY_BRAND, BY_MONTH, DEFINITIONS]
    assert sheets[COUNTS]["A1"].value == "青山街道2023年度志愿服务统计表"
    assert [cell.value for cell in sheets[COUNTS][2] if cell.value][2] == "单位：个、人、人次、件、小时、分、家"
    for sheet in sheets:
        assert sheet["A1"].value.startswith("青山街道2023年度")
        assert (sheet["A1"].font.name, sheet["A1"].alignment.horizontal) == ("方正小标宋简体", "center")
        imprint = [cell.value for cell in sheet[2] if cell.value]
        assert imprint[0] == "填报单位（盖章）：青山街道"
        assert imprint[1] == "统计截止：2023年12月31日"
        assert imprint[2].startswith("单位：")
        assert sheet["A3"].font.name == "黑体"
        assert sheet["A3"].fill.fgColor.rgb == "FFD9D9D9"
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$3:$4"
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes.endswith("5")
        assert sheet.oddFooter.center.text == "第 &P 页　共 &N 页"
        foot = [cell.value for cell in sheet["A"] if cell.value]
        assert all(word in foot[-5] for word in ("单位负责人", "审核人", "填表人", "联系电话", "填报日期"))
        assert foot[-4].startswith("说明：1.")
        assert all(word in foot[-1] for word in ("数据截至：", "导出：账号street_officer-", "数据版本："))


def test_each_indicator_of_the_catalogue_is_defined(street_officer, street):
    sheet = opened(exported(street_officer, street["青山街道"]))[DEFINITIONS]
    catalogue = tomllib.loads((CONFIG_FOLDER / "indicators.toml").read_text(encoding="utf-8"))["indicator"]
    period = {"flow": "年内流量", "stock": "期末存量", "distinct_flow": "年内流量", "distinct_stock": "期末存量"}
    for row, indicator in enumerate(catalogue, start=FIRST_ROW):
        counting = "按人去重" if indicator["kind"] in DISTINCT else "数量相加" if indicator.get("sums") == "quantity" else "逐条累计"
        assert [sheet.cell(row, column).value for column in (2, 3, 4, 5, 6, 8)] == [
            indicator["name"],
            indicator["unit"],
            period[indicator["kind"]],
            counting,
            indicator["definition"],
            MEASURES[indicator["measure"]].source,
        ]
    assert sheet.cell(FIRST_ROW + len(catalogue), 1).value.startswith("单位负责人")
    assert all(re.fullmatch("[一-龥、]+", measure.source) for measure in MEASURES.values()), "an office reads it"


def test_months_to_come_are_dashes_and_months_without_anything_zeros(street_officer, street):
    now = clock.shanghai_day(clock.now())
    sheet = opened(exported(street_officer, street["青山街道"], year=now.year))[BY_MONTH]
    assert [sheet.cell(FIRST_ROW, column).value for column in range(5, 17)] == [0] * now.month + ["—"] * (12 - now.month)
    assert [cell.value for cell in sheet[2] if cell.value][1] == f"统计截止：{now.year}年{now.month}月{now.day}日"


def test_name_that_begins_like_a_formula_stays_text(street_officer, street):
    with transaction():
        areas.rename_area(UUID(street["和平社区"]), "=HYPERLINK(1)", now=clock.now())
    name = opened(exported(street_officer, street["青山街道"]), formulas=True)[COUNTS]["B5"]
    assert (name.value, name.data_type) == ("=HYPERLINK(1)", "s")
    assert name.quotePrefix


def test_same_figures_give_the_same_bytes_and_other_figures_another_version(street):
    def written(year: int) -> tuple[bytes, str]:
        figures = queries.year_figures(Actor.system(), year, UUID(street["青山街道"]), now=NOW)
        return workbook.write(figures, exporter="测试", report=lambda done, total: None), workbook.version_of(figures)  # noqa: ARG005

    NOW = clock.now()  # noqa: N806 - one instant for all
    first, again = written(YEAR), written(YEAR)
    assert first == again
    assert written(YEAR - 1)[1] != first[1]
    with transaction():
        area = db.session.get_one(Area, UUID(street["和平社区"]))
        confirm(make_record(make_person(area), area, "door_knock", minutes=60, day=date(YEAR, 5, 4)))
    hear_everything()
    assert written(YEAR)[1] != first[1]


def test_file_is_named_as_the_office_does(street_officer, street):
    job = street_officer.made("/exports/year-end", {"year": YEAR, "area_id": street["青山街道"]})
    assert (job["state"], job["kind"]) == ("queued", "year_end_workbook")
    task.run()
    name = street_officer.seen(f"/jobs/{job['id']}")["file_name"]
    stamp = (clock.now() + timedelta(hours=8)).strftime("%Y%m%d")
    assert name.startswith(f"青山街道_志愿服务统计表_2023年度_{stamp}")
    assert name.endswith(".xlsx")


def test_community_officer_exports_their_own_community_only(officer, street):
    counts = opened(exported(officer, street["和平社区"]))[COUNTS]
    assert counts["A1"].value == "和平社区2023年度志愿服务统计表"
    assert down(counts, 2, 2) == ["和平社区", "合计"]
    for other in ("团结社区", "青山街道", "向阳社区"):
        assert refused(officer.post("/exports/year-end", {"year": YEAR, "area_id": street[other]})) == (404, "not_found")


def test_district_lists_the_communities_of_all_its_streets(administrator, street):
    counts = opened(exported(administrator(Role.DISTRICT_OFFICER, "639999"), street["测试区"]))[COUNTS]
    assert down(counts, 2, 4) == ["和平社区", "团结社区", "向阳社区", "合计"]


def test_who_looks_after_no_area_exports_nothing(phone_of, street, street_officer):
    for somebody in (phone_of("resident"),):
        assert refused(somebody.post("/exports/year-end", {"year": YEAR, "area_id": street["青山街道"]})) == (404, "not_found")
    assert refused(street_officer.post("/exports/year-end", {"year": YEAR, "area_id": str(new_id())})) == (404, "not_found")
    assert refused(street_officer.post("/exports/year-end", {"year": YEAR, "area_id": street["和平第一网格"]})) == (404, "not_found")
    assert db.session.scalar(text("SELECT count(*) FROM jobs")) == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [({"year": 2199}, 422, "year_not_begun"), ({"year": "2023"}, 422, "invalid"), ({"year": 1999}, 422, "invalid"), ({}, 422, "invalid")],
)
def test_year_that_cannot_be_is_refused_and_nothing_queued(street_officer, street, body, status, code):
    assert refused(street_officer.post("/exports/year-end", {**body, "area_id": street["青山街道"]})) == (status, code)
    assert db.session.scalar(text("SELECT count(*) FROM jobs")) == 0


def test_repeat_of_a_request_asks_once(street_officer, street):
    body = {"year": YEAR, "area_id": street["青山街道"]}
    first = street_officer.post("/exports/year-end", body, key="same-key-0001")
    again = street_officer.post("/exports/year-end", body, key="same-key-0001")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.get_data() == again.get_data()
    assert db.session.scalar(text("SELECT count(*) FROM jobs")) == 1


def test_export_and_its_fetching_are_audited_without_personal_data(street_officer, street):
    exported(street_officer, street["青山街道"])
    rows = db.session.execute(text("SELECT account_id, details FROM audit_entries WHERE action = 'figures.export' ORDER BY at, id")).all()
    assert [(str(row.account_id), row.details) for row in rows] == [
        (street_officer.account_id, {"kind": "year_end_workbook", "area_path": STREET}),
        (street_officer.account_id, {"fetched": True}),
    ]
    assert db.session.scalar(text("SELECT params FROM jobs")) == {"year": YEAR, "area_id": street["青山街道"]}
