"""A year-end workbook read back, cell by cell: every number in it by what it counts, to be compared with a recount of the facts."""

import io
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.settings import CONFIG_FOLDER
from tests.support.recounts import WHOLE_YEAR, recount
from tests.support.rosters import ROSTERS

COUNTS, BY_MONTH, DEFINITIONS, COVER, BALANCE = "分社区统计", "分月统计", "指标口径", "封面", "年度对照"
CHANGES = "更正说明"
BY_GROUP = ("分网格统计", "分服务队统计", "分社会组织统计")
DISTINCT = ("distinct_flow", "distinct_stock")
STOCK = ("stock", "distinct_stock")
FIRST_ROW = 6
IN_ALL = ""
YEAR_BEFORE = -1
"""Instead of a month: the whole of the year before."""

_CATEGORIES = {
    "公益服务": "public_welfare",
    "文体活动": "culture_sports",
    "城市管理": "city_management",
    "法律服务": "legal",
    "技能培训": "skills",
    "其他": "other",
}

Place = tuple[str, str, str, int]
"""Indicator, area path, part, month."""
Found = tuple[str, str, Place, int]
"""Sheet, cell, what it counts, and the number in the indicator's smallest unit."""


def catalogue(name: str) -> list[dict[str, Any]]:
    """The blocks of a catalogue, read anew."""
    [blocks] = tomllib.loads((CONFIG_FOLDER / f"{name}.toml").read_text()).values()
    return blocks


def numbers_in(workbook: bytes | Path, area_path: str) -> list[Found]:
    """Every number that stands in the workbook of an area, but in rosters (rosters.py). A number that cannot be told fails, and so does one
    that is missing."""
    sheets = load_workbook(io.BytesIO(workbook) if isinstance(workbook, bytes) else workbook, data_only=True)
    found = []
    for sheet in sheets:
        if sheet.title == DEFINITIONS:
            read: list[Found] = []
        elif sheet.title == BY_MONTH:
            read = list(_by_month(sheet, area_path))
        elif sheet.title == COVER:
            read = list(_listed(sheet, area_path, {5: WHOLE_YEAR, 7: YEAR_BEFORE}))
        elif sheet.title == BALANCE:
            read = list(_listed(sheet, area_path, {8: WHOLE_YEAR, 9: YEAR_BEFORE}))
            _assert_balanced(sheet)
            found += read
            continue
        elif sheet.title == CHANGES:
            read = list(_listed(sheet, area_path, {6: WHOLE_YEAR}))
            found += read
            continue
        elif sheet.title in ROSTERS:
            continue
        elif sheet.title in BY_GROUP:
            found += list(_totals_of_groups(sheet, area_path))
            continue
        else:
            read = list(_by_community(sheet, area_path))
        numeric = {cell.coordinate for row in sheet for cell in row if cell.data_type in ("n", "f") and cell.value is not None}
        assert numeric == {cell for _, cell, _, _ in read}, (sheet.title, numeric ^ {cell for _, cell, _, _ in read})
        assert len(read) == len(numeric)
        found += read
    return found


def differences_to_recount(found: list[Found], year: int) -> list[tuple[Any, ...]]:
    """The cells whose number is not what the facts amount to."""
    # Of an indicator that stands in the table by community and in the one by month the year is counted for each community, the months for
    # the street alone.
    asked: dict[tuple[str, int, bool], set[Place]] = defaultdict(set)
    for _, _, place, _ in found:
        asked[place[0], year - (place[3] == YEAR_BEFORE), place[3] > WHOLE_YEAR].add(place)
    expected: dict[Place, int] = {}
    for (code, of_year, _), places in asked.items():
        paths, parts = ({place[i] for place in places} for i in (1, 2))
        counts = recount(code, of_year, parts=sorted(parts), paths=paths, months={max(place[3], WHOLE_YEAR) for place in places})
        expected |= {place: counts[place[1], place[2], max(place[3], WHOLE_YEAR)] for place in places}
    return [(sheet, cell, place, number, expected[place]) for sheet, cell, place, number in found if number != expected[place]]


