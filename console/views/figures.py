"""年度统计: the year's board of an area, each figure with what it means and how it is made up, and the rows that it counts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, Response

from backend.dossiers.queries import records_opened
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.statistics import queries
from backend.statistics.indicators import Indicator, indicator
from backend.statistics.queries import FIRST_YEAR, AreaLine, Figure, Series, YearFigures, YearNotBegun
from console.addresses import CLAIMS, DEMANDS, FIGURES, ORGANISATIONS, PEOPLE, RECORDS, TEAMS
from console.asking import one_of
from console.drawing import draw
from console.listing import NOTHING, Asked, list_reader, with_filters
from console.places import COUNTED
from web.edge import reads
from web.inputs.statistics import YearQuery, YearRowsQuery

bp = Blueprint("console_figures", __name__)

_WHOLE = "whole"
_SIDES = {"months": "分月", "parts": "分项", "areas": "分社区"}
"""The end of its address → what the side of a board beside the whole year is called."""
_FIGURE = f"{FIGURES}/indicators/<string(maxlength=80):indicator_code>"
_RECORD, _DEMAND, _TEAM = (RECORDS, "服务记录"), (DEMANDS, "服务需求"), (TEAMS, "志愿服务队")
_CLAIM, _ORGANISATION = (CLAIMS, "认领"), (ORGANISATIONS, "社会组织")
_OPENED_AS = {
    "services": _RECORD,
    "services_of_others": _RECORD,
    "late_services": _RECORD,
    "demands_published": _DEMAND,
    "demands_claimed": _DEMAND,
    "demands_completed": _DEMAND,
    "demands_not_carried_out": _DEMAND,
    "demands_offered": _DEMAND,
    "demands_offered_to_neighbours": _DEMAND,
    "demands_unconfirmed": _DEMAND,
    "demands_shown_to_street": _DEMAND,
    "teams": _TEAM,
    "places_asked_for": _CLAIM,
    "places_answered": _CLAIM,
    "places_answered_in_time": _CLAIM,
    "places_unanswered": _CLAIM,
    "organisations": _ORGANISATION,
    "organisation_entries": _ORGANISATION,
}
"""Measure → where what its rows are about has a page, and what that is called. What counts people leads to their records besides."""
AnyYear = TypeVar("AnyYear", bound=YearQuery)
_asked = list_reader(YearQuery)
_rows_asked = list_reader(YearRowsQuery)


@dataclass(frozen=True, slots=True)
class Line:
    """One of the numbers into which a figure is split, and the year before: None where it is yet to come, or not on record. `narrowed`:
    what in an address asks for its rows; `is_area`: there the figure has a page of its own."""

    called: str
    now: int | None
    before: int | None
    narrowed: dict[str, str]
    is_area: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """A figure told apart: the heading, and what its lines are."""

    title: str
    by: str
    lines: tuple[Line, ...]
    note: str = ""

    @property
    def values(self) -> list[int | None]:
        """All its numbers, to draw them by one measure."""
        return [value for line in self.lines for value in (line.now, line.before)]


@bp.get(FIGURES)
@reads
def figures_page(actor: Actor) -> Response:
    return _draw_board(actor, _WHOLE)


@bp.get(f"{FIGURES}/<{one_of(_SIDES)}:side>")
@reads
def figures_side_page(actor: Actor, side: str) -> Response:
    return _draw_board(actor, side)


@bp.get(_FIGURE)
@reads
def figure_page(actor: Actor, indicator_code: str) -> Response:
    counted = indicator(indicator_code)
    _, shown = _read(actor, _asked(), lambda year, area_id: _figure(actor, year, indicator_code, area_id))
    found: YearFigures | None = shown["found"]
    before = None
    if found is not None and found.year > FIRST_YEAR:
        before = _figure(actor, found.year - 1, indicator_code, found.area.id)
    return draw(
        "figures/figure.html",
        indicator=counted,
        series=None if found is None else found.figures[0].series,
        splits=() if found is None else _splits(found, before),
        **shown,
    )


@bp.get(f"{_FIGURE}/rows")
@reads
def figure_rows_page(actor: Actor, indicator_code: str) -> Response:
    counted, now = indicator(indicator_code), clock.now()
    asked, shown = _read(actor, _rows_asked(), lambda year, area_id: _figure(actor, year, indicator_code, area_id))
    query, found, rows, series = asked.query, shown["found"], NOTHING, None
    if found is not None:
        rows = queries.figure_rows(
            actor,
            found.year,
            indicator_code,
            area_id=found.area.id,
            month=query.month,
            part=query.part,
            page=query.page,
            now=now,
        )
        series = _series_of(found.figures[0], query.part)
    return draw(
        "figures/rows.html",
        indicator=counted,
        rows=rows,
        value=None if series is None else series.months[query.month - 1] if query.month else series.year,
        parts={} if counted.counted.dimension is None else counted.counted.dimension.values(),
        opened_as=_OPENED_AS.get(counted.measure),
        records=PEOPLE,
        opened=records_opened(actor, [row.person_id for row in rows.items if row.person_id is not None], now=now),
        months=0 if found is None else queries.months_begun(found.year, now=now),
        **shown,
    )


def _draw_board(actor: Actor, side: str) -> Response:
    now = clock.now()
    _, shown = _read(actor, _asked(), lambda year, area_id: queries.year_figures(actor, year, area_id, now=now))
    found: YearFigures | None = shown["found"]
    below = () if found is None else found.streets or found.communities
    names = {_WHOLE: "全年"} | _SIDES | ({"areas": "分街道"} if found is not None and found.streets else {})
    seen = [end for end in names if end != "areas" or below]
    if side not in seen:
        side = _WHOLE  # nothing lies below the area that was chosen on that side
    return draw(
        "figures/board.html",
        below=below,
        is_empty=found is not None and not any(map(_tells, found.figures)),
        side=names[side],
        sides_seen=[
            (names[end], with_filters(FIGURES if end == _WHOLE else f"{FIGURES}/{end}", shown["where"]), end == side) for end in seen
        ],
        **shown,
    )


def _figure(actor: Actor, year: int, code: str, area_id: UUID | None) -> YearFigures:
    return queries.year_figure(actor, year, code, area_id, now=clock.now())


def _read(actor: Actor, asked: Asked[AnyYear], read: Callable[[int, UUID | None], YearFigures]) -> tuple[Asked[AnyYear], dict[str, Any]]:
    """The figures of the year and area that the address asks for, and what each page of them shows; none where it asks for what cannot
    be."""
    now = clock.now()
    this_year = clock.shanghai_day(now).year
    year = asked.query.year or this_year
    found: YearFigures | None = None
    if asked.refusal is None:
        try:
            found = read(year, asked.query.area_id)
        except YearNotBegun as refusal:
            asked = replace(asked, refusal=refusal)
    shown = {
        "viewer": actor,
        "place": COUNTED,
        "year": year,
        "found": found,
        "where": {} if found is None else {"year": str(found.year), "area_id": str(found.area.id)},
        "is_under_way": year == this_year,
        "choices": queries.choices(actor, now=now),
    }
    return asked, shown | asked.shown


def _tells(figure: Figure) -> bool:
    """Whether there is anything but 0 in it, in the year or before."""
    return any((figure.series.year, figure.series.before, *figure.series.months))


def _series_of(figure: Figure, part: str | None) -> Series | None:
    """Of the whole or of a part; None of one that does not exist."""
    return figure.series if part is None else next((one.series for one in figure.parts if one.code == part), None)


def _splits(found: YearFigures, before: YearFigures | None) -> list[Split]:
    """A figure by month, by part, and by what lies below; each only where there is something to tell apart."""
    [figure] = found.figures
    then = None if before is None else before.figures[0]
    splits = [Split("分月", "月份", tuple(_by_month(figure, then)), _of_months(figure.indicator))]
    dimension = figure.indicator.counted.dimension
    if figure.parts and dimension is not None:
        lines = tuple(Line(part.name, part.series.year, part.series.before, {"part": part.code}) for part in figure.parts)
        splits.append(
            Split(
                f"分{dimension.name}",
                dimension.name,
                lines,
                "每人在同一分项内只计一次，合计不是全年的数" if figure.indicator.kind.is_distinct else "",
            )
        )
    for level, areas, values, values_then in (
        ("街道", found.streets, figure.series.streets, _of_streets(before)),
        ("社区", found.communities, figure.series.communities, _of_communities(before)),
    ):
        if areas:
            lines = tuple(
                Line(area.told, value, values_then.get(area.id), {"area_id": str(area.id)}, is_area=True)
                for area, value in zip(areas, values, strict=True)
            )
            note = f"每人在同一范围内只计一次，合计不是各{level}之和" if figure.indicator.kind.is_distinct else ""
            splits.append(Split(f"分{level}", level, lines, note))
    return splits


def _of_months(told: Indicator) -> str:
    if told.kind.is_stock:
        return "各月为月末数"
    return "每人在同一个月内只计一次，合计不是全年的数" if told.kind.is_distinct else ""


def _by_month(figure: Figure, then: Figure | None) -> Iterator[Line]:
    months_then = (None,) * 12 if then is None else then.series.months
    for month, (now, before) in enumerate(zip(figure.series.months, months_then, strict=True), start=1):
        yield Line(f"{month}月", now, before, {"month": str(month)})


def _of_streets(figures: YearFigures | None) -> dict[UUID, int]:
    return {} if figures is None else _by_id(figures.streets, figures.figures[0].series.streets)


def _of_communities(figures: YearFigures | None) -> dict[UUID, int]:
    return {} if figures is None else _by_id(figures.communities, figures.figures[0].series.communities)


def _by_id(areas: Sequence[AreaLine], values: Sequence[int]) -> dict[UUID, int]:
    return {area.id: value for area, value in zip(areas, values, strict=True)}
