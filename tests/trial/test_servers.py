"""The embedded servers: side by side, in any folder, as any user, and never left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis
from kombu import Connection
from limits.storage import storage_from_string

from ejia.trial.processes import Command, end, spawn
from ejia.trial.servers import EmbeddedPostgres, EmbeddedValkey, test_servers
from tests.trial.waiting import eventually, is_running


def test_two_checkouts_run_side_by_side_and_keep_apart(tmp_path: Path) -> None:
    with test_servers(tmp_path / "one", durable=False) as one, test_servers(tmp_path / "two", durable=False) as two:
        with psycopg.connect(one.database_url) as connection:
            connection.execute("CREATE TABLE only_in_one (id int)")
        with psycopg.connect(two.database_url) as connection:
            known = connection.execute("SELECT to_regclass('only_in_one')").fetchone()
        assert known == (None,)
        for servers in (one, two):
            with redis.Redis.from_url(servers.redis_url) as client:
                assert client.set("mark", "here", nx=True)


def test_data_outlives_a_stop_and_starting_twice_is_one_server(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path / "postgres")
    try:
        postgres.start()
        with psycopg.connect(postgres.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 47 AS minutes")
        postgres.stop()
        postgres.start()
        postgres.start()
        with psycopg.connect(postgres.url) as connection:
            assert connection.execute("SELECT minutes FROM kept").fetchone() == (47,)
            assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
    finally:
        postgres.stop()


def test_a_killed_server_starts_again_although_its_process_id_was_given_away(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    try:
        postgres.start()
        lock = postgres.data / "postmaster.pid"
        first, *others = lock.read_text().splitlines()
        os.killpg(int(first), signal.SIGKILL)
        assert eventually(lambda: not is_running(int(first)))
        stranger = spawn(Command(("/bin/sleep", "60"), unprivileged=True), tmp_path / "stranger.log")
        try:
            lock.write_text("\n".join([str(stranger.pid), *others, ""]))
            postgres.start()
            assert postgres.answers()
        finally:
            end(stranger)
    finally:
        postgres.stop()


def test_a_folder_that_others_may_not_enter_is_used_as_it_is(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = closed.stat()
    postgres = EmbeddedPostgres(closed / "var" / "postgres", durable=False)
    try:
        postgres.start()
        assert postgres.answers()
    finally:
        postgres.stop()
    after = closed.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_a_path_too_long_for_a_socket_gets_a_private_folder_that_goes_again(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path / ("long" * 25) / "postgres", durable=False)
    try:
        postgres.start()
        sockets = postgres.sockets
        assert postgres.folder not in sockets.parents
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert postgres.answers()
    finally:
        postgres.stop()
    assert not sockets.exists()


def test_valkey_serves_celery_and_the_rate_limits_and_nobody_without_the_password(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path / "valkey")
    try:
        valkey.start()
        with Connection(valkey.url_for(1)) as connection:
            connection.ensure_connection(max_retries=1)
        assert storage_from_string(valkey.url).check()
        port = redis.Redis.from_url(valkey.url).connection_pool.connection_kwargs["port"]
        with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
    finally:
        valkey.stop()


PARENT = """
import sys, time
from pathlib import Path
from ejia.trial.servers import test_servers
with test_servers(Path(sys.argv[1]), durable=False) as servers:
    print(servers.postgres._process.pid, servers.valkey._process.pid, flush=True)
    time.sleep(60)
"""


def test_servers_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = [int(word) for word in parent.stdout.readline().split()]
        assert len(children) == 2
        assert all(map(is_running, children))
        parent.kill()
        parent.wait()
    assert eventually(lambda: not any(map(is_running, children)))
