"""`ejia areas …`: districts, streets, communities and grids."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from typing import TextIO

import click

from backend.areas import queries
from backend.areas import service as areas
from backend.areas.models import LENGTH_OF_PATH, Level
from backend.foundation import clock
from backend.foundation.database import transaction
from backend.successions import service as successions
from backend.successions.handing_on import HandedOn
from backend.successions.merging import merge_communities
from backend.successions.refusals import AreaInUse
from backend.successions.splitting import Share, ShareUnknown, split_community
from ejia.cli.application import application
from ejia.cli.failures import Failure
from ejia.cli.operated import operated


@click.group(name="areas")
def areas_group() -> None:
    """区域：区、街道、社区、网格，以统计代码为准。"""


@areas_group.command(short_help="增加区域，上级由代码决定。")
@click.argument("code")
@click.argument("name")
@click.option("--level", required=True, type=click.Choice([level.value for level in Level]))
@operated
def add(code: str, name: str, level: str) -> None:
    """增加区域。CODE 是统计代码：12 位，本级以下补零；网格 15 位。上级区域由代码决定。"""
    with application(), transaction():
        areas.add_area(code=code, level=Level(level), name=name, now=clock.now())
    click.echo(f"已增加：{code} {name}")


@areas_group.command(name="list")
@click.option("--withdrawn", is_flag=True, help="已撤销的也列出。")
def list_all(withdrawn: bool) -> None:
    """列出区域，每行一个，按层级缩进。"""
    lengths = sorted(LENGTH_OF_PATH.values())
    with application(), transaction():
        for area in queries.all_areas(withdrawn=withdrawn):
            marks = [f"{mark} {day}" for mark, day in (("试点", area.pilot_since), ("已撤销", area.withdrawn_on)) if day is not None]
            click.echo("  ".join([f"{area.code:<15}", "  " * lengths.index(len(area.path)) + area.name, *marks]))


@areas_group.command()
@click.argument("code")
@click.argument("name")
@operated
def rename(code: str, name: str) -> None:
    """给代码为 CODE 的区域更名。"""
    with application(), transaction():
        areas.rename_area(areas.area_of_code(code).id, name, now=clock.now())
    click.echo(f"已更名：{code} {name}")


@areas_group.command(short_help="撤销区域，已有记录保留。")
@click.argument("code")
@click.confirmation_option(prompt="撤销后不能再在该区域新办业务，确定吗？")
@operated
def withdraw(code: str) -> None:
    """撤销代码为 CODE 的区域；已有记录保留。还有未办结的事项的，逐项列出，不予撤销。"""
    with _telling_what_is_open(), application(), transaction():
        successions.withdraw_area(areas.area_of_code(code).id, now=clock.now())
    click.echo(f"已撤销：{code}")


@areas_group.command(short_help="把社区并入同一街道的另一个社区。")
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
@click.option("--into", "successor_code", metavar="CODE", required=True, help="接续的社区。")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="自哪一天起，须在本月之内；不填为今天。")
@click.confirmation_option(prompt="合并后不能撤销，先做好备份（ejia backup）。确定吗？")
@operated
def merge(codes: tuple[str, ...], successor_code: str, since: datetime | None) -> None:
    """把代码为 CODE 的社区并入另一个社区：居民、志愿者、队伍、组织、党组织、报到、未办结的需求、服务对象和职务都转过去。
    网格成为新社区的网格。

    该日以前的统计仍在原社区，该日起计入新社区。有不能转的事项的，逐项列出，什么也不转。
    """
    with _telling_what_is_open(), application(), transaction():
        former = [areas.area_of_code(code).id for code in codes]
        day = _day(since)
        done = merge_communities(former, areas.area_of_code(successor_code).id, day=day, now=clock.now())
    click.echo(f"已并入 {successor_code}，自 {day}：{'、'.join(codes)}")
    click.echo(f"转入：{_told(done)}")


@areas_group.command(short_help="把社区的一部分划给同一街道的另一个社区。")
@click.argument("code")
@click.option("--into", "successor_code", metavar="CODE", required=True, help="划入的社区；新设的先用 ejia areas add 增加。")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="自哪一天起，须在本月之内；不填为今天。")
@click.option("--grid", "grids", metavar="CODE", multiple=True, help="划出的网格，可以写多次；在其中登记的服务对象和本人一起划出。")
@click.option(
    "--people", type=click.File(encoding="utf-8-sig", errors="replace"), help="划出的居民名单：文本文件，每行一个志愿者编号或者身份证号。"
)
@click.option("--team", "teams", metavar="NAME", multiple=True, help="划出的服务队，可以写多次。")
@click.option("--organisation", "organisations", metavar="NAME", multiple=True, help="划出的社会组织，可以写多次。")
@click.option("--party-organisation", "party_organisations", metavar="NAME", multiple=True, help="划出的党组织，可以写多次。")
@click.option("--preview", is_flag=True, help="只列出会划出多少，什么也不转。")
@click.option("--yes", is_flag=True, help="不再询问。")
@operated
def split(
    code: str,
    successor_code: str,
    since: datetime | None,
    grids: tuple[str, ...],
    people: TextIO | None,
    teams: tuple[str, ...],
    organisations: tuple[str, ...],
    party_organisations: tuple[str, ...],
    *,
    preview: bool,
    yes: bool,
) -> None:
    """把代码为 CODE 的社区的一部分划给另一个社区：写明的网格、居民、服务队、社会组织和党组织，连同报到、未办结的需求、服务对象和角色。

    该日以前的统计仍在原社区，该日起计入新社区。先列出会划出多少；有不能转的事项的，逐项列出，什么也不转。
    """
    share = Share(grids, [] if people is None else people.read().splitlines(), teams, organisations, party_organisations)

    def divided(day: date) -> HandedOn:
        # By the clock of this moment: whoever was asked may have thought for an hour, in which others went on.
        return split_community(areas.area_of_code(code).id, areas.area_of_code(successor_code).id, share, day=day, now=clock.now())

    with _telling_what_is_open(), application():
        day = _day(since)
        with suppress(_Previewed), transaction():  # done, and taken back
            click.echo(f"将自 {day} 由 {code} 划给 {successor_code}：{_told(divided(day))}")
            raise _Previewed
        if preview:
            return
        if not yes:
            click.confirm("划出后不能撤销，先做好备份（ejia backup）。确定吗？", abort=True)
        with transaction():
            done = divided(day)
    click.echo(f"已由 {code} 划给 {successor_code}，自 {day}：{_told(done)}")


def _day(since: datetime | None) -> date:
    """The day that is named, today when none is."""
    return clock.shanghai_day(clock.now()) if since is None else since.date()


class _Previewed(Exception):
    """What was tried is not to stand."""


def _told(done: HandedOn) -> str:
    parts = (
        f"网格 {done.grids} 个",
        f"居民 {done.people} 名",
        f"志愿者 {done.volunteers} 名",
        f"服务队 {done.teams} 支",
        f"社会组织 {done.organisations} 家",
        f"党组织 {done.party_organisations} 个",
        f"报到 {done.registrations} 件",
        f"需求 {done.demands} 件",
        f"服务对象 {done.beneficiaries} 名",
        f"角色 {done.roles} 项",
    )
    return "、".join(parts)


@contextmanager
def _telling_what_is_open() -> Iterator[None]:
    try:
        yield
    except (AreaInUse, ShareUnknown) as refusal:
        raise Failure("\n".join([f"{refusal.detail}（{refusal.code}）", *refusal.lines])) from None


@areas_group.command(short_help="确定为三社联动试点社区。")
@click.argument("code")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="文件日期；不填为今天。")
@operated
def designate_pilot(code: str, since: datetime | None) -> None:
    """把代码为 CODE 的社区确定为三社联动试点社区。"""
    now = clock.now()
    day = clock.shanghai_day(now) if since is None else since.date()
    with application(), transaction():
        areas.designate_pilot(areas.area_of_code(code).id, since=day, now=now)
    click.echo(f"已确定为试点社区：{code}，自 {day}")
