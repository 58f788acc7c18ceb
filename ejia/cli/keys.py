"""`ejia keys …`: the keys that seal personal data, and the change from one to another."""

import base64
import secrets
from collections import Counter

import click
from sqlalchemy import MetaData

from backend.accounts.policy import Permission
from backend.foundation import audit, clock, key_register, resealing, sealed_text
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.resealing import Count, SealedTable
from backend.foundation.sealing import keyring
from backend.tables import METADATA
from ejia.cli.application import application
from ejia.cli.failures import Failure
from ejia.cli.operated import operated
from ejia.cli.progress import bar

KEY_BYTES = 32


@click.group(name="keys")
def keys() -> None:
    """加密身份证号、电话和住址的密钥：查看、新建和更换。"""


@keys.command(short_help="生成并显示一个新密钥。")
@click.option("--id", "key_id", help="新密钥的名称；不填则用当天日期。")
@click.option("--index", is_flag=True, help="生成盲索引密钥（没有名称）。")
def new(key_id: str | None, index: bool) -> None:
    """生成并显示一个新密钥；不保存，也不改变任何设置。"""
    key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    click.echo(key if index else f"{key_id or f'k{clock.shanghai_day(clock.now()):%Y%m%d}'}:{key}")
    then = "EJIA_SECOND_INDEX_KEY，然后 EJIA_INDEX_KEY" if index else "EJIA_SEALING_KEYS，先放在最后"
    click.echo(f"用于 {then}；步骤和顺序见 docs/operations.md 的 Keys and their change。", err=True)


@keys.command(name="list", short_help="列出每个密钥加密了多少项。")
def list_keys() -> None:
    """列出每个密钥加密了多少项；一项也没有的密钥可以从设置中删除。"""
    with application():
        counts = _counts(METADATA)
        ring = keyring()
        sealed = Counter(dict.fromkeys(ring.keys, 0))
        for count in counts:
            sealed[count.key_id] += count.values
        for key_id, number in sealed.items():
            state = "用于加密" if key_id == ring.sealing_id else "只用于解密" if key_id in ring.keys else "设置中缺少此密钥"
            click.echo(f"{key_id:<20} {number:>12,}  {state}")
            for count in counts:
                if count.key_id == key_id:
                    click.echo(f"    {count.column:<32} {count.values:>12,}")


@keys.command(short_help="检查设置中的密钥是否齐全。")
@click.option("--index", is_flag=True, help="同时逐项解密，核对盲索引。")
def check(index: bool) -> None:
    """检查设置中的密钥是否齐全；有数据由缺少的密钥加密或索引时报错。同时列出旧版本写入、还没有加密的内容。"""
    with application():
        with transaction():
            given_up = key_register.given_up()
        unknown = [count for count in _counts(METADATA) if count.key_id not in keyring().keys.keys() | given_up]
        with transaction():
            complaints = [f"登记过、但设置中没有的密钥：{name}" for name in key_register.missing_keys(keyring())]
        complaints += [f"{one.column}：{one.values:,} 项由 {one.key_id!r} 加密" for one in unknown]
        if index:
            complaints += _wrong_indexes()
    if complaints:
        raise Failure("密钥与数据库不符：\n" + "\n".join(f"  {complaint}" for complaint in complaints))
    click.echo("设置中的密钥可以打开全部加密数据。")
    click.echo("\n".join(_in_clear()) or "没有未加密的旧内容。")


@keys.command(name="give-up", short_help="确认一个密钥已经永久丢失。")
@click.argument("key_id")
@operated
def give_up(key_id: str) -> None:
    """确认一个密钥已经永久丢失：它加密的数据再也读不出来，系统不再要求提供它。"""
    with application():
        if key_id in keyring().keys:
            raise Failure(f"设置中有密钥 {key_id}，它没有丢失。")
        with transaction():
            if not key_register.give_up(key_id, now=clock.now()):
                raise Failure(f"没有数据需要名为 {key_id} 的密钥。")
            audit.record(Actor.system(), Permission.KEYS_ROTATE, None, now=clock.now(), key=key_id, given_up=True)
    click.echo(f"已放弃密钥 {key_id}。")


@keys.command(short_help="用第一个密钥重新加密全部数据。")
@click.option("--index", is_flag=True, help="同时用 EJIA_INDEX_KEY 重建盲索引。")
@click.option("--batch", type=click.IntRange(1, 10_000), default=500, show_default=True, help="每个事务处理的行数。")
@operated
def rotate(index: bool, batch: int) -> None:
    """用 EJIA_SEALING_KEYS 的第一个密钥重新加密全部数据。

    期间可以照常工作。中途停止不会丢失数据，再次运行会接着做完。
    """
    with application():
        tables = resealing.sealed_tables(METADATA)
        with transaction():
            key_register.note_keys(keyring(), now=clock.now())
        changed, unopened = 0, []
        for sealed in tables:
            outcome = _rotate(sealed, index_too=index, batch=batch)
            changed += outcome.changed
            unopened += outcome.unopened
        left = _finish(tables, changed, index=index, whole=not unopened)
    click.echo(f"重新加密 {changed:,} 项。")
    if unopened:
        shown = "\n".join(f"  {one}" for one in unopened[:20])
        raise Failure(f"{len(unopened):,} 项用设置中的密钥都打不开，保持原样：\n{shown}")
    if left:
        raise Failure(f"期间又有 {left:,} 项用别的密钥加密：请重启仍在使用旧密钥顺序的进程，再运行一次。")


def _rotate(sealed: SealedTable, *, index_too: bool, batch: int) -> resealing.Outcome:
    with transaction():
        waiting = resealing.count_waiting(sealed, index_too=index_too)
    advance = bar(sealed.table.name, waiting)
    return resealing.reseal(sealed, index_too=index_too, batch=batch, advance=advance)


def _finish(tables: list[SealedTable], changed: int, *, index: bool, whole: bool) -> int:
    """Write down what was done; returns how many values wait (again)."""
    now = clock.now()
    with transaction():
        counts = resealing.count_by_key(tables)
        key_register.keep_only(keyring(), {count.key_id for count in counts}, now=now)
        if index and whole:
            key_register.keep_only_index_of(keyring(), now=now)
        audit.record(Actor.system(), Permission.KEYS_ROTATE, None, now=now, values=changed, index=index, key=keyring().sealing_id)
    return sum(count.values for count in counts if count.key_id != keyring().sealing_id and count.key_id in keyring().keys)


def _in_clear() -> list[str]:
    with application(), transaction():
        waiting = sealed_text.count_in_clear(list(sealed_text.old_texts(METADATA)))
    return [f"尚未加密的旧内容：{column}，{number:,} 项（每晚自动加密）" for column, number in waiting.items() if number]


def _counts(metadata: MetaData) -> list[Count]:
    with transaction():
        return resealing.count_by_key(resealing.sealed_tables(metadata))


def _wrong_indexes() -> list[str]:
    complaints = []
    for sealed in resealing.sealed_tables(METADATA):
        with transaction():
            length = resealing.count_waiting(sealed, index_too=True) if sealed.indexes else 0
        wrong = resealing.wrongly_indexed(sealed, batch=500, advance=bar(sealed.table.name, length))
        complaints += [f"{sealed.table.name}：{wrong:,} 项用 EJIA_INDEX_KEY 查不到"] if wrong else []
    return complaints
