"""The Celery worker and beat: the same copy without a face, rung by the broker. `python -m ejia.worker worker` or `… beat` starts one."""

import gc
import sys
from typing import Any
from uuid import uuid4

from celery import Celery, Task, signals
from flask import Flask

from backend.foundation.database import db
from backend.foundation.tracing import bind_request_id
from config.settings import Settings, SettingsInvalid
from ejia import task_metrics
from ejia.core import create_core
from ejia.production import settings_for_start
from tasks.schedule import BEAT

NOT_ALLOWED = 4
"""Exit code where the settings do not allow a start, as of `ejia`."""

MODULES = ("tasks.deliver", "tasks.doorbell", "tasks.housekeeping", "tasks.jobs")


def create_worker(settings: Settings | None = None) -> Celery:
    """Build the Celery application around the database of the copy."""
    settings = settings or settings_for_start()
    flask_app = create_core(settings)

    class TaskInApp(Task):  # type: ignore[misc]
        def __call__(self, *args: object, **kwargs: object) -> Any:
            with flask_app.app_context():
                bind_request_id(f"task-{self.request.id or uuid4()}")
                flask_app.extensions["ejia_start_check"].before_work()
                return self.run(*args, **kwargs)

    celery = Celery("ejia", task_cls=TaskInApp, include=list(MODULES))
    celery.conf.update(
        broker_url=settings.broker_url,
        task_ignore_result=True,
        # A ring that a killed worker held comes back by itself within a second: beat rings again. So nothing is kept unacknowledged.
        task_acks_late=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 3, "visibility_timeout": 3600},
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        timezone="Asia/Shanghai",
        beat_schedule=BEAT,
        beat_scheduler="ejia.beat:Doorbell",
    )
    _after_fork(flask_app)
    task_metrics.watch_tasks({entry["task"] for entry in BEAT.values()})
    return celery


def _after_fork(flask_app: Flask) -> None:
    def begin(**_: object) -> None:
        with flask_app.app_context():
            db.engine.dispose(close=False)  # those of the process that forked
        gc.freeze()  # the application stays: the collector would walk all of it again and again while batches come and go

    signals.worker_process_init.connect(begin, weak=False)


def main() -> None:
    """Start a worker or beat. Ends with code 4 and a line for each reason where the copy may not start."""
    try:
        worker = create_worker()
    except SettingsInvalid as invalid:
        print(invalid, file=sys.stderr)  # noqa: T201 - a program's last word
        sys.exit(NOT_ALLOWED)
    worker.start(sys.argv[1:])


if __name__ == "__main__":
    main()
