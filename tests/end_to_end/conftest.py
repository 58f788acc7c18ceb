"""Processes as they run on a real machine: the web server on the servers of the tests, and a whole trial copy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from ejia.trial import services
from ejia.trial.ports import HOST, Ports
from ejia.trial.processes import end, spawn, wait_until
from tests.end_to_end.town import Town, running_town
from tests.support.environment import environment_of


@pytest.fixture(scope="package")
def running_web(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The web server, in two processes: its host and port."""
    ports, var = Ports(), tmp_path_factory.mktemp("web")
    port = ports.take_any()
    # A working folder of its own: nothing of this checkout's environment files may reach it.
    web = services.web(Path(var), environment_of(settings), port, workers=2)
    process = spawn(web.command, web.log)
    try:
        wait_until(web.healthy, process, name="web", log=web.log)
        yield HOST, port
    finally:
        end(process, web.command.stop_signal)
        ports.release()


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The whole set as `ejia run` starts it, with a small demonstration year. It ends with these tests: at rest it costs, too."""
    with running_town(tmp_path_factory.mktemp("town")) as there:
        yield there
