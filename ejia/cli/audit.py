"""`ejia audit …`: whether the audit log is what it was."""

from itertools import islice
from pathlib import Path

import click

from backend.foundation import audit_chain, audit_heads, clock
from backend.foundation.audit_heads import HeadUnusable
from backend.foundation.database import transaction
from ejia.cli.application import application
from ejia.cli.failures import Failure
from ejia.cli.progress import bar

_MOST_TOLD = 20


@click.group(name="audit")
def audit_group() -> None:
    """审计链：每条审计记录都接在前一条之后封存，改动、删除都能查出。"""


@audit_group.command(short_help="核对审计记录有没有被改动、删除。")
@click.option(
    "--head",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="此前签发的链首文件；可以写多个。没有它查不出末尾的删除和全部重写。",
)
@click.option("--public-key", metavar="BASE64", help="签发这些链首的公钥；密钥更换过才需要。")
def verify(files: tuple[Path, ...], public_key: str | None) -> None:
    """核对全部审计记录，并与此前签发的链首对照；有不符时报错，退出码 1。"""
    with application(), transaction():
        last, waiting = audit_chain.last_link(), audit_chain.waiting()
        found = [flaw.said for flaw in islice(audit_chain.flaws(advance=bar("审计记录", last.position)), _MOST_TOLD)]
        key = public_key or audit_heads.current().public_key
        found += [f"{file}：{said}" for file in files if (said := _flaw_of(file, key)) is not None]
    if found:
        raise Failure("审计记录不可信：\n" + "\n".join(f"  {said}" for said in found))
    click.echo(f"审计记录完好：已封存 {last.position:,} 条，等待封存 {waiting:,} 条；与 {len(files)} 个链首一致。")
    if not files:
        click.echo("没有对照链首：末尾的删除和全部重写查不出来。请用 --head 指明此前签发、另行保管的文件。", err=True)


@audit_group.command(short_help="显示签过名的链首。")
def head() -> None:
    """封存等待的记录，显示此刻的链首和签名；请保存在数据库管理员改不到的地方。"""
    with application():
        now = clock.now()
        sealed = 1
        while sealed:
            with transaction():
                sealed = audit_chain.seal(now=now)
        with transaction():
            click.echo(audit_heads.current().signed(audit_heads.head(now=now)), nl=False)


def _flaw_of(file: Path, public_key: str) -> str | None:
    try:
        return audit_heads.flaw_of(audit_heads.read(file.read_text(), public_key=public_key))
    except HeadUnusable as unusable:
        return str(unusable)
