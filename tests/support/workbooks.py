"""A year-end workbook read back, cell by cell: every number in it by what it counts, to be compared with a recount of the facts."""

import io
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.settings import CONFIG_FOLDER
from tests.support.recounts import WHOLE_YEAR, recount

COUNTS, BY_MONTH, DEFINITIONS = "分社区统计", "分月统计", "指标口径"
DISTINCT = ("distinct_flow", "distinct_stock")
FIRST_ROW = 5
IN_ALL = ""

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
    """Every number that stands in the workbook of an area. A number that cannot be told fails, and so does one that is missing."""
    sheets = load_workbook(io.BytesIO(workbook) if isinstance(workbook, bytes) else workbook, data_only=True)
    found = []
    for sheet in sheets:
        if sheet.title == DEFINITIONS:
            read: list[Found] = []
        elif sheet.title == BY_MONTH:
            read = list(_by_month(sheet, area_path))
        else:
            read = list(_by_community(sheet, area_path))
        numeric = {cell.coordinate for row in sheet for cell in row if cell.data_type in ("n", "f") and cell.value is not None}
        assert numeric == {cell for _, cell, _, _ in read}, (sheet.title, numeric ^ {cell for _, cell, _, _ in read})
        assert len(read) == len(numeric)
        found += read
    return found


def differences_to_recount(found: list[Found], year: int) -> list[tuple[Any, ...]]:
    """The cells whose number is not what the facts amount to."""
    expected: dict[Place, int] = {}
    for code in {place[0] for _, _, place, _ in found}:
        parts = {part for _, _, (of, _, part, _), _ in found if of == code}
        expected |= {(code, path, part, month): number for (path, part, month), number in recount(code, year, parts=sorted(parts)).items()}
    return [(sheet, cell, place, number, expected[place]) for sheet, cell, place, number in found if number != expected[place]]


def _by_community(sheet: Worksheet, area_path: str) -> Iterator[Found]:
    group = ""
    for column in range(4, sheet.max_column + 1):
        group = sheet.cell(3, column).value or group
        name, under = (group, sheet.cell(4, column).value) if sheet.title != COUNTS else (sheet.cell(4, column).value, None)
        indicator = _indicators()[name]
        part = IN_ALL if under in (None, "小计") else _parts()[under]
        for row in range(FIRST_ROW, sheet.max_row + 1):
            heading, code = sheet.cell(row, 2).value, sheet.cell(row, 3).value
            if heading == "合计":
                yield _found(sheet, row, column, indicator, (indicator["code"], area_path, part, WHOLE_YEAR))
                break
            yield _found(sheet, row, column, indicator, (indicator["code"], code, part, WHOLE_YEAR))


def _by_month(sheet: Worksheet, area_path: str) -> Iterator[Found]:
    indicator: dict[str, Any] = {}
    for row in range(FIRST_ROW, sheet.max_row + 1):
        name = sheet.cell(row, 2).value
        if name is None:
            break
        part = IN_ALL
        if name.startswith("　其中："):
            part = _parts()[name.removeprefix("　其中：")]
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
        for spelling in (name, f"{name}（{block['unit']}）", f"{name}\n（{block['unit']}）")
    }


@cache
def _parts() -> dict[str, str]:
    return {block["name"]: block["code"] for block in catalogue("brands")} | _CATEGORIES
