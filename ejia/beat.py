"""Beat, and its schedule. It sends no ring while no worker listens, so the broker does not fill."""

from typing import Any

import structlog
from celery import Celery
from celery.beat import PersistentScheduler, ScheduleEntry

from config.settings import Settings
from ejia import logs
from ejia.broker import celery_of
from ejia.production import StartCheck, settings_for_start
from tasks.schedule import BEAT

log = structlog.get_logger(__name__)

MOST_WAITING = 100
"""Messages in the queue at which no ring is added; a worker that is there takes each within a second."""


def create_beat(settings: Settings | None = None) -> Celery:
    """Build what rings the worker, from the environment unless settings are given. It holds no tasks, no keys and no catalogue.

    Raises SettingsInvalid when the copy may not start.
    """
    settings = settings or settings_for_start()
    logs.configure(json_lines=settings.log_json)
    StartCheck(settings).at_start()
    celery = celery_of(settings)
    celery.conf.update(beat_schedule=BEAT, beat_scheduler="ejia.beat:Doorbell")
    return celery


class Doorbell(PersistentScheduler):  # type: ignore[misc]
    """Leaves out rings while no worker takes any: they expire, but the broker keeps them until a worker looks, and one a second is a
    hundred megabytes a day. What does not expire is sent all the same."""

    _silent = False

    def apply_async(self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **options: Any) -> Any:
        """As beat sends an entry that is due. A ring that is left out comes again with the next one."""
        if entry.options.get("expires") and self._nobody_listens(producer):
            return None
        return super().apply_async(entry, producer=producer, advance=advance, **options)

    def _nobody_listens(self, producer: Any) -> bool:
        try:
            waiting: int = producer.channel.queue_declare(queue=self.app.conf.task_default_queue).message_count
        except Exception:
            return False  # the broker is away: whoever sends finds out, and reconnects
        silent = waiting >= MOST_WAITING
        if silent != self._silent:
            self._silent = silent
            log.warning("beat.nobody_listens" if silent else "beat.somebody_listens", waiting=waiting)
        return silent
