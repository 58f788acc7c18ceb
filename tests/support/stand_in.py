"""A stand-in WeChat server on a loopback port of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ejia.trial.wechat_server import create_stand_in, stand_in_server


@contextmanager
def running_stand_in(appid: str, secret: str) -> Iterator[str]:
    """Starts it, gives its address, stops it."""
    server = stand_in_server(create_stand_in(appid, secret), 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
