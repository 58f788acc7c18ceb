"""`make soak`: phones live the loop against a whole trial copy while its processes are killed at random; in the end all must be sound.

    python -m tests.faults.soak --minutes 10 --households 4 --kill web,worker,beat

Ends with code 0 when nothing was lost and nothing doubled; else with 1, and leaves the data where it says.
"""

import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import click

from tests.faults.killer import EVERY_KIND
from tests.faults.life import Plan, live


@click.command()
@click.option("--minutes", type=click.FloatRange(0.1), default=10.0, show_default=True, help="How long phones go on.")
@click.option("--households", type=click.IntRange(1, 50), default=4, show_default=True, help="How many visits happen at the same time.")
@click.option("--pause", type=click.FloatRange(0.2), default=6.0, show_default=True, help="Seconds between two deaths, on average.")
@click.option("--kill", default=",".join(EVERY_KIND), show_default=True, help="Whom to kill.")
@click.option("--scale", type=click.FloatRange(0.001, 1), default=0.01, show_default=True, help="Size of the demonstration year.")
@click.option("--seed", type=int, default=None, help="What phones and killer choose follows from it; who wins a race does not.")
def soak(minutes: float, households: int, pause: float, kill: str, scale: float, seed: int | None) -> None:
    """Let phones live the loop while processes are killed at random, and check that nothing was lost or doubled."""
    kinds = kill.split(",")
    if unknown := set(kinds) - set(EVERY_KIND):
        raise click.BadParameter(f"unknown: {', '.join(sorted(unknown))}", param_hint="--kill")
    seed = seed if seed is not None else int(time.time())
    folder = Path(tempfile.mkdtemp(prefix="ejia-soak-"))
    click.echo(f"seed {seed}, data in {folder}")
    lived = live(folder, Plan(timedelta(minutes=minutes), kinds, seed, households=households, pause=pause, scale=scale))
    click.echo(str(lived))
    if not lived.killed:
        lived.wrong["nobody was killed, so nothing is shown"] = []
    for what, found in lived.wrong.items():
        click.echo(f"WRONG: {what}: {found}")
    if lived.wrong:
        sys.exit(1)
    shutil.rmtree(folder)
    click.echo("All is sound: nothing lost, nothing doubled, equal to a recount and to a rebuild.")


if __name__ == "__main__":
    soak()
