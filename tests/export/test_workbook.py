"""The year-end workbook, opened again: its figures are those of the table, and it looks as the office is used to."""

import io
import math
import re
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Any
from uuid import UUID

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select, text

from backend.areas import service as areas
from backend.areas.models import Area
from backend.foundation import clock, outbox
from backend.foundation.actor import Actor, Role
from backend.foundation.counted import AuditCount
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.statistics import queries, workbook
from backend.statistics.measures import MEASURES
from backend.statistics.queries.rosters import RosterLine
from backend.statistics.workbook.words import about
from config.settings import CONFIG_FOLDER
from tasks import jobs as task
from tests.statistics.histories import YEAR, History
from tests.support.phone import Phone, refused
from tests.support.rosters import roster_in
from tests.support.served import confirm, make_person, make_record

STREET = "639999001"
COVER, BALANCE, BY_MONTH, DEFINITIONS = "封面", "年度对照", "分月统计", "指标口径"
COUNTS, BY_CATEGORY, BY_BRAND = "分社区统计", "分类别统计", "分品牌统计"
DISTINCT = ("distinct_flow", "distinct_stock")
FIRST_ROW = 6


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


def tables(book: Workbook, name: str = COUNTS) -> list[Worksheet]:
    """A table that is too wide for a page stands on several sheets."""
    return [sheet for sheet in book.worksheets if sheet.title.split("（")[0] == name]


def column_of(book: Workbook, named: str) -> tuple[Worksheet, int]:
    """Where an indicator of this name stands in the tables by community, whatever mark and unit follow."""
    [found] = [
        (sheet, column)
        for sheet in tables(book)
        for (_, name), column in headings(sheet).items()
        if name.replace("\n", "").split("（")[0].rstrip("※") == named
    ]
    return found


def named_column(book: Workbook, figure: dict[str, Any]) -> tuple[Worksheet, int]:
    """The column of an indicator in the tables by community: its full name, mark and unit."""
    sheet, column = column_of(book, figure["name"])
    mark = "※" if figure["kind"] in DISTINCT else ""
    assert sheet.cell(4, column).value.replace("\n", "") == f"{figure['name']}{mark}（{figure['unit']}）"
    return sheet, column


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

    for counts in tables(sheets):
        assert down(counts, 2, 4) == ["和平社区", "团结社区", "合计", "上年"]
        assert down(counts, counts.max_column, 2) == ["639999001001", "639999001002"]
    empty = []
    for figure in table["figures"]:
        told = [*(community["value"] for community in figure["communities"]), figure["value"]]
        assert down(*named_column(sheets, figure), 3) == told, figure["code"]
        empty += [] if any(told) else [figure["code"]]
    assert empty == [], "a figure that stayed 0 all year proves nothing"


@pytest.mark.usefixtures("year_passed")
def test_every_part_of_every_community_is_the_tables(street_officer, street):
    table = street_officer.seen(f"/figures/{YEAR}", area_id=street["青山街道"])
    sheets = opened(exported(street_officer, street["青山街道"]))
    shown = 0
    for figure in (figure for figure in table["figures"] if figure["parts"]):
        name = BY_CATEGORY if figure["code"] in ("teams", "volunteers_in_teams", "team_memberships") else BY_BRAND
        mark = "※" if figure["kind"] in DISTINCT else ""
        columns = {key: (sheet, column) for sheet in tables(sheets, name) for key, column in headings(sheet).items()}
        for name, part in [(f"小计{mark}", figure), *((part["name"], part) for part in figure["parts"])]:
            told = [*(community["value"] for community in part["communities"]), part["value"]]
            place = columns.get((f"{figure['name']}{mark}（{figure['unit']}）", name))
            assert (place is None) == (not any([*told, *part["months"]])), "a part of which there is none has no column"
            assert place is None or down(*place, 3) == told, (figure["code"], name)
            shown += place is not None
    assert shown > 40


@pytest.mark.usefixtures("year_passed")
def test_every_month_is_the_tables(street_officer, street):
    table = street_officer.seen(f"/figures/{YEAR}", area_id=street["青山街道"])
    sheet = opened(exported(street_officer, street["青山街道"]))[BY_MONTH]
    expected = [
        (name, line)
        for figure in table["figures"]
        for name, line in [(figure["name"], figure), *((p["name"], p) for p in figure["parts"] if any([p["value"], *p["months"]]))]
    ]
    for row, (name, line) in enumerate(expected, start=FIRST_ROW):
        assert sheet.cell(row, 2).value.removeprefix("　其中：").strip("　").rstrip("※") == name
        assert [sheet.cell(row, column).value for column in range(5, 17)] == line["months"], name
        assert sheet.cell(row, 17).value == line["value"], name


