"""`ejia policy`: who may do what, as the code has it."""

import click

from ejia.policy_page import page


@click.command()
def policy() -> None:
    """显示 docs/policy.md：权限、角色和范围，以及每个接口所需的权限。"""
    click.echo(page(), nl=False)
