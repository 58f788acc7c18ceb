"""`ejia rebuild …`: makes derived values (points, statistics) again from the facts."""

import click

from backend.foundation import clock
from backend.foundation.database import transaction
from backend.people import queries as people
from backend.points import rebuild as points_rebuild
from backend.statistics import service as statistics_service
from ejia.cli.application import application
from ejia.cli.progress import bar


@click.group()
def rebuild() -> None:
    """重新计算。Make derived values again from the facts; without an interruption, and to the same values."""


@rebuild.command(short_help="积分。Everybody's points, by the rules as they stand.")
def points() -> None:
    """积分。Settle everybody's points by the facts and the rules as they stand."""
    with application():
        _rebuild_points()


@rebuild.command(short_help="年度统计。Every cell of the year's tables.")
def statistics() -> None:
    """年度统计。Count every cell of the year's tables anew; readers see the old ones until all is counted."""
    with application():
        _rebuild_statistics()


@rebuild.command(name="all")
def everything() -> None:
    """全部。Points first, then the statistics that count them."""
    with application():
        _rebuild_points()
        _rebuild_statistics()


def _rebuild_points() -> None:
    with transaction():
        everybody = people.how_many()
    booked = points_rebuild.rebuild(now=clock.now(), advance=bar("积分", everybody))
    click.echo("账目与事实一致，没有改动。" if booked == 0 else f"补记、冲正共 {booked} 笔。")


def _rebuild_statistics() -> None:
    with transaction():
        statistics_service.rebuild(advance=bar("年度统计", statistics_service.how_many_steps()))
    click.echo("年度统计已按事实重新计算。")