@pytest.mark.usefixtures("year_passed")
def test_total_is_a_formula_where_it_is_a_sum_and_shows_its_value(street_officer, street):
    table = street_officer.seen(f"/figures/{YEAR}", area_id=street["青山街道"])
    content = exported(street_officer, street["青山街道"])
    formulas, values = opened(content, formulas=True), opened(content)
    for figure in table["figures"]:
        sheet, column = named_column(formulas, figure)
        total = sheet.cell(8, column)
        if figure["kind"] in DISTINCT:
            assert total.data_type == "n", figure["code"]
        else:
            letter = total.column_letter
            assert total.value == f"=SUM({letter}6:{letter}7)"
            beside, _ = named_column(values, figure)
            assert beside.cell(8, column).value == pytest.approx(sum(down(beside, column, 2)), abs=1e-9)


def test_total_of_distinct_figures_is_no_formula_even_where_it_happens_to_be_the_sum(street_officer, street):
    book = opened(exported(street_officer, street["青山街道"]), formulas=True)
    kinds = {name: sheet.cell(8, column).data_type for sheet in tables(book) for (_, name), column in headings(sheet).items() if name}
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
    book = opened(content)
    people, column = column_of(book, "参加过服务的其他未注册人员")
    hours, of_hours = column_of(book, "志愿服务时长")
    assert down(people, column, 4) == [1, 1, 1, 0]
    assert down(hours, of_hours, 4) == [0.7, 1.0, 1.7, 0]
    assert (hours.cell(6, of_hours).number_format, people.cell(6, column).number_format) == ("#,##0.0", "#,##0")
    assert people.cell(4, column).value == "参加过服务的\n其他\n未注册人员※\n（人）", "broken at the edges of words, the mark never alone"
    [width] = [alike.width for alike in people.column_dimensions.values() if alike.min <= column <= alike.max]
    assert width > 2.2 * 6
    for sheet in book.worksheets:
        notes = [str(cell.value) for cell in sheet["A"] if "按人去重" in str(cell.value)]
        marked = any("※" in str(cell.value) for row in sheet.iter_rows(max_row=60) for cell in row if cell.value not in notes)
        assert (len(notes) == 1) == marked, (sheet.title, "a note stands where its mark does")


def test_workbook_has_the_form_of_the_office(street_officer, street):
    sheets = opened(exported(street_officer, street["青山街道"]))
    assert list(dict.fromkeys(name.split("（")[0] for name in sheets.sheetnames)) == [
        *(COVER, BALANCE, COUNTS, BY_CATEGORY, BY_BRAND, BY_MONTH, DEFINITIONS)
    ]
    assert sheets[COVER]["A1"].value == "青山街道2023年度党建引领志愿服务统计表"
    for sheet in sheets:
        assert sheet["A1"].value.startswith("青山街道2023年度")
        assert (sheet["A1"].font.name, sheet["A1"].alignment.horizontal) == ("方正小标宋简体", "center")
        assert sheet["A1"].alignment.shrink_to_fit, "a long title is made smaller, not cut off"
        imprint = [part for cell in sheet[2] if cell.value for part in re.split("　{2,}", cell.value)]
        assert imprint[0] == "填报单位（盖章）：青山街道"
        assert imprint[1] == "统计截止：2023年12月31日"
        assert imprint[2].startswith("单位：")
        assert sheet["A3"].font.name == "黑体"
        assert sheet["A3"].fill.fgColor.rgb == "FFD9D9D9"
        upright = sheet.title == BALANCE
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait" if upright else "landscape")
        assert not upright or sheet.page_setup.fitToHeight in (1, None), "on one page"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight in (0, 1, None)) == (1, True)
        assert sheet.print_title_rows == "$3:$5"
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes.endswith("6")
        assert sheet.oddFooter.center.text == "第 &P 页　共 &N 页"
        foot = " ".join(str(cell.value) for row in sheet.iter_rows(min_row=FIRST_ROW) for cell in row if isinstance(cell.value, str))
        signed = ("单位负责人：", "统计负责人：", "填表人：", "联系电话：", "填报日期：", "（单位盖章）")
        assert ("说明：1." in foot) == (sheet.title != DEFINITIONS)
        assert all(word in foot for word in (*signed, "数据截至：", "含年后更正", "导出：账号street_officer-", "数据版本："))
    for sheet in tables(sheets):
        numbers = [column for column in range(3, sheet.max_column) if sheet.cell(5, column).value]
        assert len(numbers) <= 12, "as much as a page can be read"
        assert {sheet.cell(5, column).value for column in numbers} <= {"年末", "本年"}
        assert sheet.cell(3, sheet.max_column).value == "区划代码"
        assert sheet.print_area.endswith(f"${get_column_letter(sheet.max_column - 1)}${sheet.max_row}"), "not printed"


