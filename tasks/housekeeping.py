"""What is done by the clock: old keys forgotten."""

from celery import shared_task

from backend.foundation import clock, idempotency
from backend.foundation.database import transaction


@shared_task(name="housekeeping.forget_old_keys", ignore_result=True)
def forget_old_keys() -> None:
    """Delete idempotency keys whose 24 hours are over."""
    with transaction():
        idempotency.forget_old(now=clock.now())
