"""Small drawings that a page shows without a script or a style of its own: bars whose places are reckoned here, and QR codes."""

from collections.abc import Sequence
from dataclasses import dataclass

import segno

WIDTH, HEIGHT = 96.0, 24.0
"""Of a trend, in units of its own."""
_GAP = 2.0
_LEAST = 1.0
"""What is 0 still shows where its bar would stand."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One of them, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


def trend(values: Sequence[int | None]) -> list[Bar]:
    """A bar for each value, from left to right, upwards or downwards from 0; none for what is yet to come."""
    known = [value for value in values if value is not None]
    highest, lowest = max(0, *known, 0), min(0, *known, 0)
    unit, step = HEIGHT / (highest - lowest or 1), WIDTH / max(len(values), 1)
    bars = []
    for place, value in enumerate(values):
        if value is not None:
            height = max(abs(value) * unit, _LEAST)
            top = (highest - max(value, 0)) * unit if lowest else HEIGHT - height
            bars.append(Bar(round(place * step, 1), round(top, 1), round(step - _GAP, 1), round(height, 1)))
    return bars


def share_of(value: int, values: Sequence[int | None]) -> float:
    """How much of the whole width a value takes beside these, in hundredths."""
    most = max((abs(one) for one in values if one is not None), default=0)
    return round(abs(value) * 100 / most, 1) if most else 0.0


def qr_code(text: str, *, scale: int | None = None) -> str:
    """A QR code as an element of the page, dark on white in every theme; without a scale as large as its box."""
    code = segno.make(text, error="m", micro=False)
    picture: str = code.svg_inline(scale=scale or 1, border=4, light="#fff", omitsize=scale is None)
    return picture