@pytest.mark.usefixtures("year_passed")
def test_cover_says_what_a_report_quotes_exactly_and_as_it_would(street_officer, street):
    table = street_officer.seen(f"/figures/{YEAR}", area_id=street["青山街道"])
    sheet = opened(exported(street_officer, street["青山街道"]))[COVER]
    catalogue = tomllib.loads((CONFIG_FOLDER / "indicators.toml").read_text(encoding="utf-8"))["indicator"]
    values = {figure["code"]: (figure["name"], figure["value"]) for figure in table["figures"]}
    quoted = [values[block["code"]] for block in catalogue if block.get("quoted")]
    assert len(quoted) >= 12
    for row, told in enumerate(quoted, start=FIRST_ROW):
        assert (sheet.cell(row, 2).value.rstrip("※"), sheet.cell(row, 5).value) == told
        assert sheet.cell(row, 6).value == about(int(told[1]))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0"),
        (7, "7"),
        (30, "30"),
        (33, "30余"),
        (136, "130余"),
        (2345, "2300余"),
        (26_000, "2.6万"),
        (26_345, "2.6万余"),
        (1_234_567, "123万余"),
    ],
)
def test_report_says_no_more_than_there_is(number, said):
    assert about(number) == said


def test_each_indicator_of_the_catalogue_is_defined(street_officer, street):
    sheet = opened(exported(street_officer, street["青山街道"]))[DEFINITIONS]
    catalogue = tomllib.loads((CONFIG_FOLDER / "indicators.toml").read_text(encoding="utf-8"))["indicator"]
    period = {"flow": "本年累计", "stock": "年末数", "distinct_flow": "本年累计", "distinct_stock": "年末数"}
    for row, indicator in enumerate(catalogue, start=FIRST_ROW):
        counting = "按人去重" if indicator["kind"] in DISTINCT else "按数量合计" if indicator.get("sums") == "quantity" else "按件（次）计"
        assert [sheet.cell(row, column).value for column in (2, 3, 4, 5, 6, 8)] == [
            indicator["name"],
            indicator["unit"],
            period[indicator["kind"]],
            counting,
            indicator["definition"],
            MEASURES[indicator["measure"]].source,
        ]
    assert sheet.cell(FIRST_ROW + len(catalogue), 1).value.startswith("单位负责人")
    widths = {column: sheet.column_dimensions["ABCDEFGH"[column - 1]].width for column in (2, 6, 8)}
    for row in range(FIRST_ROW, FIRST_ROW + len(catalogue)):
        needed = max(math.ceil(2.2 * len(str(sheet.cell(row, column).value)) / width) for column, width in widths.items())
        assert sheet.row_dimensions[row].height >= 15 * needed, "as high as its text"
    assert all(re.fullmatch("[一-龥、]+", measure.source) for measure in MEASURES.values()), "an office reads it"


def test_months_to_come_are_dashes_and_months_without_anything_zeros(street_officer, street):
    now = clock.shanghai_day(clock.now())
    sheet = opened(exported(street_officer, street["青山街道"], year=now.year))[BY_MONTH]
    assert [sheet.cell(FIRST_ROW, column).value for column in range(5, 17)] == [0] * now.month + ["—"] * (12 - now.month)
    assert [cell.value for cell in sheet[2] if cell.value][1] == f"统计截止：{now.year}年{now.month}月{now.day}日"


def test_name_that_begins_like_a_formula_stays_text(street_officer, street):
    with transaction():
        areas.rename_area(UUID(street["和平社区"]), "=HYPERLINK(1)", now=clock.now())
    name = opened(exported(street_officer, street["青山街道"]), formulas=True)["分社区统计（一）"]["B6"]
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


