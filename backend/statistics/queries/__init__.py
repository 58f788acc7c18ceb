"""Reads of statistics: the year's table, and the rows behind one of its figures."""

from backend.statistics.queries.board import FEWEST, BoardFigure, MonthInReach, month_for_anybody, month_in_reach
from backend.statistics.queries.groups import Grouping, GroupLine, groupings_of
from backend.statistics.queries.reach import (
    FIRST_YEAR,
    AreaLine,
    Choices,
    YearNotBegun,
    area_in_reach,
    choices,
    looks_after_some,
    months_begun,
)
from backend.statistics.queries.rosters import Roster, RosterLine
from backend.statistics.queries.rows import FigureRow, figure_rows
from backend.statistics.queries.versions import Change, LastVersion
from backend.statistics.queries.year import Figure, Series, YearFigures, year_book, year_figure, year_figures
