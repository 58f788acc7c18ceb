"""A server that refuses is told from one that is away, whatever language it speaks."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest

from backend.foundation import liveness
from backend.foundation.database import db
from backend.foundation.wire import End

REFUSALS = {
    "57P03": "数据库系统启动中",
    "57P01": "由于管理员命令中断联接",
    "53300": "对不起, 已经有太多的客户",
    "28P01": "用户 'ejia' Password 认证失败",
    "3D000": "数据库 'ejia' 不存在",
}
"""What a PostgreSQL in Chinese says to whoever it does not let in, by SQLSTATE."""


def refusal(sqlstate: str, words: str) -> bytes:
    """An ErrorResponse, as such a server writes it."""
    fields = f"S致命错误\0VFATAL\0C{sqlstate}\0M{words}\0\0".encode()
    return b"E" + (4 + len(fields)).to_bytes(4, "big") + fields


KEEPER = """
import socket, sys
door = socket.socket(fileno=int(sys.argv[1]))
while True:
    guest, _ = door.accept()
    guest.recv(1000)
    guest.sendall(bytes.fromhex(sys.argv[2]))
    guest.close()
"""
"""In a process of its own: libpq's ping keeps the lock of this one's interpreter while it waits."""


@contextmanager
def a_door(says: bytes | None) -> Iterator[str]:
    """The address of a door at which everybody who greets hears this and sees it shut; with None they are left waiting."""
    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        address = f"host=127.0.0.1 port={door.getsockname()[1]} user=ejia sslmode=disable gssencmode=disable connect_timeout=2"
        if says is None:
            yield address
            return
        with subprocess.Popen([sys.executable, "-c", KEEPER, str(door.fileno()), says.hex()], pass_fds=[door.fileno()]) as keeper:
            try:
                yield address
            finally:
                keeper.kill()


@pytest.mark.parametrize("sqlstate", REFUSALS)
def test_a_server_that_says_in_chinese_why_it_lets_nobody_in_is_there(sqlstate):
    with a_door(refusal(sqlstate, REFUSALS[sqlstate])) as address:
        assert liveness.server_answers(address)


@pytest.mark.parametrize("says", [None, b""], ids=["it says nothing", "it hangs up without a word"])
def test_where_nobody_answers_no_server_is_there(says):
    with a_door(says) as address:
        assert not liveness.server_answers(address)


def test_where_nobody_listens_no_server_is_there():
    with a_door(None) as address:
        pass
    assert not liveness.server_answers(address)


@pytest.fixture
def lonely(app) -> Iterator[str]:
    """The address of the database for somebody who may have one connection at a time."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE ROLE lonely LOGIN CONNECTION LIMIT 1")
    yield db.engine.url.set(drivername="postgresql", username="lonely").render_as_string(hide_password=False)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP ROLE lonely")


def test_a_slow_statement_goes_on_while_the_server_takes_no_further_connection(lonely, monkeypatch):
    monkeypatch.setattr(liveness, "SILENCE", 0.1)
    with closing(liveness.WatchedConnection.connect(lonely)) as watched:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(lonely)
        assert watched.ask(b"SELECT pg_sleep(0.5), %s", ["doch"], end=End.COMMIT) == [("", "doch")]
