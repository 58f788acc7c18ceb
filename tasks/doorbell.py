"""Beat's one ring of each second: the worker that hears it asks once what is due, and rings for that alone. While nothing is due, nothing
more is sent."""

from celery import shared_task

from backend.foundation import clock, jobs, outbox
from tasks import deliver
from tasks import jobs as long_work
from tasks.schedule import EXPIRES


@shared_task(name="doorbell.ring", ignore_result=True)
def ring() -> None:
    """Ring each consumer that has something to hear, and long work if some waits."""
    now = clock.now()
    for name in outbox.with_something_due(now=now):
        deliver.consumer.apply_async((name,), expires=EXPIRES)
    if jobs.any_waits(now=now):
        long_work.run.apply_async(expires=EXPIRES)
