"""`ejia export …`: figures as files."""

import os
import tempfile
from datetime import datetime
from pathlib import Path

import click

from backend.accounts.policy import Permission
from backend.areas import queries as areas_queries
from backend.areas import service as areas
from backend.areas.models import Area, Level
from backend.foundation import audit, clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.statistics import exports, workbook
from backend.statistics.queries import YearFigures
from ejia.cli.application import application
from ejia.cli.failures import Failure
from ejia.cli.operated import operated
from ejia.cli.progress import bar

EXPORTER = "ejia命令行"


@click.group()
def export() -> None:
    """把统计数据导出为文件。"""


@export.command(name="year-end", short_help="导出一个区域的年终统计表。")
@click.option("--year", required=True, type=click.IntRange(2000, 2199), help="年度（上海时间）。")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="要写入的 .xlsx 文件；已有同名文件时替换。",
)
@click.option("--area", "code", metavar="CODE", help="区、街道或社区的统计代码；只有一个街道时可以不填。")
@operated
def year_end(year: int, output: Path, code: str | None) -> None:
    """导出一个区域的年终统计表：分社区、分月的数字，每个指标的口径，以及与上一版相比的更正。"""
    if output.suffix.lower() != ".xlsx":
        raise click.BadParameter("文件名须以 .xlsx 结尾，否则 Excel 打不开。", param_hint="--output")
    if not output.absolute().parent.is_dir():
        raise Failure(f"没有文件夹 {output.absolute().parent}。")
    with application():
        began = clock.now()
        figures = _figures(year, code, now=began)
        _write(output, workbook.write(figures, exporter=EXPORTER, report=_Progress()))
        with transaction():
            exports.note_year_end(figures, began=began, now=clock.now())
    click.echo(f"已写入 {output}：{figures.area.name}{year}年度，数据版本 {workbook.version_of(figures)}。")


def _figures(year: int, code: str | None, *, now: datetime) -> YearFigures:
    with transaction():
        area = _the_one_street() if code is None else areas.area_of_code(code)
        if area.level is Level.GRID:
            raise Failure("统计到社区为止，网格没有年终统计表。")
        figures = exports.year_book(year, area.id, now=now)
        audit.record(Actor.system(), Permission.FIGURES_EXPORT, area.id, now=now, year=year)
    return figures


def _the_one_street() -> Area:
    streets = [area for area in areas_queries.all_areas(withdrawn=False) if area.level is Level.STREET]
    if not streets:
        raise Failure("还没有街道：请用 ejia areas add 增加，或者用 ejia demo load 装载示范年度。")
    if len(streets) > 1:
        listed = "\n".join(f"  {street.code}  {street.name}" for street in streets)
        raise Failure(f"有多个街道，请用 --area CODE 指明其中一个或所在的区：\n{listed}")
    return streets[0]


class _Progress:
    """A bar that learns its length with the first step."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self, done: int, total: int) -> None:
        if self.done == 0:
            self.advance = bar("年终统计表", total)
        self.advance(done - self.done)
        self.done = done


def _write(output: Path, content: bytes) -> None:
    """All of it or nothing: whoever opens the file never sees half a workbook."""
    scratch = None
    try:
        with tempfile.NamedTemporaryFile(dir=output.absolute().parent, prefix=f".{output.name}.", delete=False) as file:
            scratch = Path(file.name)
            file.write(content)
        scratch.chmod(0o666 & ~_umask())
        scratch.replace(output)
    except OSError as error:
        if scratch is not None:
            scratch.unlink(missing_ok=True)
        raise Failure(f"{output} 无法写入：{error.strerror}。") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
