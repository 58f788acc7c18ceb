"""Tables as text, for a spreadsheet: CSV that Excel reads as Chinese, and in which no cell is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")
"""How a text begins that a spreadsheet would reckon."""


def csv_of(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table; what is None stays empty."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(heading)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _plain(cell: object) -> object:
    # A quote before it makes it a text, as who types one does.
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
