"""`ejia import …`: the rosters with which a street begins, from workbooks."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import click

from backend.accounts.policy import Permission
from backend.areas import service as areas
from backend.foundation import audit, clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.paging import PageRequest
from backend.imports import queries, service, sheet
from backend.imports.models import ImportKind, ImportStatus
from ejia.cli.application import application
from ejia.cli.operated import operated
from ejia.cli.progress import bar

_KIND = click.argument("kind", type=click.Choice([kind.value for kind in service.KINDS]))
FIRST_FAULTS = 50
_BOOK = click.Path(dir_okay=False, path_type=Path)


@click.group(name="import")
def imports() -> None:
    """导入名册：一个街道开始使用时，把已有的志愿者等从 Excel 导入。"""


@imports.command(short_help="写出要填写的模板。")
@_KIND
@click.option("-o", "--output", required=True, type=_BOOK, help="要写入的 .xlsx 文件。")
def template(kind: str, output: Path) -> None:
    """写出 KIND 的模板：每一列写什么见表头的批注，第二行是示例，不会被导入。"""
    wanted = service.KINDS[ImportKind(kind)]
    output.write_bytes(sheet.template(wanted.title, wanted.columns))
    click.echo(f"已写入 {output}。")


@imports.command(short_help="检查并导入一个文件。")
@_KIND
@click.argument("book", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--area", "code", metavar="CODE", required=True, help="街道或社区的统计代码。")
@click.option("--check", "only_check", is_flag=True, help="只检查，不导入。")
@click.option("--all-or-nothing", is_flag=True, help="有一行不能导入，就都不导入。")
@click.option("--faulty", "output", type=_BOOK, help="不能导入的行写到这个 .xlsx 文件，附原因。")
@operated
def enter(kind: str, book: Path, code: str, output: Path | None, *, only_check: bool, all_or_nothing: bool) -> None:
    """检查 BOOK 的每一行，导入其中正确的；同一文件或同一行再次导入，不会重复。中断后再次运行，从中断的地方继续。"""
    actor = Actor.system()
    with application():
        with transaction():
            area_id = areas.area_of_code(code).id
        import_id = service.receive(actor, service.KINDS[ImportKind(kind)], area_id, book.read_bytes(), now=clock.now())
        service.read(actor, import_id, now=clock.now())
        status = _status(import_id)
        if status in (ImportStatus.READ, ImportStatus.CHECKED):
            service.check(actor, import_id, now=clock.now(), report=_progress("检查"))
        if not only_check and status not in (ImportStatus.ENTERED, ImportStatus.UNDOING):
            service.enter(actor, import_id, all_or_nothing=all_or_nothing, now=clock.now(), report=_progress("导入"))
        with transaction():
            seen, faults = queries.see(actor, import_id), queries.faults(actor, import_id, page=PageRequest(FIRST_FAULTS))
            if output is not None:
                output.write_bytes(queries.faulty_workbook(actor, import_id))
                audit.record(actor, Permission.IMPORT_ENTER, import_id, now=clock.now(), fetched=True)
    for fault in faults.items:
        click.echo(f"{fault.cell}  {fault.sentence}")
    done = "已导入" if seen.status is ImportStatus.ENTERED else "可以导入"
    click.echo(f"{done}{seen.new}行，已有{seen.known}行，不能导入{seen.faulty}行。编号 {import_id}")


@imports.command(short_help="撤销一次导入。")
@click.argument("import_id", type=click.UUID)
@operated
def undo(import_id: UUID) -> None:
    """撤销编号为 IMPORT_ID 的导入：它新增的全部收回。已有人使用其中的内容时不能撤销。"""
    with application():
        service.undo(Actor.system(), import_id, now=clock.now(), report=_progress("撤销"))
    click.echo(f"已撤销：{import_id}")


def _status(import_id: UUID) -> ImportStatus:
    with transaction():
        return service.known_import(Actor.system(), import_id).status


def _progress(label: str) -> Callable[[int, int], None]:
    moved: list[Callable[[int], None]] = []

    def report(done: int, total: int) -> None:  # noqa: ARG001 - a bar that is begun moves by one
        if not moved:
            moved.append(bar(label, total))
        moved[0](1)

    return report
