"""The words of the workbook: how indicators are named, marked and noted, and how a report would say a number."""

from collections.abc import Iterable
from datetime import datetime

from backend.foundation import clock
from backend.statistics import form
from backend.statistics.indicators import Indicator
from backend.statistics.queries import Figure, Series, YearFigures

DISTINCT_MARK = "※"
NOT_YET = "—"
TOTAL, SUBTOTAL, YEAR_BEFORE = "合计", "小计", "上年"
AT_END, IN_YEAR = "年末", "本年"

OF_MONTHS = {True: "月末数", False: "当月数"}
"""By whether it is a stock."""

DEFINED = "各指标的口径、类型和计数方式见“指标口径”表；服务按开始之日（北京时间）和需求所在社区计入。"
COUNTED_ONCE = f"带{DISTINCT_MARK}的按人去重：同一人在几个社区、月份或分项中出现只计一次，因此合计、小计不是各项之和。"
TENTHS = "时长以小时计，保留一位小数，其余为整数；0表示没有发生。"
UNITS_OF_ROSTER, UNITS_OF_CONTENTS = "次、小时", "人次、人、次、小时"
NOTES_OF_ROSTER = (
    "名册列出年内在册的每一次登记，包括年内离开、转出的；姓名只显示姓，以编号辨认。",
    "按服务队或者工作单位排列，属于几支队伍的，列在名称排在最前的一支；人多的队伍、单位打印时各自另起一页，可以只打印需要的页。",
    "服务只计本人在册期间在本社区、经确认的，时长以小时计。",
)
NOTES_OF_CONTENTS = (
    "年内在册按登记计：年内离开后又登记的，各计一次；年末在册的与“年度对照”表的年末数一致。",
    "点“名册中的序号”可以转到名册中的该处。",
)
DASHES = f"{NOT_YET}表示尚未到期或不适用。"

_MANY, _THOUSANDS_OF_MANY = 10_000, 1_000_000


def notes_for(indicators: Iterable[Indicator], *, dashes: bool = False) -> list[str]:
    """The notes that a table of these indicators needs: each stands only where its mark does."""
    told = list(indicators)
    notes = [DEFINED]
    if any(indicator.kind.is_distinct for indicator in told):
        notes.append(COUNTED_ONCE)
    if any(indicator.decimals for indicator in told):
        notes.append(TENTHS)
    return [*notes, DASHES] if dashes else notes


def marked(indicator: Indicator) -> str:
    """Its name, with the mark where a person counts once."""
    return f"{indicator.name}{DISTINCT_MARK}" if indicator.kind.is_distinct else indicator.name


def headed(indicator: Indicator) -> str:
    """As a narrow heading: broken at the edges of words, the unit on a line of its own."""
    name = (indicator.heading or indicator.name).replace("|", "\n")
    return f"{name}{DISTINCT_MARK if indicator.kind.is_distinct else ''}\n（{indicator.unit}）"


def headed_on_one_line(indicator: Indicator) -> str:
    """As a wide heading."""
    return f"{marked(indicator)}（{indicator.unit}）"


def period_of(indicator: Indicator) -> str:
    """年末 for what stands at its end, 本年 for what happened in it."""
    return AT_END if indicator.kind.is_stock else IN_YEAR


def width_for(values: Iterable[int | None], indicator: Indicator) -> float:
    """The width that a column of these numbers needs, with the indent."""
    longest = max((len(indicator.written(value)) for value in values if value is not None), default=1)
    return longest * 1.1 + 3


def about(value: int) -> str:
    """A number as a report says it, never more than there is: 26000 → 2.6万, 26345 → 2.6万余, 33 → 30余, 7 → 7."""
    if value >= _THOUSANDS_OF_MANY:
        said, step = f"{value // _MANY}万", _MANY
    elif value >= _MANY:
        tenths = value // (_MANY // 10)
        said, step = f"{tenths / 10:g}万", _MANY // 10
    else:
        step = 10 ** max(len(str(value)) - 2, 1) if value >= 10 else 1
        said = str(value // step * step)
    return said if value % step == 0 else f"{said}余"


def subject(figures: YearFigures) -> str:
    """青山街道2023年度."""
    return f"{figures.area.name}{figures.year}年度"


def moment(instant: datetime) -> str:
    """2026年3月4日13:06:07, as of Beijing."""
    local = instant.astimezone(clock.SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M:%S}"


def title(figures: YearFigures, by: str = "") -> str:
    """The title of a sheet: the form's own, and by what it tells apart."""
    return f"{subject(figures)}{form.current().title}" + (f"（{by}）" if by else "")


def units(indicators: Iterable[Indicator]) -> str:
    """The units that stand in a table."""
    return "、".join(dict.fromkeys(indicator.unit for indicator in indicators))


def dimension_of(figure: Figure) -> str | None:
    """By what the figure is split, if it is."""
    dimension = figure.indicator.counted.dimension
    return dimension.name if figure.parts and dimension is not None else None


def is_empty(series: Series) -> bool:
    """Whether there is nothing in it, neither now nor in the year before."""
    return not (series.year or series.before or any(series.months) or any(series.communities))
