"""`ejia codes`: why the API refuses, as the code has it."""

import click

from ejia.codes_page import page


@click.command()
def codes() -> None:
    """错误代码表。Print docs/api-codes.md: each code, what it means, what a client does about it, and which operations give it."""
    click.echo(page(), nl=False)
