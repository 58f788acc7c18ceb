"""`ejia codes`: why the API refuses, as the code has it."""

import click

from ejia.codes_page import page


@click.command()
def codes() -> None:
    """显示 docs/api-codes.md：每个错误代码的含义、处理办法和使用它的接口。"""
    click.echo(page(), nl=False)
