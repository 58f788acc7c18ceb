"""`ejia demo …`: the demonstration year."""

from pathlib import Path

import click

from backend.foundation import clock
from backend.foundation.database import transaction
from backend.points import rebuild as points
from backend.statistics import service as statistics
from config.settings import read_settings
from ejia.cli.application import application
from ejia.cli.failures import Failure
from ejia.cli.progress import bar
from ejia.trial.demo import load as year
from ejia.trial.demo.logins import PASSWORD


@click.group()
def demo() -> None:
    """示范数据。The demonstration year: the report's own 2023, synthetic in every person."""


@demo.command()
@click.option(
    "--scale",
    type=click.FloatRange(0.001, 100),
    default=1.0,
    show_default=True,
    help="1 gives the report's figures: 136 teams, 26,000 volunteers.",
)
@click.option(
    "--logins", type=click.Path(dir_okay=False, path_type=Path), help="Write the logins to this file when all is done, not to the terminal."
)
def load(scale: float, logins: Path | None) -> None:
    """装载示范年度。Load the year into an empty database, and count it.

    Refused where somebody is registered already, and in production.
    """
    settings = read_settings()
    if not settings.is_trial:
        raise Failure("Production holds no demonstration data: set EJIA_PROFILE=trial on a copy that is meant for trying out.")
    with application():
        try:
            loaded = year.load_demonstration_year(settings.wechat_appid, scale=scale, progress=bar)
        except year.NotEmpty as refusal:
            raise Failure("The database holds people already; the demonstration year goes into an empty one only.") from refusal
        points.rebuild(now=clock.now(), advance=bar("积分入账", loaded.people))
        with transaction():
            statistics.rebuild(advance=bar("年度统计", statistics.how_many_steps()))
    click.echo(f"已装载 {loaded.rows:,} 行。")
    lines = [f"  {login.name:<14}{'微信' if login.by_wechat else f'密码 {PASSWORD}'}  {login.who}" for login in loaded.logins]
    if logins is None:
        click.echo("\n".join(["示范账号：", *lines]))
    else:
        logins.write_text("\n".join([*lines, ""]))
