"""The real client over HTTP, a stand-in WeChat server on a loopback port, and a Valkey of our own. No database is needed."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from pydantic import SecretStr
from redis import Redis

from backend.wechat.client import WeChatClient
from backend.wechat.tokens import TokenStore
from ejia.trial.servers import EmbeddedValkey
from ejia.trial.wechat_server import create_stand_in, stand_in_server
from tests.wechat.steering import Levers

APPID = "wx00112233445566ff"
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_client(valkey: EmbeddedValkey) -> Iterator[Redis]:
    with Redis.from_url(valkey.url) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="session")
def _stand_in_url() -> Iterator[str]:
    server = stand_in_server(create_stand_in(APPID, SECRET), 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def stand_in(_stand_in_url: str) -> Levers:
    levers = Levers(_stand_in_url)
    levers.post("reset")
    return levers


class Watch:
    """The product's clock and the stand-in's, which go forward together."""

    def __init__(self, levers: Levers) -> None:
        self._levers = levers
        self._lead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._lead

    def pass_seconds(self, seconds: float) -> None:
        self._lead += timedelta(seconds=seconds)
        self._levers.post("clock", advance_s=seconds)


@pytest.fixture
def watch(stand_in: Levers) -> Watch:
    return Watch(stand_in)


@pytest.fixture
def pauses() -> list[float]:
    """How long the clients of this test would have slept, one entry a time."""
    return []


@pytest.fixture
def make_client(stand_in: Levers, redis_client: Redis, watch: Watch, pauses: list[float]) -> Iterator[Callable[..., WeChatClient]]:
    """Makes a client as another process would have it; it notes its pauses instead of sleeping, unless told otherwise."""
    sessions: list[requests.Session] = []

    def make(**changed: Any) -> WeChatClient:
        sessions.append(requests.Session())
        given = {
            "base_url": stand_in.base_url,
            "appid": APPID,
            "secret": SecretStr(SECRET),
            "now": watch.now,
            "token_store": TokenStore(redis_client, APPID),
            "log_key": b"log key of the tests",
            "session": sessions[-1],
            "sleep": pauses.append,
        }
        return WeChatClient(**(given | changed))

    yield make
    for session in sessions:
        session.close()


@pytest.fixture
def client(make_client: Callable[..., WeChatClient]) -> WeChatClient:
    return make_client()


@pytest.fixture
def patient_client(make_client: Callable[..., WeChatClient]) -> Callable[[], WeChatClient]:
    """Makes a client that really sleeps, for processes that wait for one another."""
    return lambda: make_client(sleep=time.sleep)


class OddServer:
    """A server that answers with given bytes, whatever it is asked, and keeps what it was sent."""

    def __init__(self) -> None:
        self.status = 200
        self.headers = {"Content-Type": "text/plain"}
        self.content = b"{}"
        self.received: list[tuple[str, str, bytes]] = []
        self.base_url = ""


@pytest.fixture
def odd_server() -> Iterator[OddServer]:
    odd = OddServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            odd.received.append((self.path, self.headers.get("Content-Type", ""), body))
            self.send_response(odd.status)
            for name, value in odd.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(odd.content)))
            self.end_headers()
            self.wfile.write(odd.content)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        odd.base_url = f"http://127.0.0.1:{server.server_port}"
        yield odd
        server.shutdown()
        thread.join()