def _by_community(sheet: Worksheet, area_path: str) -> Iterator[Found]:
    in_all = sheet.title.startswith(COUNTS)
    headings = {sheet.cell(3, column).value: column for column in range(1, sheet.max_column + 1)}
    named, code_column = headings["社区"], headings["区划代码"]
    group = ""
    for column in range(named + 1, code_column):
        group = sheet.cell(3, column).value or group
        name, under = (group, sheet.cell(4, column).value) if not in_all else (sheet.cell(4, column).value, None)
        indicator = _indicators()[name]
        assert sheet.cell(5, column).value == ("年末" if indicator["kind"] in STOCK else "本年")
        part = IN_ALL if under in (None, "小计", "小计※") else _parts()[under]
        for row in range(FIRST_ROW, sheet.max_row + 1):
            heading, code = sheet.cell(row, named).value, sheet.cell(row, code_column).value
            if heading == "上年":
                yield _found(sheet, row, column, indicator, (indicator["code"], area_path, part, YEAR_BEFORE))
                break
            path = area_path if heading == "合计" else code[:9] if heading == "小计" else code
            yield _found(sheet, row, column, indicator, (indicator["code"], path, part, WHOLE_YEAR))


def _listed(sheet: Worksheet, area_path: str, columns: dict[int, int]) -> Iterator[Found]:
    """A sheet with an indicator in each row: column → month."""
    for row in range(FIRST_ROW, sheet.max_row + 1):
        if sheet.cell(row, 2).value is None:
            break
        indicator = _indicators()[sheet.cell(row, 2).value]
        for column, month in columns.items():
            yield _found(sheet, row, column, indicator, (indicator["code"], area_path, IN_ALL, month))


def _assert_balanced(sheet: Worksheet) -> None:
    """年初数 + 本年增加 - 本年减少 = 年末数, where it is a stock; and by how much it is more than the year before."""
    for row in range(FIRST_ROW, sheet.max_row + 1):
        if sheet.cell(row, 2).value is None:
            break
        before, came, went, now, last, more = (sheet.cell(row, column).value for column in range(5, 11))
        assert round(now - last, 6) == round(more, 6), sheet.cell(row, 2).value
        if sheet.cell(row, 4).value == "年末数":
            assert (before, before + came - went) == (last, now), sheet.cell(row, 2).value
            assert came >= 0 <= went
        else:
            assert (before, came, went) == ("—",) * 3


def _totals_of_groups(sheet: Worksheet, area_path: str) -> Iterator[Found]:
    """The totals of a community's sheet by grid, team or organisation; what is added up adds up to them."""
    first = next(column for column in range(3, sheet.max_column + 1) if sheet.cell(4, column).value)
    [total] = [row for row in range(FIRST_ROW, sheet.max_row + 1) if sheet.cell(row, 2).value == "合计"]
    for column in range(first, sheet.max_column + 1):
        indicator = _indicators()[sheet.cell(4, column).value]
        yield _found(sheet, total, column, indicator, (indicator["code"], area_path, IN_ALL, WHOLE_YEAR))
        if indicator["kind"] not in DISTINCT:
            lines = [sheet.cell(row, column).value for row in range(FIRST_ROW, total)]
            assert round(sum(lines), 6) == round(sheet.cell(total, column).value, 6), (sheet.title, indicator["code"])


def _by_month(sheet: Worksheet, area_path: str) -> Iterator[Found]:
    indicator: dict[str, Any] = {}
    for row in range(FIRST_ROW, sheet.max_row + 1):
        name = sheet.cell(row, 2).value
        if name is None:
            break
        part = IN_ALL
        if name.startswith("　"):
            part = _parts()[name.removeprefix("　其中：").strip("　")]
        else:
            indicator = _indicators()[name]
        for month in range(1, 13):
            if sheet.cell(row, 4 + month).value != "—":
                yield _found(sheet, row, 4 + month, indicator, (indicator["code"], area_path, part, month))
        yield _found(sheet, row, 17, indicator, (indicator["code"], area_path, part, WHOLE_YEAR))


def _found(sheet: Worksheet, row: int, column: int, indicator: dict[str, Any], place: Place) -> Found:
    cell = sheet.cell(row, column)
    assert isinstance(cell.value, int | float), (sheet.title, cell.coordinate, cell.value)
    whole = round(cell.value * 10 ** indicator.get("decimals", 0), 6)
    assert whole == int(whole), (sheet.title, cell.coordinate, cell.value)
    return sheet.title, cell.coordinate, place, int(whole)


@cache
def _indicators() -> dict[str, dict[str, Any]]:
    """The blocks by what stands in a heading: distinct figures are marked, and in the tables by community the unit follows the name."""
    return {
        spelling: block
        for block in catalogue("indicators")
        for name in [f"{block['name']}※" if block["kind"] in DISTINCT else block["name"]]
        for broken in [block.get("heading", block["name"]).replace("|", "\n") + name.removeprefix(block["name"])]
        for spelling in (name, f"{name}（{block['unit']}）", f"{broken}\n（{block['unit']}）")
    }


@cache
def _parts() -> dict[str, str]:
    return {block["name"]: block["code"] for block in catalogue("brands")} | _CATEGORIES
