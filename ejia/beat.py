"""Beat, and its schedule: no ring while no worker listens, so the broker does not fill, and none left out after its clock went back."""

from datetime import datetime, timedelta
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
_STEP_BACK = timedelta(seconds=1)


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
    hundred megabytes a day. What does not expire is sent all the same.

    It goes on when the host's clock is set back: an entry that ran in what is the future now would else be silent until then.
    """

    _silent = False
    _looked: datetime | None = None

    def tick(self, *args: Any, **options: Any) -> float:
        """As beat looks what is due: the seconds until it wants to look again."""
        self._follow_the_clock()
        seconds: float = super().tick(*args, **options)
        return seconds

    def _follow_the_clock(self) -> None:
        now: datetime = self.app.now()
        # At the first look, too: the file may remember a time that is still to come.
        if self._looked is None or now < self._looked - _STEP_BACK:
            if self._looked is not None:
                log.warning("beat.clock_set_back", seconds=round((self._looked - now).total_seconds()))
            for entry in self.schedule.values():
                entry.last_run_at = min(entry.last_run_at, now)
            self._heap = None  # is built anew from when each ran last
        self._looked = now

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
