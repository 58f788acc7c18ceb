"""`ejia migrate`: bring the database's schema up to date."""

import click
from alembic.util.exc import CommandError

from backend.foundation import schema
from backend.tables import METADATA
from config.settings import read_settings
from ejia.cli.failures import Failure


@click.command()
@click.option("--to", "revision", default="head", show_default=True, metavar="REVISION", help="Migrate up to this one, e.g. 0007.")
@click.option("--check", is_flag=True, help="Change nothing; fail when the database is not what this release expects.")
def migrate(revision: str, check: bool) -> None:
    """更新数据库结构。Bring the database's schema up to date; safe to repeat, and to run on two machines at once."""
    url = read_settings().database_url
    if check:
        _check(url)
        return
    before = schema.current(url)
    try:
        schema.upgrade(url, revision)
    except CommandError as error:
        raise Failure(str(error)) from None
    after = schema.current(url)
    click.echo(f"The schema was up to date at {after}." if before == after else f"The schema went from {before or 'nothing'} to {after}.")


def _check(url: str) -> None:
    current, head = schema.current(url), schema.head()
    if current != head:
        raise Failure(f"The database stands at {current or 'no migration'}, this release needs {head}: run `ejia migrate`.")
    differences = schema.differences(url, METADATA)
    if differences:
        raise Failure("The database differs from the models:\n" + "\n".join(f"  {difference}" for difference in differences))
    click.echo(f"The schema is at {head} and equal to the models.")
