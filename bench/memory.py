"""Measures the memory of each process while phones send requests: at the start, at most, at the end, and its growth."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from uuid import uuid4

from backend.areas.models import Area
from bench import load, phones, year
from bench.lists import make_demands
from bench.machine import PRODUCT, Machine
from bench.phones import Holder
from bench.results import Result, watched
from ejia.trial import services
from ejia.trial.supervisor import Service
from tests.support.environment import environment_of

VOLUNTEERS, DEMANDS = 999, 2_000
"""At most; so many that nobody writes down more than one person may in a day: each tenth request writes."""
STRETCHES = 10
"""The load comes in so many equal parts; growth is what the second half of them adds."""

_PER = 10_000
_PROC = Path("/proc")
Megabytes = dict[str, float]


def measure(machine: Machine, *, requests: int, rounds: int, say: Callable[[str], None]) -> Iterator[Result]:  # noqa: ARG001 - one run
    """Proportional resident memory (what several processes share counts once) of a whole copy under a mixed load. Linux only."""
    if not (_PROC / "self" / "smaps_rollup").exists():
        say("memory: this system has no /proc, so it is not measured")
        return
    communities = year.make_street()
    volunteers = min(VOLUNTEERS, requests)
    make_demands(min(DEMANDS, 2 * requests), communities)
    crowd = cycle(phones.volunteers(communities[0], volunteers))
    say(f"memory: {requests:,} requests")
    with ExitStack() as up:
        port, roots = _start(up, machine)
        watch = _Watch(roots)
        up.callback(watch.stop)
        _ask(port, _requests(volunteers, crowd, communities[0]))  # everything that is loaded at its first use is loaded
        held = [watch.look()]
        for stretch in range(STRETCHES):
            _ask(port, _requests(max(1, requests // STRETCHES), crowd, communities[0]))
            held.append(watch.look())
            say(f"stretch {stretch + 1} of {STRETCHES}: web {held[-1]['web']:.0f} MB")
    middle, second_half = held[STRETCHES // 2], max(1, requests // STRETCHES) * (STRETCHES - STRETCHES // 2)
    for name in roots:
        yield watched(f"memory of {name}, at the start", [held[0][name]], unit="MB")
        yield watched(f"memory of {name}, at most", [watch.most[name]], unit="MB")
        yield watched(f"memory of {name}, at the end", [held[-1][name]], unit="MB")
        growth = (held[-1][name] - middle[name]) / second_half * _PER
        yield watched(f"memory of {name}, growth in {_PER:,} requests", [growth], unit="MB")


def _start(up: ExitStack, machine: Machine) -> tuple[int, dict[str, int]]:
    """All processes of a copy: the web server's port, and each one's process id."""
    folder = machine.folder / "copy"
    environment = environment_of(machine.settings) | services.metrics_folder(folder)
    port, metrics_port = machine.ports.take_any(), machine.ports.take_any()
    command = services.granian(PRODUCT, port, environment, "--workers", "1", "--blocking-threads", str(services.THREADS))
    copy = [
        Service("web", command, services.answers(port, "/readyz", {200}), services.log_of(folder, "web")),
        services.worker(folder, environment),
        services.beat(folder, environment),
        services.metrics(folder, environment, metrics_port),
    ]
    roots = {service.name: up.enter_context(machine.process(service)) for service in copy}
    return port, roots | {"PostgreSQL": machine.servers.postgres.pid, "Valkey": machine.servers.valkey.pid}


def _requests(count: int, crowd: Iterator[Holder], home: Area) -> list[bytes]:
    """What people do most: look at themselves and at the list, and now and then write."""
    made = []
    demand = {"brand": "red_ribbon", "title": "便民服务", "details": "请带上工具", "community_id": str(home.id)}
    for number in range(count):
        one = next(crowd)
        body = json.dumps(demand).encode()
        made.append(
            load.request("POST", "/api/v1/demands", token=one.token, body=body, key=str(uuid4()))
            if number % 10 == 0
            else load.request("GET", "/api/v1/me" if number % 2 else "/api/v1/demands", token=one.token)
        )
    return made


def _ask(port: int, requests: list[bytes]) -> None:
    outcome = load.fire(port, requests)
    if not set(outcome.statuses) <= {200, 201}:
        raise RuntimeError(f"unexpected answers: {outcome.statuses}: {outcome.last!r}")


class _Watch:
    """Looks at the processes all the time, for what they hold at most."""

    def __init__(self, roots: Mapping[str, int]) -> None:
        self._roots = roots
        self._over = threading.Event()
        self.most: Megabytes = dict.fromkeys(roots, 0.0)
        self._looking = threading.Thread(target=self._look_on, daemon=True)
        self._looking.start()

    def look(self) -> Megabytes:
        """What each of them holds now, with all its descendants."""
        children = _children()
        held = {name: sum(map(_held_by, _tree(root, children))) for name, root in self._roots.items()}
        for name, much in held.items():
            self.most[name] = max(self.most[name], much)
        return held

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self._looking.join()

    def _look_on(self) -> None:
        while not self._over.wait(0.5):
            self.look()


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue  # it ended meanwhile
            found.setdefault(parent, []).append(int(entry.name))
    return found


def _tree(root: int, children: Mapping[int, list[int]]) -> list[int]:
    return [root, *(below for child in children.get(root, []) for below in _tree(child, children))]


def _held_by(process: int) -> float:
    try:
        lines = (_PROC / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0  # it ended meanwhile
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
