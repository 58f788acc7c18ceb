"""A stand-in WeChat server on a loopback port of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from apiflask import APIFlask

from backend.foundation import clock
from backend.wechat.client import client_from
from config.settings import Settings
from ejia.trial.wechat_server import create_stand_in, stand_in_server


@contextmanager
def running_stand_in(appid: str, secret: str) -> Iterator[str]:
    """Starts it, gives its address, stops it."""
    server = stand_in_server(create_stand_in(appid, secret), 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def talking_to(url: str, app: APIFlask, settings: Settings) -> Iterator[None]:
    """Meanwhile the application takes the server at this address for WeChat's."""
    usual = app.extensions["wechat"]
    with redis.Redis.from_url(settings.redis_url) as store:
        app.extensions["wechat"] = client_from(settings.model_copy(update={"wechat_base_url": url}), store, clock.now)
        try:
            yield
        finally:
            app.extensions["wechat"] = usual
