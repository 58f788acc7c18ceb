"""`ejia outbox …`: shows deliveries that wait or fail, and sends them again. For whoever looks after a copy."""

from datetime import datetime
from uuid import UUID

import click

from backend.foundation import clock, deliveries
from backend.foundation.clock import SHANGHAI
from backend.foundation.database import transaction
from backend.foundation.deliveries import DeliveryState, Line, Wanted
from ejia.cli.application import application
from ejia.cli.failures import Failure
from ejia.cli.operated import operated

_HEADINGS = ("消费者", "状态", "失败", "发生于", "下次处理", "事件", "事件编号", "对象编号", "最近错误")
_CONSUMER = click.option("--consumer", metavar="NAME", help="只看这一个消费者：points、statistics 等。")


@click.group()
def outbox() -> None:
    """待送达事件：已经发生、还没有送达或者送达失败的事件。"""


@outbox.command(name="list", short_help="列出待送达的事件、原因和时间。")
@_CONSUMER
@click.option("--state", type=click.Choice([state.value for state in DeliveryState]), help="只看这一种状态。")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="最多显示多少条。")
def list_waiting(consumer: str | None, state: str | None, limit: int) -> None:
    """列出待送达的事件：先是每个消费者的条数，然后每条一行，失败次数多的在前。

    due 待处理：马上就会处理。postponed 推迟：等待下一次重试。failing 失败：已失败五次或更多，计入告警。
    只显示编号，没有个人信息；完整的错误见日志中同一事件的 outbox.postponed。
    """
    with application(), transaction():
        now, wanted = clock.now(), Wanted(consumer, state=DeliveryState(state) if state else None)
        counts = deliveries.counts(wanted, now=now)
        lines = deliveries.waiting(wanted, limit=limit, now=now)
    if not counts:
        click.echo("没有待送达的事件。")
        return
    for name in sorted({name for name, _ in counts}):
        click.echo(f"{name}：" + "，".join(f"{state.chinese} {counts[name, state]}" for state in DeliveryState if (name, state) in counts))
    click.echo()
    for cells in _aligned([_HEADINGS, *(_cells(line) for line in lines)]):
        click.echo(cells)
    left = sum(counts.values()) - len(lines)
    if left > 0:
        click.echo(f"另有 {left} 条未显示（--limit）。")


@outbox.command(short_help="立即重试推迟中的事件。")
@click.argument("event_ids", nargs=-1, type=click.UUID, metavar="[EVENT_ID]...")
@_CONSUMER
@click.option("--all", "everything", is_flag=True, help="所有消费者的全部失败事件。")
@operated
def retry(event_ids: tuple[UUID, ...], consumer: str | None, everything: bool) -> None:
    """立即重试失败后等待中的事件：按事件编号、按消费者，或者全部。

    随时可以运行，不会重复处理。请先排除原因，否则还会失败。
    """
    if everything == bool(event_ids or consumer):
        raise click.UsageError("请写明事件编号或 --consumer，或者用 --all。")
    wanted = Wanted(consumer, event_ids or None)
    with application(), transaction():
        now = clock.now()
        there = sum(deliveries.counts(wanted, now=now).values())
        made_due = deliveries.retry(wanted, now=now)
    if event_ids and not there:
        raise Failure("没有这样的待送达事件：已经处理完，或者编号不是 ejia outbox list 所列的事件编号。")
    click.echo(f"已安排立即重试 {made_due} 条。" if made_due else "没有推迟中的事件，无需重试。")


def _cells(line: Line) -> tuple[str, ...]:
    when = (_shown(line.since), _shown(line.due_at))
    ids = (str(line.event_id), str(line.subject_id))
    return (line.consumer, line.state.chinese, str(line.attempts), *when, line.name, *ids, line.last_error or "-")


def _shown(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Columns as wide as their widest cell; a Chinese character is as wide as two others."""
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _width(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)