def test_book_says_what_changed_since_its_last_version(street_officer, street, volunteer):
    this_year = clock.shanghai_day(clock.now()).year
    volunteer("王志愿")
    hear_everything()
    exported(street_officer, street["青山街道"], year=this_year)
    cover = opened(exported(street_officer, street["青山街道"], year=this_year))[COVER]
    assert any("没有数字更正" in str(cell.value) for cell in cover["A"])
    volunteer("李队员")
    hear_everything()

    book = opened(exported(street_officer, street["青山街道"], year=this_year))

    changes = book["更正说明"]
    told = {changes.cell(row, 2).value: [changes.cell(row, column).value for column in (5, 6, 7)] for row in (6, 7)}
    assert told == {"注册志愿者※": [1, 2, 1], "新增注册志愿者※": [1, 2, 1]}
    assert any("有2项数字更正" in str(cell.value) for cell in book[COVER]["A"])


def test_file_is_named_as_the_office_does(street_officer, street):
    job = street_officer.made("/exports/year-end", {"year": YEAR, "area_id": street["青山街道"]})
    assert (job["state"], job["kind"]) == ("queued", "year_end_workbook")
    task.run()
    name = street_officer.seen(f"/jobs/{job['id']}")["file_name"]
    stamp = (clock.now() + timedelta(hours=8)).strftime("%Y%m%d")
    assert name.startswith(f"青山街道_党建引领志愿服务统计表_2023年度_{stamp}")
    assert name.endswith(".xlsx")


def test_community_officer_exports_their_own_community_by_grid_team_and_organisation(officer, street, team):
    name = officer.seen(f"/teams/{team}")["name"]
    with transaction():
        area = db.session.get_one(Area, UUID(street["和平社区"]))
        confirm(make_record(make_person(area), area, "door_knock", minutes=60, day=clock.shanghai_day(clock.now())))
    hear_everything()
    book = opened(exported(officer, street["和平社区"], year=clock.shanghai_day(clock.now()).year))
    by_group, rosters = ["分网格统计", "分服务队统计", "分社会组织统计"], ["志愿者名册", "报到党员名册"]
    assert book.sheetnames == [COVER, BALANCE, *by_group, BY_MONTH, *rosters, DEFINITIONS]
    assert book[COVER]["A1"].value.startswith("和平社区")
    assert down(book["分网格统计"], 2, 4) == ["和平第一网格", "未分网格", "合计", None]
    teams = book["分服务队统计"]
    assert down(teams, 2, 3) == [name, "其他身份", "合计"]
    [served] = [column for (_, name), column in headings(teams).items() if name == "志愿服务\n（人次）"]
    assert down(teams, served, 3) == [0, 1, 1]
    # Who fetches it reads about whoever stands in its rosters, by either door; a street's book has none.
    lines = sum(len(roster_in(book[roster])) for roster in rosters)
    job = officer.seen("/jobs")["items"][0]["id"]
    assert officer.get(f"/jobs/{job}/file/address").status_code == 200
    counters = db.session.scalars(select(AuditCount).where(AuditCount.action == "figures.export").order_by(AuditCount.route)).all()
    at = "GET /api/v1/jobs/<uuid:job_id>/file"
    assert lines > 0
    assert [(str(one.account_id), one.route, one.rows) for one in counters] == [
        (officer.account_id, at, lines),
        (officer.account_id, f"{at}/address", lines),
    ]
    for other in ("团结社区", "青山街道", "向阳社区"):
        assert refused(officer.post("/exports/year-end", {"year": YEAR, "area_id": street[other]})) == (404, "not_found")


