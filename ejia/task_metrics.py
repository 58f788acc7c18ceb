"""Counts a worker's task runs for Prometheus. It is not in metrics.py because the web server must not load Celery."""

import time
from collections.abc import Iterable

from celery import signals
from prometheus_client import CollectorRegistry, Counter, Histogram

from ejia.metrics import SECONDS


def watch_tasks(known: Iterable[str]) -> None:
    """Count the task runs of this worker and how long they take, by task name and outcome. That a task of those known has not failed is
    counted from the start: Prometheus sees no increase in a series that begins with its first failure."""
    registry = CollectorRegistry()
    ended = Counter("ejia_tasks_total", "Task runs ended.", ["task", "outcome"], registry=registry)
    seconds = Histogram("ejia_task_seconds", "Length of task runs.", ["task"], buckets=SECONDS, registry=registry)
    began: dict[str, float] = {}
    for task in known:
        ended.labels(task, "failure")

    def begin(task_id: str, **_: object) -> None:
        began[task_id] = time.perf_counter()

    def finish(task_id: str, sender: object, state: str | None, **_: object) -> None:
        name = str(getattr(sender, "name", "(unknown)"))
        ended.labels(name, (state or "unknown").lower()).inc()
        started = began.pop(task_id, None)
        if started is not None:
            seconds.labels(name).observe(time.perf_counter() - started)

    signals.task_prerun.connect(begin, weak=False)
    signals.task_postrun.connect(finish, weak=False)
