"""`ejia rebuild …`: makes derived values (points, statistics) again from the facts."""

import click

from backend.foundation import clock
from backend.foundation.database import transaction
from backend.people import queries as people
from backend.points import rebuild as points_rebuild
from backend.statistics import service as statistics_service
from ejia.cli.application import application
from ejia.cli.operated import operated
from ejia.cli.progress import bar


@click.group()
def rebuild() -> None:
    """根据事实重新计算积分和统计；期间可以照常工作，结果不变。"""


@rebuild.command(short_help="所有人的积分。")
@operated
def points() -> None:
    """按事实和现行规则重新结算所有人的积分。"""
    with application():
        _rebuild_points()


@rebuild.command(short_help="年度统计。")
@operated
def statistics() -> None:
    """重新统计每一个年度数字；统计完成之前显示原来的数字。"""
    with application():
        _rebuild_statistics()


@rebuild.command(name="all")
@operated
def everything() -> None:
    """先积分，后年度统计。"""
    with application():
        _rebuild_points()
        _rebuild_statistics()


def _rebuild_points() -> None:
    with transaction():
        everybody = people.how_many()
    booked = points_rebuild.rebuild(now=clock.now(), advance=bar("积分", everybody))
    click.echo("账目与事实一致，没有改动。" if booked == 0 else f"补记、冲销共 {booked} 笔。")


def _rebuild_statistics() -> None:
    with transaction():
        statistics_service.rebuild(advance=bar("年度统计", statistics_service.how_many_steps()))
    click.echo("年度统计已按事实重新计算。")
