"""`make soak`: phones live the loop against a whole trial copy while its processes are killed at random; in the end all must be sound.

    python -m tests.faults.soak --minutes 10 --households 4 --kill web,worker,beat

Ends with code 0 when nothing was lost and nothing doubled; else with 1, and leaves the data where it says.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Thread

import click
import psycopg

from backend.foundation import clock
from config.settings import read_settings
from ejia.app import create_app
from ejia.trial import running
from ejia.trial.servers import EmbeddedPostgres
from tests.faults.household import Household
from tests.faults.killer import KINDS, Killer
from tests.faults.rebuilt import rebuilt_from_nothing, rebuilt_in_place, unlike_a_recount
from tests.faults.soundness import Derived, derived, net, wrongs
from tests.faults.told import differences_to_what_was_told
from tests.support.trial_run import begin_run, read_until
from tests.trial.waiting import eventually

ALL_HEARD_WITHIN = 180
DEMONSTRATION_YEAR = 2023
LONGEST_VISIT = 70
"""Minutes. A step of the clock whose answer is lost is made twice, and the window shall not be over by then."""


@click.command()
@click.option("--minutes", type=click.FloatRange(0.1), default=10.0, show_default=True, help="How long phones go on.")
@click.option("--households", type=click.IntRange(1, 50), default=4, show_default=True, help="How many visits happen at the same time.")
@click.option("--pause", type=click.FloatRange(0.2), default=6.0, show_default=True, help="Seconds between two deaths, on average.")
@click.option("--kill", default="web,worker,beat", show_default=True, help=f"Whom to kill: {', '.join(KINDS)}.")
@click.option("--scale", type=click.FloatRange(0.001, 1), default=0.01, show_default=True, help="Size of the demonstration year.")
@click.option("--seed", type=int, default=None, help="What phones and killer choose follows from it; who wins a race does not.")
def soak(minutes: float, households: int, pause: float, kill: str, scale: float, seed: int | None) -> None:
    """Let phones live the loop while processes are killed at random, and check that nothing was lost or doubled."""
    kinds = kill.split(",")
    if unknown := set(kinds) - set(KINDS):
        raise click.BadParameter(f"unknown: {', '.join(sorted(unknown))}", param_hint="--kill")
    seed = seed if seed is not None else int(time.time())
    folder = Path(tempfile.mkdtemp(prefix="ejia-soak-"))
    click.echo(f"seed {seed}, data in {folder}")
    wrong = _soak(folder, timedelta(minutes=minutes), households, kinds, pause=pause, scale=scale, seed=seed)
    for what, found in wrong.items():
        click.echo(f"WRONG: {what}: {found}")
    if wrong:
        sys.exit(1)
    shutil.rmtree(folder)
    click.echo("All is sound: nothing lost, nothing doubled, equal to a recount and to a rebuild.")


def _soak(folder: Path, lasts: timedelta, count: int, kinds: Sequence[str], *, pause: float, scale: float, seed: int) -> Derived:
    run = begin_run(folder, "--scale", str(scale), EJIA_RATE_LIMITS_ENABLED="false")
    try:
        said = read_until(run, "Ctrl-C")
        deaths = _listen(run)
        environment = running.environment_of(folder)
        random = Random(seed)
        homes = [Household(said, number, Random(random.random())) for number in range(count)]
        killer = Killer(run.pid, kinds, Random(random.random()), pause=pause)
        killer.start()
        try:
            rounds = _live(homes, random, lasts)
        finally:
            killer.stop()
        visits = sum(len(home.demands) for home in homes)
        click.echo(f"{rounds} rounds, {visits} visits, {sum(home.repeats for home in homes)} requests repeated")
        click.echo(f"killed: {_listed(killer.killed)}; services started again: {_listed(deaths)}")
        _wait_until_all_is_heard(environment["DATABASE_URL"])
        for home in homes:
            home.hang_up()
        run.send_signal(signal.SIGINT)
        stopped = run.wait(60)
    finally:
        if run.poll() is None:
            run.kill()
            run.wait()
    wrong = _judge(folder, environment, homes)
    if not killer.killed:
        wrong["nobody was killed, so nothing is shown"] = []
    return wrong if stopped == 0 else wrong | {"`ejia run` did not stop cleanly": [(stopped,)]}


def _live(homes: Sequence[Household], random: Random, lasts: timedelta) -> int:
    """Visit after visit, all households at the same time; between sign-in and sign-out the clock goes on. Returns how many rounds."""
    over, rounds = time.monotonic() + lasts.total_seconds(), 0
    with ThreadPoolExecutor(len(homes)) as pool:
        while time.monotonic() < over:
            list(pool.map(Household.begin_visit, homes))
            town = homes[0].town
            town.wait_for(town.now() + timedelta(minutes=random.randrange(10, LONGEST_VISIT)))
            list(pool.map(Household.end_visit, homes))
            rounds += 1
    return rounds


def _wait_until_all_is_heard(database_url: str) -> None:
    """Give up after a while: what is still waiting then is found to be wrong."""
    with psycopg.connect(database_url.replace("postgresql+psycopg:", "postgresql:", 1), autocommit=True) as connection:

        def all_heard() -> bool:
            return connection.execute("SELECT FROM outbox_deliveries LIMIT 1").fetchone() is None

        eventually(all_heard, seconds=ALL_HEARD_WITHIN)


def _listen(run: "subprocess.Popen[str]") -> Counter[str]:
    """Counts, as the run says it, which services died and were started again."""
    deaths: Counter[str] = Counter()

    def hear() -> None:
        assert run.stdout is not None
        for line in run.stdout:
            if "it starts again" in line:
                deaths[line.split()[0]] += 1

    Thread(target=hear, daemon=True).start()
    return deaths


def _judge(folder: Path, environment: dict[str, str], homes: Sequence[Household]) -> Derived:
    """Everything that is not as it must be, once the run is over."""
    postgres = EmbeddedPostgres(folder / "postgres")
    postgres.start()
    try:
        url = environment["DATABASE_URL"]
        wrong = wrongs(url) | differences_to_what_was_told(url, homes)
        with _application(environment):
            years = {DEMONSTRATION_YEAR, clock.shanghai_day(clock.now()).year}
            for year in sorted(years):
                wrong |= {f"figures of {year} differ from a recount": found for found in [unlike_a_recount(year)[:3]] if found}
        settled = derived(url)
        if rebuilt_in_place(environment) != settled:
            wrong["a rebuild gives other values"] = []
        if rebuilt_from_nothing(environment, postgres) != net(url):
            wrong["a rebuild from nothing gives other values"] = []
        return wrong
    finally:
        postgres.stop()


@contextmanager
def _application(environment: dict[str, str]) -> Iterator[None]:
    os.environ.update(environment)
    app = create_app(read_settings())
    with app.app_context():
        yield


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counted.items())) or "none"


if __name__ == "__main__":
    soak()
