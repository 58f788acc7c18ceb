"""`ejia limits`: everything that has a number, as code and catalogues have it."""

import click

from ejia.limits_page import page


@click.command()
def limits() -> None:
    """显示 docs/limits.md：所有限制、按谁计数、数值和对应的设置。"""
    click.echo(page(), nl=False)
