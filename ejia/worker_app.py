"""Builds the worker: the same copy without a face, rung by the broker."""

from typing import Any
from uuid import uuid4

from celery import Celery, Task, signals
from flask import Flask

from backend.foundation.database import db
from backend.foundation.tracing import bind_request_id
from config.settings import Settings
from ejia import memory, task_metrics
from ejia.broker import celery_of
from ejia.core import create_core
from ejia.production import settings_for_start
from tasks.schedule import BEAT

MODULES = ("tasks.deliver", "tasks.doorbell", "tasks.housekeeping", "tasks.jobs")


def create_worker(settings: Settings | None = None) -> Celery:
    """Build the Celery application around the database of the copy. Raises SettingsInvalid or CatalogueInvalid when it may not start."""
    settings = settings or settings_for_start()
    flask_app = create_core(settings)

    class TaskInApp(Task):  # type: ignore[misc]
        def __call__(self, *args: object, **kwargs: object) -> Any:
            with flask_app.app_context():
                bind_request_id(f"task-{self.request.id or uuid4()}")
                flask_app.extensions["ejia_start_check"].before_work()
                return self.run(*args, **kwargs)

    celery = celery_of(settings, task_cls=TaskInApp, include=list(MODULES))
    _after_fork(flask_app)
    task_metrics.watch_tasks({entry["task"] for entry in BEAT.values()})
    return celery


def _after_fork(flask_app: Flask) -> None:
    def begin(**_: object) -> None:
        with flask_app.app_context():
            db.engine.dispose(close=False)  # those of the process that forked
        memory.settle()

    signals.worker_process_init.connect(begin, weak=False)
