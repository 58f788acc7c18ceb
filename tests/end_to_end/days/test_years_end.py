"""At the year's end the street reads its table, opens each figure down to its rows, and takes it away on paper."""

import io

from openpyxl import load_workbook

from tests.end_to_end.days.people import STREET_OFFICER, Folk, lines
from tests.end_to_end.town import awaited

YEAR = 2023
"""Of the demonstration."""


def test_the_street_defends_each_figure_of_its_year_down_to_the_rows(folk: Folk) -> None:
    street = folk.town.administrator(STREET_OFFICER)
    table = street.seen(f"/figures/{YEAR}", area_id=folk.town.street_id)
    shown = {figure["code"]: figure["value"] for figure in table["figures"]}

    opened = {code: lines(street, f"/figures/{YEAR}/{code}/rows", area_id=folk.town.street_id) for code in shown}
    assert {code: round(sum(row["value"] for row in rows), 1) for code, rows in opened.items()} == shown

    job = street.made("/exports/year-end", {"year": YEAR, "area_id": folk.town.street_id})
    awaited(lambda: street.seen(f"/jobs/{job['id']}"), lambda seen: seen["state"] == "done")
    book = load_workbook(io.BytesIO(street.get(f"/jobs/{job['id']}/file").get_data()), data_only=True)
    printed = {cell.value for sheet in book for row in sheet for cell in row}
    assert {figure["name"] for figure in table["figures"]} - printed == set()
    assert set(shown.values()) - printed == set()
