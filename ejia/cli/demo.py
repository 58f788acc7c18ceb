"""`ejia demo …`: the demonstration year."""

from pathlib import Path

import click
import requests

from backend.foundation import clock
from backend.foundation.database import transaction
from backend.points import rebuild as points
from backend.statistics import service as statistics
from config.settings import read_settings
from ejia.cli.application import application
from ejia.cli.failures import Failure
from ejia.cli.operated import operated
from ejia.cli.progress import bar
from ejia.trial import phone
from ejia.trial.demo import lately, messages, rosters
from ejia.trial.demo import load as year
from ejia.trial.demo.told import keep


@click.group()
def demo() -> None:
    """示范数据：报告所写的 2023 年度，人员全部是虚构的。"""


@demo.command(name="rosters", short_help="把示范年度的名册写成导入用的文件。")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@operated
def write_rosters(folder: Path) -> None:
    """把年末的志愿者、服务队和队员写成导入模板的样子，放在 FOLDER；每一百行另有一行是错的，供试用导入。"""
    if not read_settings().is_trial:
        raise Failure("正式系统不能写出名册。")
    folder.mkdir(parents=True, exist_ok=True)
    with application(), transaction():
        for kind, content in rosters.books():
            (folder / f"{kind}.xlsx").write_bytes(content)
    click.echo(f"已写入 {folder}。")


@demo.command(name="scan", short_help="用模拟的手机扫码登录工作台。")
@click.argument("user")
@click.argument("code")
@click.option("--address", envvar="EJIA_TRIAL_ADDRESS", required=True, help="试用系统的地址；与 ejia run 用同一文件夹的不用填。")
@operated
def scan_code(user: str, code: str, address: str) -> None:
    """由开始页上的一位微信用户 USER 扫描登录页上的 CODE 并确认，显示要填在登录页上的六位数字。"""
    settings = read_settings()
    if not settings.is_trial:
        raise Failure("正式系统没有模拟的手机，请用小程序扫码。")
    try:
        shown = phone.scan(user, code, product=address, wechat=settings.wechat_base_url)
    except phone.PhoneRefused as refusal:
        raise Failure(str(refusal)) from None
    except requests.RequestException:
        raise Failure(f"连接不上试用系统 {address}，请先启动 ejia run。") from None
    click.echo(f"要登录的是社区E家工作台：{shown.browser}，{shown.system}，网络 {shown.network}")
    click.echo(f"已确认。请在登录页填写：{shown.digits}")


@demo.command()
@click.option(
    "--scale",
    type=click.FloatRange(0.001, 100),
    default=1.0,
    show_default=True,
    help="规模；1 与报告的数字相同：136 支队伍、26000 名志愿者。",
)
@click.option("--logins", type=click.Path(dir_okay=False, path_type=Path), help="全部完成后把示范账号写入此文件，不在屏幕上显示。")
@operated
def load(scale: float, logins: Path | None) -> None:
    """把示范年度装入空的数据库，并完成统计；再补上装载前几周里等人办理的事。

    已有登记人员的数据库和正式系统不能装载。装载期间不要运行 worker 和 beat：定时任务会在半途了结还没有办完的事。
    """
    settings = read_settings()
    if not settings.is_trial:
        raise Failure("正式系统不能装载示范数据；试用系统请设置 EJIA_PROFILE=trial。")
    with application():
        try:
            loaded = year.load_demonstration_year(settings.wechat_appid, scale=scale, progress=bar)
        except year.NotEmpty as refusal:
            raise Failure("数据库中已有登记人员；示范年度只能装入空的数据库。") from refusal
        points.rebuild(now=clock.now(), advance=bar("积分入账", loaded.people))
        with transaction():
            statistics.rebuild(advance=bar("年度统计", statistics.how_many_steps()))
            messages.tell_of_year(now=clock.now(), advance=bar("消息", len(messages.HAPPENED)))
        since = lately.go_on(settings.wechat_appid, now=clock.now())
    click.echo(f"已装载 {loaded.rows:,} 行。")
    known = (*loaded.logins, *since)
    if logins is None:
        click.echo("\n".join(["示范账号：", *(login.line() for login in known)]))
    else:
        keep(known, logins)