@pytest.mark.parametrize(("sizes", "breaks"), [((3, 4, 2), []), ((3, 4, 90, 2, 5), [7, 97]), ((90, 60, 1), [90, 150])])
def test_a_long_roster_is_printed_by_team_the_large_ones_on_pages_of_their_own(street, sizes, breaks):
    lines = [
        RosterLine(f"{place}队", (f"V2023{place:02d}{number:04d}", "张*", "2023-03-01", "", f"{place}队"), place != 2, 1, 10)
        for place, size in enumerate(sizes)
        for number in range(size)
    ]
    with transaction():
        book = queries.year_book(Actor.system(), YEAR, UUID(street["和平社区"]), now=clock.now())
    whole = replace(book, rosters=(replace(book.rosters[0], lines=tuple(lines)),))
    written = opened(workbook.write(whole, exporter="ejia", report=lambda *_: None))
    sheet = written["志愿者名册"]

    assert [one.id - FIRST_ROW + 1 for one in sheet.row_breaks.brk] == breaks, "after so many lines"
    assert bool(sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage) is not bool(breaks)
    if breaks:
        wide = sum(5.25 * column.width for column in sheet.column_dimensions.values() for _ in range(column.min, column.max + 1))
        widest = wide * 8 / 7  # as some programs draw a column
        assert 0.5 < sheet.page_setup.scale / 100 <= min(1, 523 / widest), "no column stands on another page"
    assert (sheet.print_title_rows, sheet.print_area.endswith(f"${sheet.max_row}")) == ("$3:$5", True), "all of it, headed on each page"
    assert ("志愿者名册目录" in written.sheetnames) == (len(lines) > 40), "what a page holds needs no page that tells where its lines are"
    if len(lines) > 40:
        contents, ends = written["志愿者名册目录"], list(accumulate(sizes))
        begins = [end - size for end, size in zip(ends, sizes, strict=True)]
        standing = [0 if place == 2 else size for place, size in enumerate(sizes)]
        for column, told in ((2, [f"{place}队" for place in range(len(sizes))]), (3, sizes), (4, standing), (6, sizes), (7, sizes)):
            summed = "合计" if column == 2 else sum(told)
            assert down(contents, column, len(sizes) + 1) == [*told, summed]
        assert down(contents, 5, len(sizes)) == [
            f"{begin + 1}—{end}" if begin + 1 < end else str(end) for begin, end in zip(begins, ends, strict=True)
        ]
        links = [contents.cell(FIRST_ROW + place, 5).hyperlink.location for place in range(len(sizes))]
        assert links == [f"'志愿者名册'!A{FIRST_ROW + begin}" for begin in begins]
        assert [sheet.cell(FIRST_ROW + begin, 6).value for begin in begins] == down(contents, 2, len(sizes))


def rows_with_the_foot(sheet: Worksheet, page: float) -> int:
    """How many rows of the table stand on the page on which its foot ends, when a page holds so much and is broken where it is told and
    wherever it is full."""
    height = {row: sheet.row_dimensions[row].height or 18.75 for row in range(1, sheet.max_row + 1)}
    foot = next(row for row in height if str(sheet.cell(row, 1).value).startswith("单位负责人"))
    heads, told = sum(height[row] for row in (3, 4, 5)), {one.id + 1 for one in sheet.row_breaks.brk}
    on_page, used = set[int](), 0.0
    for row in range(1, sheet.max_row + 1):
        if used + height[row] > page or row in told:
            on_page, used = set(), heads
        on_page.add(row)
        used += height[row]
    return sum(FIRST_ROW <= row < foot for row in on_page)


def test_signatures_stand_under_rows_of_their_table_whatever_a_program_makes_of_a_page(street):
    with transaction():
        book = queries.year_book(Actor.system(), YEAR, UUID(street["青山街道"]), now=clock.now())
    fitted = told = 0
    for rows in (25, 41):
        communities = tuple(replace(book.communities[0], name=f"第{number}社区", ended="12月1日划出一部分") for number in range(rows))
        figures = tuple(replace(one, series=replace(one.series, communities=(0,) * rows), parts=()) for one in book.figures)
        written = workbook.write(replace(book, communities=communities, figures=figures), exporter="ejia", report=lambda *_: None)
        for sheet in opened(written):
            high, wide = (748, 523) if sheet.page_setup.orientation == "portrait" else (501, 770)
            printed = column_index_from_string(sheet.print_area.split("$")[3])
            columns = sheet.column_dimensions.values()
            width = sum(5.25 * column.width * max(min(column.max, printed) - column.min + 1, 0) for column in columns)
            if sheet.page_setup.scale:
                pages = [high / (sheet.page_setup.scale / 100) * part for part in (0.95, 1)]
                told += 1
            elif sheet.page_setup.fitToHeight == 0:
                pages = [high / min(1, wide / width) * part for part in (0.98, 1, 1.05, 1.07)]
                fitted += 1
            else:
                continue
            assert [rows_with_the_foot(sheet, page) > 0 for page in pages] == [True] * len(pages), (sheet.title, rows)
    assert min(fitted, told) > 0, (fitted, told)


def test_district_lists_the_communities_of_its_streets_and_what_each_street_comes_to(administrator, street):
    counts = tables(opened(exported(administrator(Role.DISTRICT_OFFICER, "639999"), street["测试区"])))[0]
    assert down(counts, 2, 7) == ["青山街道", "青山街道", "青山街道", "绿水街道", "绿水街道", "", ""]
    assert down(counts, 3, 7) == ["和平社区", "团结社区", "小计", "向阳社区", "小计", "合计", "上年"]


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
