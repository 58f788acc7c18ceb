"""年度统计: the year's table of an area, and the rows behind each of its figures."""

from typing import Any

from backend.foundation import clock, paging
from backend.foundation.actor import Actor
from backend.statistics import queries as statistics
from backend.statistics.indicators import Indicator, current, indicator
from backend.statistics.queries import AreaLine, Figure, FigureRow, Series, YearFigures
from miniprogram_api.contract import Page, Resource, revalidated
from miniprogram_api.schemas.figures import (
    CommunityValueOut,
    FigureAreaOut,
    FigureOut,
    FigurePartOut,
    FigureRowOut,
    FiguresOut,
    IndicatorOut,
    IndicatorsOut,
)
from web.edge import public, reads
from web.inputs.statistics import FigureRowsQuery, FiguresQuery

bp = Resource("figures", tag="年度统计")

_YEAR = "<int(min=2000, max=2199):year>"


@bp.get("/indicators")
@public
@revalidated
@bp.output(IndicatorsOut)
@bp.doc(summary="统计指标", description="年度统计表的各项指标：口径、计数方式和数据来源，按表中的顺序。")
def list_indicators() -> IndicatorsOut:
    return IndicatorsOut(items=[_defined(one) for one in current().values()])


@bp.get(f"/figures/{_YEAR}")
@reads
@bp.input(FiguresQuery, "query")
@bp.output(FiguresOut)
@bp.doc(summary="年度统计表", description="各指标全年、分月、分社区的数值，附单位和口径。去重人数在街道只计一次，因此不是各社区之和。")
def see_year_figures(actor: Actor, query: FiguresQuery, year: int) -> FiguresOut:
    return _table(statistics.year_figures(actor, year, query.area_id, now=clock.now()))


@bp.get(f"/figures/{_YEAR}/<string(maxlength=80):indicator_code>/rows")
@reads
@bp.input(FigureRowsQuery, "query")
@bp.output(Page[FigureRowOut])
@bp.doc(summary="统计数字的明细", description="一个数字由哪些记录（去重指标：哪些人）构成；各行 value 之和即该数字。")
def list_figure_rows(actor: Actor, query: FigureRowsQuery, year: int, indicator_code: str) -> paging.Page[FigureRowOut]:
    page = statistics.figure_rows(
        actor,
        year,
        indicator_code,
        area_id=query.area_id,
        month=query.month,
        part=query.part,
        page=query.page,
        now=clock.now(),
    )
    counted = indicator(indicator_code)
    return page.map(lambda row: _row(row, counted))


def _defined(one: Indicator) -> IndicatorOut:
    dimension = one.counted.dimension
    return IndicatorOut(
        code=one.code,
        name=one.name,
        group=one.group,
        unit=one.unit,
        kind=one.kind,
        period=one.period,
        counting=one.counting,
        definition=one.definition,
        source=one.counted.source,
        split_by=dimension.name if one.split and dimension is not None else None,
    )


def _table(found: YearFigures) -> FiguresOut:
    return FiguresOut(
        year=found.year,
        area=FigureAreaOut.model_validate(found.area),
        communities=[FigureAreaOut.model_validate(community) for community in found.communities],
        as_of=found.as_of,
        figures=[_figure(figure, found.communities) for figure in found.figures],
    )


def _figure(figure: Figure, communities: tuple[AreaLine, ...]) -> FigureOut:
    counted = figure.indicator
    return FigureOut(
        code=counted.code,
        name=counted.name,
        unit=counted.unit,
        kind=counted.kind,
        definition=counted.definition,
        **_numbers(figure.series, counted, communities),
        parts=[FigurePartOut(code=part.code, name=part.name, **_numbers(part.series, counted, communities)) for part in figure.parts],
    )


def _numbers(series: Series, counted: Indicator, communities: tuple[AreaLine, ...]) -> dict[str, Any]:
    return {
        "value": counted.in_units(series.year),
        "months": [None if month is None else counted.in_units(month) for month in series.months],
        "communities": [
            CommunityValueOut(area_id=community.id, value=counted.in_units(value))
            for community, value in zip(communities, series.communities, strict=True)
        ],
    }


def _row(row: FigureRow, counted: Indicator) -> FigureRowOut:
    return FigureRowOut(
        source_id=row.source_id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        community=row.community,
        part=row.part,
        person_id=row.person_id,
        person_name=row.person_name,
        late_entry_id=row.late_entry_id,
        value=counted.in_units(row.value),
    )
