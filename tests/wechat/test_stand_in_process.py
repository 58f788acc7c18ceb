"""The stand-in as a process: on this machine only, silent, gone at once when told."""

import os
import signal
import socket
import subprocess
import sys

import pytest
import requests

from ejia.trial.wechat_server import create_stand_in, stand_in_server
from tests.trial.waiting import eventually
from tests.wechat.conftest import APPID, SECRET
from tests.wechat.steering import Levers

PROGRAM = [sys.executable, "-m", "ejia.trial.wechat_server"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/__stand-in__/clock", timeout=1).ok
    except requests.ConnectionError:
        return False


def _bare_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("EJIA_WECHAT")}


@pytest.mark.parametrize("told", ["arguments", "environment"])
def test_the_process_serves_the_app_it_is_told_and_ends_silently(make_client, told):
    port = _free_port()
    arguments, environment = ["--appid", APPID, "--secret", SECRET], _bare_environment()
    if told == "environment":
        arguments, environment = [], environment | {"EJIA_WECHAT_APPID": APPID, "EJIA_WECHAT_SECRET": SECRET}
    with subprocess.Popen(
        [*PROGRAM, "--port", str(port), *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert eventually(lambda: _answers(port))
            levers = Levers(f"http://127.0.0.1:{port}")
            session = make_client(base_url=levers.base_url).code_to_session(levers.login_code("resident-1"))
            assert session.openid == levers.user("resident-1")["openid"]
        finally:
            process.send_signal(signal.SIGTERM)
            out, errors = process.communicate(timeout=10)

    assert (out, errors) == (b"", b"")
    assert process.returncode in (0, -signal.SIGTERM)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--port", "1", "--appid", APPID], "secret"),
        (["--port", "1", "--appid", APPID, "--secret", SECRET, "--host", "0.0.0.0"], "this machine only"),  # noqa: S104
        (["--port", "70000", "--appid", APPID, "--secret", SECRET], "port"),
        (["--port", "0", "--appid", APPID, "--secret", SECRET], "port"),
        (["--appid", APPID, "--secret", SECRET], "--port"),
    ],
)
def test_a_server_that_should_not_be_is_refused(arguments, reason):
    ended = subprocess.run([*PROGRAM, *arguments], env=_bare_environment(), capture_output=True, text=True, timeout=30)

    assert ended.returncode == 2
    assert reason in ended.stderr


def test_no_server_listens_beyond_this_machine():
    for host in ("0.0.0.0", "192.0.2.1", "::"):  # noqa: S104
        with pytest.raises(ValueError, match="this machine only"):
            stand_in_server(create_stand_in(APPID, SECRET), 0, host)
