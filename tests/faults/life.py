"""A whole trial copy in which phones live the loop while its processes are killed at random; in the end all must be sound."""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Thread

import psycopg

from ejia.trial import running
from ejia.trial.servers import EmbeddedPostgres
from tests.faults.household import LATEST, Household
from tests.faults.killer import Killer
from tests.faults.soundness import Derived, wrongs
from tests.faults.told import answers_without_their_row, differences_to_what_was_told
from tests.support.trial_run import begin_run, clean_environment, read_until
from tests.trial.waiting import eventually

ALL_HEARD_WITHIN = 180
LONGEST_VISIT = 70
"""Minutes. A step of the clock whose answer is lost is made twice, and the window shall not be over by then."""


@dataclass(frozen=True)
class Plan:
    """How long phones go on at least, and until each kind was killed how often (but not for ever); how many households there are, who is
    killed, and how many seconds lie between two deaths."""

    lasts: timedelta
    kinds: Sequence[str]
    seed: int
    households: int = 4
    pause: float = 6.0
    scale: float = 0.01
    each_kind: int = 0
    at_most: timedelta = timedelta(0)


@dataclass
class Lived:
    """What happened, and what is wrong with what is left; nothing is wrong when all went well."""

    rounds: int = 0
    visits: int = 0
    answered: int = 0
    lost: int = 0
    repeated: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    started_again: Counter[str] = field(default_factory=Counter)
    wrong: Derived = field(default_factory=dict)

    def __str__(self) -> str:
        told = f"{self.rounds} rounds, {self.visits} visits, {self.answered} answers of 201"
        again = f"{self.lost} answers lost and asked for again, {self.repeated} repeated on purpose"
        return f"{told}; {again}; killed: {_listed(self.killed)}; services started again: {_listed(self.started_again)}"


def live(folder: Path, plan: Plan) -> Lived:
    """Start a copy in the folder, let phones live in it while it is killed, stop it, and look at what is left."""
    lived = Lived()
    run = begin_run(folder, "--scale", str(plan.scale), EJIA_RATE_LIMITS_ENABLED="false")
    listening = None
    try:
        said = read_until(run, "Ctrl-C")
        listening = _listen(run, lived.started_again)
        environment = running.environment_of(folder)
        random = Random(plan.seed)
        homes = [Household(said, number, Random(random.random())) for number in range(plan.households)]
        _among_killers(run, environment["DATABASE_URL"], homes, plan, random, lived)
        _wait_until_all_is_heard(environment["DATABASE_URL"])
        for home in homes:
            home.hang_up()
        run.send_signal(signal.SIGINT)
        stopped = run.wait(60)
    finally:
        if run.poll() is None:
            run.kill()
            run.wait()
        if listening is not None:
            listening.join()
        if run.stdout is not None:
            run.stdout.close()
    lived.wrong = _judge(folder, environment, homes)
    if stopped != 0:
        lived.wrong["`ejia run` did not stop cleanly"] = [(stopped,)]
    return lived


def _among_killers(
    run: "subprocess.Popen[str]", database_url: str, homes: Sequence[Household], plan: Plan, random: Random, lived: Lived
) -> None:
    def answered() -> int:
        return sum(len(home.submissions) for home in homes)

    killer = Killer(run.pid, plan.kinds, Random(random.random()), pause=plan.pause, database_url=database_url, answered=answered)
    began = time.monotonic()

    def enough() -> bool:
        over = time.monotonic() - began
        seen = killer.all_killed(plan.each_kind) or over > plan.at_most.total_seconds()
        return over > plan.lasts.total_seconds() and seen

    killer.start()
    try:
        lived.rounds = _live(homes, random, enough)
    finally:
        killer.stop()
    for home in homes:
        home.repeat_some(LATEST)
    lived.killed = killer.killed
    lived.visits = sum(len(home.demands) for home in homes)
    lived.answered = answered()
    lived.lost = sum(home.repeats for home in homes)
    lived.repeated = sum(home.repeated_on_purpose for home in homes)


def _live(homes: Sequence[Household], random: Random, enough: Callable[[], bool]) -> int:
    """Visit after visit, all households at the same time; between sign-in and sign-out the clock goes on. Returns how many rounds."""
    rounds = 0
    with ThreadPoolExecutor(len(homes)) as pool:
        while not enough():
            list(pool.map(Household.begin_visit, homes))
            town = homes[0].town
            town.wait_for(town.now() + timedelta(minutes=random.randrange(10, LONGEST_VISIT)))
            list(pool.map(Household.end_visit, homes))
            list(pool.map(lambda home: home.repeat_some(1), homes))
            rounds += 1
    return rounds


def _wait_until_all_is_heard(database_url: str) -> None:
    """Give up after a while: what is still waiting then is found to be wrong."""
    with psycopg.connect(database_url.replace("postgresql+psycopg:", "postgresql:", 1), autocommit=True) as connection:

        def all_heard() -> bool:
            return connection.execute("SELECT FROM outbox_deliveries LIMIT 1").fetchone() is None

        eventually(all_heard, seconds=ALL_HEARD_WITHIN)


def _listen(run: "subprocess.Popen[str]", deaths: Counter[str]) -> Thread:
    """Counts, as the run says it, which services died and were started again."""

    def hear() -> None:
        assert run.stdout is not None
        for line in run.stdout:
            if "重新启动" in line:
                deaths[line.split()[0]] += 1

    thread = Thread(target=hear, daemon=True)
    thread.start()
    return thread


def _judge(folder: Path, environment: dict[str, str], homes: Sequence[Household]) -> Derived:
    """Everything that is not as it must be, once the run is over."""
    postgres = EmbeddedPostgres(folder / "postgres")
    postgres.start()
    try:
        url = environment["DATABASE_URL"]
        wrong = wrongs(url) | differences_to_what_was_told(url, homes) | answers_without_their_row(url, homes)
        # In a process of its own, for the copy has keys and a clock of its own.
        rebuilding = [sys.executable, "-m", "tests.faults.rebuilding", str(folder)]
        judged = subprocess.run(rebuilding, env=clean_environment() | environment, capture_output=True, text=True)
        assert judged.returncode == 0, judged.stderr[-2000:]
        return wrong | {found: [] for found in judged.stdout.splitlines()}
    finally:
        postgres.stop()


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counted.items())) or "none"
