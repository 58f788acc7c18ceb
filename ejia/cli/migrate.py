"""`ejia migrate`: bring the database's schema up to date."""

import click
from alembic.util.exc import CommandError
from sqlalchemy.exc import ProgrammingError

from backend.foundation import grants, schema
from backend.tables import METADATA
from config.settings import Settings, read_settings
from ejia.cli.failures import Failure
from ejia.cli.operated import note_command_in, take_operator


@click.command()
@click.option("--to", "revision", default="head", show_default=True, metavar="REVISION", help="更新到这一版，例如 0007。")
@click.option("--check", is_flag=True, help="只检查不更新；数据库结构与本版本不符时报错。")
def migrate(revision: str, check: bool) -> None:
    """把数据库结构更新到本版本；可以重复运行，也可以在两台机器上同时运行。"""
    settings = read_settings()
    url = settings.migrating_url
    if check:
        _check(url)
        return
    take_operator()
    before = schema.current(url)
    try:
        schema.upgrade(url, revision)
    except CommandError as error:
        raise Failure(str(error)) from None
    _let_the_app_in(settings)
    after = schema.current(url)
    if before != after:
        note_command_in(url)
    click.echo(f"数据库结构已是最新：{after}。" if before == after else f"数据库结构已更新：{before or '空'} → {after}。")


def _let_the_app_in(settings: Settings) -> None:
    user = grants.app_user_of(settings.database_url)
    if settings.owner_database_url is None or user is None or user == grants.app_user_of(settings.owner_database_url):
        return
    try:
        grants.give(settings.owner_database_url, user)
    except ProgrammingError as error:
        raise Failure(f"不能向 DATABASE_URL 的用户 {user} 授权：{str(error.orig).strip()}") from None


def _check(url: str) -> None:
    current, head = schema.current(url), schema.head()
    if current != head:
        raise Failure(f"数据库结构是 {current or '空'}，本版本需要 {head}：请运行 ejia migrate。")
    differences = schema.differences(url, METADATA)
    if differences:
        raise Failure("数据库结构与程序不一致：\n" + "\n".join(f"  {difference}" for difference in differences))
    click.echo(f"数据库结构是 {head}，与程序一致。")
