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
from ejia.trial.supervisor import AlreadyRunning, FolderGone

REFUSALS = (NotATrial, AlreadyRunning, FolderGone, PortTaken, ServiceFailed, SecretsUnreadable, FolderUnusable, ServersMissing)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="web 服务的端口；不填为 8000 或其后第一个空闲端口。")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="EJIA_VAR",
    default=Path("var"),
    show_default=True,
    show_envvar=True,
    help="存放数据库、密钥和日志的文件夹；删除即可重新开始。",
)
@click.option(
    "--scale",
    type=click.FloatRange(0, 100),
    default=1.0,
    show_default=True,
    help="示范年度的规模（只装入自带的空数据库）：1 与报告相同，0 不装载。",
)
@click.option("--web-processes", type=click.IntRange(1, 32), help="web 服务的进程数；不填为处理器核数，至少 2、至多 8。内存少的机器填 1。")
@click.option("--check", is_flag=True, help="全部正常后马上停止。")
def run(port: int | None, data: Path, scale: float, web_processes: int | None, check: bool) -> None:
    """启动一套试用系统，按 Ctrl-C 停止。

    自带 PostgreSQL 和 Valkey，第一次运行时建表并装入示范年度，然后启动 web、Celery worker、Celery beat 和微信模拟服务。
    停掉的服务会自动重新启动。DATABASE_URL、REDIS_URL、BROKER_URL 可以分别换成自己的服务器。数据和密钥留在文件夹中，下次继续使用。
    """
    try:
        TrialRun(data, os.environ, port=port, scale=scale, web_processes=web_processes, say=click.echo)(check=check)
    except REFUSALS as refusal:
        raise Failure(str(refusal)) from None
