"""Who holds an office, and how they log in: `ejia create-account`, `check-identity`, `reset-password`, `grant-role` and the like."""

import sys
from datetime import datetime
from uuid import UUID

import click

from backend.accounts import service as accounts
from backend.accounts.service import OFFICES
from backend.areas import service as areas
from backend.foundation import clock
from backend.foundation.actor import Actor, Role
from backend.foundation.database import transaction
from backend.people import service as people
from backend.people.service import Named
from backend.volunteers import service as volunteers
from ejia.cli.application import application
from ejia.cli.failures import Failure
from ejia.cli.operated import operated

_ROLE = click.Choice([role.value for role in OFFICES])


@click.command()
@click.argument("name")
@click.option("--role", required=True, type=_ROLE)
@click.option("--area", "area_code", required=True, metavar="CODE", help="角色所在区域的统计代码。")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="任期最后一天。")
@click.option("--password-stdin", is_flag=True, help="从标准输入读取密码，不再询问。")
@operated
def create_account(name: str, role: str, area_code: str, until: datetime | None, password_stdin: bool) -> None:
    """建立用户名密码账号，登录名为 NAME，在一个区域担任一种角色。

    密码是初始密码：修改之前只能用来修改密码。
    """
    password = _password(from_stdin=password_stdin)
    with application(), transaction():
        grant = accounts.office(Role(role), area_code, until=until and until.date())
        account_id = accounts.create_office_account(
            Actor.system(), name=name, password=password, grant=grant, is_initial=True, now=clock.now()
        )
    click.echo(f"已建立账号 {name}（{role}，{area_code}），编号 {account_id}")
    click.echo(f"核验身份之前只能查看，不能办理：ejia check-identity --login {name} --community 居住社区的代码")


@click.command()
@click.option("--login", help="以此登录名登录的账号。")
@click.option("--volunteer", metavar="NUMBER", help="此志愿者编号的账号。")
@click.option("--community", "community_code", required=True, metavar="CODE", help="本人居住的社区；住在别处的，填任职的社区。")
@click.option("--stdin", "from_stdin", is_flag=True, help="从标准输入读取姓名和身份证号（各一行），不再询问。")
@operated
def check_identity(login: str | None, volunteer: str | None, community_code: str, from_stdin: bool) -> None:
    """核验身份：本人带身份证到场，核对后填写姓名和身份证号。核验之后，其所任职务才能办理事项。"""
    name, id_number = _line("姓名", from_stdin=from_stdin), _line("身份证号", from_stdin=from_stdin)
    with application(), transaction():
        community = areas.community(areas.area_of_code(community_code).id)
        people.state_identity(Actor.system(), _account(login, volunteer), Named(name, id_number), community, now=clock.now())
    click.echo(f"已核验 {login or volunteer} 的身份")


@click.command()
@click.argument("name")
@operated
def reset_password(name: str) -> None:
    """重置密码：显示 NAME 的新初始密码；该账号的所有登录随即失效，锁定同时解除。"""
    with application(), transaction():
        password = accounts.reset_password(Actor.system(), name, now=clock.now())
    click.echo(f"{name} 的初始密码：{password}（登录后须立即修改）")


@click.command()
@click.argument("name")
@operated
def lift_second_factor(name: str) -> None:
    """解除两步验证：NAME 的手机和备用码都已丢失；用它登录的随即失效，本人收到消息。先核对本人身份。"""
    with application(), transaction():
        accounts.lift_second_factor(Actor.system(), name, now=clock.now())
    click.echo(f"已解除 {name} 的两步验证")


@click.command()
@click.argument("name")
@operated
def unlock_login(name: str) -> None:
    """解除锁定：密码错误次数过多后，让 NAME 马上可以再试。"""
    with application(), transaction():
        accounts.unlock_login(Actor.system(), name, now=clock.now())
    click.echo(f"已解除 {name} 的锁定")


@click.command()
@click.option("--login", help="以此登录名登录的账号。")
@click.option("--volunteer", metavar="NUMBER", help="此志愿者编号的账号。")
@click.option("--role", required=True, type=_ROLE)
@click.option("--area", "area_code", required=True, metavar="CODE", help="角色所在区域的统计代码。")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="任期最后一天。")
@operated
def grant_role(login: str | None, volunteer: str | None, role: str, area_code: str, until: datetime | None) -> None:
    """授予账号一个角色；在该区域已有此角色的，改为新的任期。"""
    with application(), transaction():
        grant = accounts.office(Role(role), area_code, until=until and until.date())
        accounts.grant_role(Actor.system(), _account(login, volunteer), grant, now=clock.now())
    click.echo(f"已授予 {login or volunteer}：{role}，{area_code}")


@click.command()
@click.option("--login", help="以此登录名登录的账号。")
@click.option("--volunteer", metavar="NUMBER", help="此志愿者编号的账号。")
@click.option("--role", required=True, type=_ROLE)
@click.option("--area", "area_code", required=True, metavar="CODE", help="角色所在区域的统计代码。")
@click.option("--reason", required=True, help="原因，记入审计日志。")
@operated
def withdraw_role(login: str | None, volunteer: str | None, role: str, area_code: str, reason: str) -> None:
    """收回角色，从下一次请求起失效。"""
    with application(), transaction():
        grant = accounts.office(Role(role), area_code)
        held = accounts.withdraw_role(Actor.system(), _account(login, volunteer), grant, reason=reason, now=clock.now())
    if not held:
        raise Failure(f"{login or volunteer} 在 {area_code} 没有角色 {role}。")
    click.echo(f"已收回 {login or volunteer}：{role}，{area_code}")


@click.command()
@click.option("--keep-login", help="保留的账号：登录名。")
@click.option("--keep-volunteer", metavar="NUMBER", help="保留的账号：志愿者编号。")
@click.option("--dissolve-login", help="并入后注销的账号：登录名。")
@click.option("--dissolve-volunteer", metavar="NUMBER", help="并入后注销的账号：志愿者编号。")
@click.option("--reason", required=True, help="原因，记在注销的账号上。")
@operated
def merge_accounts(
    keep_login: str | None, keep_volunteer: str | None, dissolve_login: str | None, dissolve_volunteer: str | None, reason: str
) -> None:
    """合并同一个人的两个账号：登录方式和角色转入保留的账号，另一个账号注销。"""
    with application(), transaction():
        kept, dissolved = _account(keep_login, keep_volunteer), _account(dissolve_login, dissolve_volunteer)
        merged = accounts.merge_accounts(Actor.system(), kept, dissolved, reason=reason, now=clock.now())
    click.echo(f"已合并：转入登录方式 {merged.logins} 个、角色 {merged.grants} 个")


def _line(asked: str, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().strip()
    line: str = click.prompt(asked)
    return line


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("密码", hide_input=True, confirmation_prompt=True)
    return password


def _account(login: str | None, volunteer: str | None) -> UUID:
    if (login is None) == (volunteer is None):
        raise click.UsageError("请用 --login 或 --volunteer 指明账号（只用一种）。")
    if login is not None:
        account_id = accounts.account_of_login(login)
    else:
        person_id = volunteers.person_of_number(volunteer or "")
        account_id = person_id and accounts.account_of_person(person_id)
    if account_id is None:
        raise Failure(f"没有找到 {login or volunteer} 正在使用的账号。")
    return account_id
