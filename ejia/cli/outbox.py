"""`ejia outbox …`: shows deliveries that wait or fail, and sends them again. For whoever looks after a copy."""

from datetime import datetime
from uuid import UUID

import click

from backend.foundation import clock, deliveries
from backend.foundation.clock import SHANGHAI
from backend.foundation.database import transaction
from backend.foundation.deliveries import Line, State, Wanted
from ejia.cli.application import application
from ejia.cli.failures import Failure

_HEADINGS = ("消费者", "状态", "失败", "发生于", "下次处理", "事件", "事件编号", "对象编号", "最近错误")
_WORDS = {State.FAILING: "失败", State.POSTPONED: "推迟", State.DUE: "待处理"}
_CONSUMER = click.option("--consumer", metavar="NAME", help="Only what this consumer has yet to hear: points, statistics …")


@click.group()
def outbox() -> None:
    """待送达事件。What happened and has yet to be heard, and what failed on the way."""


@outbox.command(name="list", short_help="列出待送达的事件。What waits, with the reason and since when.")
@_CONSUMER
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only what stands like this.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many lines at most.")
def list_waiting(consumer: str | None, state: str | None, limit: int) -> None:
    """列出待送达的事件。How many deliveries wait for each consumer, then one line for each: what failed most often first.

    due: the next ring of its consumer takes it. postponed: it waits for its next try. failing: it failed five times or more, and the
    alarm counts it. Ids only, no personal data; the log line outbox.postponed of the same event tells the whole error.
    """
    with application(), transaction():
        now, wanted = clock.now(), Wanted(consumer, state=State(state) if state else None)
        counts = deliveries.counts(wanted, now=now)
        lines = deliveries.waiting(wanted, limit=limit, now=now)
    if not counts:
        click.echo("没有待送达的事件。")
        return
    for name in sorted({name for name, _ in counts}):
        click.echo(f"{name}：" + "，".join(f"{_WORDS[state]} {counts[name, state]}" for state in State if (name, state) in counts))
    click.echo()
    for cells in _aligned([_HEADINGS, *(_cells(line) for line in lines)]):
        click.echo(cells)
    left = sum(counts.values()) - len(lines)
    if left > 0:
        click.echo(f"另有 {left} 条未显示（--limit）。")


@outbox.command(short_help="立即重试。Try again now what waits for its next try.")
@click.argument("event_ids", nargs=-1, type=click.UUID, metavar="[EVENT_ID]...")
@_CONSUMER
@click.option("--all", "everything", is_flag=True, help="All that failed, of every consumer.")
def retry(event_ids: tuple[UUID, ...], consumer: str | None, everything: bool) -> None:
    """立即重试。Make deliveries due now that failed and wait for their next try: by the ids of their events, by consumer, or all.

    Harmless at any time: a delivery that is done is gone, and one that a worker holds is being tried already. Mend the cause first, or
    it fails once more.
    """
    if everything == bool(event_ids or consumer):
        raise click.UsageError("Name events or a consumer, or say --all.")
    wanted = Wanted(consumer, event_ids or None)
    with application(), transaction():
        now = clock.now()
        there = sum(deliveries.counts(wanted, now=now).values())
        made_due = deliveries.retry(wanted, now=now)
    if event_ids and not there:
        raise Failure("No such delivery waits: it is done, or the id is not one that `ejia outbox list` shows as 事件编号.")
    click.echo(f"已安排立即重试 {made_due} 条。" if made_due else "没有推迟中的事件，无需重试。")


def _cells(line: Line) -> tuple[str, ...]:
    when = (_shown(line.since), _shown(line.due_at))
    ids = (str(line.event_id), str(line.subject_id))
    return (line.consumer, _WORDS[line.state], str(line.attempts), *when, line.name, *ids, line.last_error or "-")


def _shown(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Columns as wide as their widest cell; a Chinese character is as wide as two others."""
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _width(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)
