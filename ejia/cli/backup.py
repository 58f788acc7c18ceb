"""`ejia backup` and `ejia restore`: the database as a file, and back."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

import click
from psycopg import errors

from backend.foundation import clock
from config.settings import read_settings
from ejia.backup.making import make_backup
from ejia.backup.manifest import BackupUnusable
from ejia.backup.restoring import Consent, KeysDiffer, NotEmpty, SwapRefused, restore_backup
from ejia.backup.tools import Server, ToolFailed, ToolsMissing
from ejia.cli.failures import Failure
from ejia.keys import keyring_of

WITHOUT_KEYS = (
    "注意：备份中没有密钥。EJIA_SEALING_KEYS（{keys}）和 EJIA_INDEX_KEY 须另行妥善保管，缺了它们，身份证号、电话和住址再也读不出来。\n"
    "The keys are NOT in the backup. Keep EJIA_SEALING_KEYS and EJIA_INDEX_KEY elsewhere: without them ID numbers, phones and addresses\n"
    "can never be read again."
)
_TOOLS = click.option(
    "--tools",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of pg_dump and pg_restore, of the server's release.",
)
_say = partial(click.echo, err=True)


@click.command()
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write; one that is there stays."
)
@_TOOLS
def backup(output: Path, tools: Path | None) -> None:
    """备份。Write the database into a file, and beside it FILE.manifest.json, by which a restore knows that it is whole.

    Nobody has to stop working: it is the state of one moment. The file is in pg_dump's custom format, readable by its owner only, and
    appears once it was written, read again and found complete. The keys are not in it: keep them elsewhere.
    """
    settings = read_settings()
    _say("正在备份 …")
    with _told_plainly():
        made = make_backup(Server(settings.database_url), output, release=settings.release, tools_folder=tools, now=clock.now())
    click.echo(f"已备份到 {output}：{made.size:,} 字节，{sum(made.rows.values()):,} 行，表结构 {made.migration_head}。")
    click.echo(WITHOUT_KEYS.format(keys="、".join(made.sealing_keys) or "尚未使用"))


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="The database holds data: put it aside under another name, and cut off who works on it.")
@click.option("--without-keys", is_flag=True, help="Restore although the keys of the settings do not open the sealed values.")
@_TOOLS
def restore(file: Path, replace: bool, without_keys: bool, tools: Path | None) -> None:
    """恢复。Make the database of the settings what it was when FILE was made, brought to the schema of this release.

    The backup goes into a new database first, is counted, migrated and tried with the keys of the settings, and takes the place of the
    present one in the last step; whatever goes wrong before changes nothing. Stop the web server, the workers and beat before, or what
    they accept meanwhile stays behind in the old database.
    """
    settings = read_settings()
    consent = Consent(replace=replace, without_keys=without_keys)
    server = Server(settings.database_url)
    with _told_plainly():
        done = restore_backup(server, file, keyring=keyring_of(settings), consent=consent, tools_folder=tools, now=clock.now(), say=_say)
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
    except ToolFailed as error:
        raise Failure(f"PostgreSQL's own program failed:\n{error}") from None
    except errors.InsufficientPrivilege as error:
        raise Failure(f"The database user lacks a right: {error.diag.message_primary}. docs/operations.md names those needed.") from None
    except (errors.ObjectInUse, errors.DuplicateDatabase) as error:
        raise Failure(f"Another restore is going on: {error.diag.message_primary}.") from None
    except OSError as error:
        raise Failure(f"{error.filename or 'The file'} cannot be read or written: {error.strerror}.") from None


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
