"""Reads of statistics: the year's table, and the rows behind one of its figures."""

from backend.statistics.queries.reach import AreaLine
from backend.statistics.queries.rows import FigureRow, figure_rows
from backend.statistics.queries.year import Figure, Series, YearFigures, year_figures
