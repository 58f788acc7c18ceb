"""`ejia backup` and `ejia restore`: the database as a file, and back."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

import click
from psycopg import errors

from backend.foundation import clock, grants
from backend.foundation.objects import StoreAway
from config.settings import read_settings
from ejia.backup.making import make_backup
from ejia.backup.manifest import BackupUnusable
from ejia.backup.restoring import Consent, KeysDiffer, NotEmpty, SwapRefused, restore_backup
from ejia.backup.tools import Server, ToolFailed, ToolsMissing
from ejia.cli.failures import Failure
from ejia.cli.operated import note_command_in, operated
from ejia.file_store import objects_of
from ejia.keys import keyring_of

WITHOUT_KEYS = (
    "注意：备份中没有密钥。EJIA_SEALING_KEYS（{keys}）和 EJIA_INDEX_KEY 须另行妥善保管，缺了它们，身份证号、电话和住址再也读不出来。"
)
_TOOLS = click.option(
    "--tools",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="pg_dump 和 pg_restore 所在的文件夹，版本与服务器一致。",
)
_say = partial(click.echo, err=True)


@click.command()
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="要写入的文件；已有同名文件时不覆盖。")
@_TOOLS
@operated
def backup(output: Path, tools: Path | None) -> None:
    """把数据库备份到文件，旁边另写 文件名.manifest.json，恢复时据此核对备份是否完整；存有文件时另写 文件名.files.tar。

    备份期间可以照常工作，备份的是同一时刻的数据。文件为 pg_dump 的 custom 格式，只有所有者可读；写完、重读、核对无误之后才出现。
    备份中没有密钥，请另行保管。
    """
    settings = read_settings()
    _say("正在备份 …")
    with _told_plainly():
        note_command_in(settings.migrating_url)
        made = make_backup(
            Server(settings.migrating_url),
            output,
            objects=objects_of(settings),
            release=settings.release,
            tools_folder=tools,
            now=clock.now(),
        )
    click.echo(f"已备份到 {output}：{made.size:,} 字节，{sum(made.rows.values()):,} 行，表结构 {made.migration_head}。")
    if made.files is not None:
        click.echo(
            f"文件 {made.files.count:,} 个，{made.files.size:,} 字节"
            + (f"；另有 {made.files.missing:,} 个已不在存储中。" if made.files.missing else "。")
        )
    click.echo(WITHOUT_KEYS.format(keys="、".join(made.sealing_keys) or "尚未使用"))


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="数据库中已有数据：改名保留，并断开正在使用的连接。")
@click.option("--without-keys", is_flag=True, help="现有密钥打不开备份中的加密数据时仍然恢复。")
@_TOOLS
@operated
def restore(file: Path, replace: bool, without_keys: bool, tools: Path | None) -> None:
    """把数据库恢复到备份 FILE 时的状态，并更新到本版本的表结构。

    备份先装入一个新的数据库，清点、更新结构、用现有密钥试读之后，最后一步才替换当前数据库；此前出错不改变任何数据。
    请先停止 web、worker 和 beat，否则期间受理的业务会留在旧数据库里。
    """
    settings = read_settings()
    consent = Consent(replace=replace, without_keys=without_keys)
    server = Server(settings.migrating_url)
    with _told_plainly():
        done = restore_backup(
            server,
            file,
            keyring=keyring_of(settings),
            objects=objects_of(settings),
            consent=consent,
            app_user=grants.app_user_of(settings.database_url) if settings.owner_database_url else None,
            tools_folder=tools,
            now=clock.now(),
            say=_say,
        )
        note_command_in(settings.migrating_url)
    rows = sum(done.manifest.rows.values())
    made_at = done.manifest.made_at.astimezone(clock.SHANGHAI)
    click.echo(f"已恢复到 {server.database}：{made_at:%Y-%m-%d %H:%M:%S} 的备份，{rows:,} 行，表结构 {done.migration_head}。")
    if done.kept_as is not None:
        click.echo(f"原数据库保留为 {done.kept_as}，确认无误后可删除：DROP DATABASE {done.kept_as};")


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        with _tidy_at_the_end():
            yield
    except (BackupUnusable, NotEmpty, KeysDiffer, SwapRefused, ToolsMissing) as refusal:
        raise Failure(str(refusal)) from None
    except StoreAway as error:
        raise Failure(f"文件存储无法访问（EJIA_FILES_FOLDER 或 EJIA_FILES_BUCKET）：{error.__cause__}。") from None
    except ToolFailed as error:
        raise Failure(f"PostgreSQL 自带的程序运行失败：\n{error}") from None
    except errors.InsufficientPrivilege as error:
        raise Failure(f"数据库用户缺少权限：{error.diag.message_primary}。所需权限见 docs/operations.md。") from None
    except (errors.ObjectInUse, errors.DuplicateDatabase) as error:
        raise Failure(f"另一个恢复正在进行：{error.diag.message_primary}。") from None
    except OSError as error:
        raise Failure(f"{error.filename or '文件'} 无法读写：{error.strerror}。") from None


@contextmanager
def _tidy_at_the_end() -> Iterator[None]:
    """Let who is asked to end (a timer's limit, a machine that goes down) do so as by Ctrl-C: with its programs ended and no file left."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
