"""How the processes of a copy use the broker: what worker and beat have in common."""

from typing import Any

from celery import Celery

from config.settings import Settings


def celery_of(settings: Settings, **options: Any) -> Celery:
    """A Celery application on the broker of the copy, with `options` of its own."""
    celery = Celery("ejia", **options)
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
    )
    return celery
