"""How the processes of a copy use the broker: what worker and beat have in common."""

from typing import Any

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as over_redis

from config.settings import Settings


class Channel(over_redis.Channel):
    """Ends quietly where the broker is gone.

    Kombu gives back what was taken and not yet acknowledged. Over a line that is gone it can't, and when it tries a second time, it finds
    no address to try: an error that no worker expects, of which it ended. What is not given back now comes back when its time is over.
    """

    def close(self) -> None:
        """As kombu's."""
        if self.connection is None or self.connection.client is None:
            self.do_restore = False
        super().close()  # type: ignore[no-untyped-call]


class Transport(over_redis.Transport):
    """Redis, with channels of which no worker ends."""

    Channel = Channel


# By name, so that addresses are read as ever; and before anybody makes a connection, for kombu remembers of each name what it first was.
TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), f"{__name__}:Transport"))


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
