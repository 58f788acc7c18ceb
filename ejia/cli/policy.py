"""`ejia policy`: who may do what, as the code has it."""

import click

from ejia.policy_page import page


@click.command()
def policy() -> None:
    """权限表。Print docs/policy.md: permissions, roles and reach, and which route asks for which permission."""
    click.echo(page(), nl=False)
