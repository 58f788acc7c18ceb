"""Delivers the outbox to its consumers. Rung each second while something is due (tasks/doorbell.py); ten rings do the same as one."""

from celery import shared_task

from backend.foundation import clock, outbox

BATCH = 1000
"""Deliveries in one transaction. With half as many a consumer is a fifth slower; for as long others wait for the figures (50 ms)."""


@shared_task(name="deliver.consumer", ignore_result=True)
def consumer(name: str) -> None:
    """Let one consumer apply what is due for it, batch after batch, until nothing is left."""
    while outbox.deliver_batch(name, now=clock.now(), size=BATCH) == BATCH:
        pass
