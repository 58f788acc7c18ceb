"""`ejia run`: a whole trial copy in one command."""

import os
from pathlib import Path

import click

from ejia.cli.failures import Failure
from ejia.trial.ports import PortTaken
from ejia.trial.processes import ServiceFailed
from ejia.trial.run import NotATrial, TrialRun
from ejia.trial.secrets import SecretsUnreadable
from ejia.trial.servers import FolderUnusable, ServersMissing
from ejia.trial.supervisor import AlreadyRunning

REFUSALS = (NotATrial, AlreadyRunning, PortTaken, ServiceFailed, SecretsUnreadable, FolderUnusable, ServersMissing)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the web server; without it 8000, or the next free one.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="EJIA_VAR",
    default=Path("var"),
    show_default=True,
    show_envvar=True,
    help="Folder for everything that the run writes: database, keys, logs. Delete it to begin anew.",
)
@click.option(
    "--scale",
    type=click.FloatRange(0, 100),
    default=1.0,
    show_default=True,
    help="Size of the demonstration year that an empty database of our own gets: 1 is the report's, 0 is none.",
)
@click.option("--check", is_flag=True, help="Stop again as soon as everything is healthy.")
def run(port: int | None, data: Path, scale: float, check: bool) -> None:
    """启动试用系统。Start a trial copy and keep it running until Ctrl-C.

    Starts PostgreSQL and Valkey of its own, migrates, loads the demonstration year on the first run, then starts the web server, a
    Celery worker, Celery beat and a stand-in for WeChat's server. A service that dies is started again. DATABASE_URL, REDIS_URL and
    BROKER_URL replace the servers one by one. Data and keys stay in the folder for the next run.
    """
    try:
        TrialRun(data, os.environ, port=port, scale=scale, say=click.echo)(check=check)
    except REFUSALS as refusal:
        raise Failure(str(refusal)) from None
