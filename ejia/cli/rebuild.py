"""`ejia rebuild …`: what is derived, made again from the facts."""

import click

from backend.foundation import clock
from backend.foundation.database import transaction
from backend.people import queries as people
from backend.points import rebuild as points_rebuild
from config.settings import read_settings
from ejia.app import create_app
from ejia.cli.progress import bar


@click.group()
def rebuild() -> None:
    """重新计算。Make derived values again from the facts; without an interruption, and to the same values."""


@rebuild.command()
def points() -> None:
    """积分。Settle everybody's points by the facts and the rules as they stand."""
    with create_app(read_settings()).app_context():
        with transaction():
            everybody = people.how_many()
        booked = points_rebuild.rebuild(now=clock.now(), advance=bar("积分", everybody))
    click.echo("账目与事实一致，没有改动。" if booked == 0 else f"补记、冲正共 {booked} 笔。")
