"""`ejia create-admin`, `reset-password`, `unlock-login`, `grant-role`, `withdraw-role`: administrators, officers and grid workers."""

import sys
from datetime import datetime
from uuid import UUID

import click

from backend.accounts import service as accounts
from backend.accounts.service import OFFICES
from backend.foundation import clock
from backend.foundation.actor import Actor, Role
from backend.foundation.database import transaction
from backend.people import queries as people
from ejia.cli.application import application
from ejia.cli.failures import Failure

_ROLE = click.Choice([role.value for role in OFFICES])


@click.command()
@click.argument("name")
@click.option("--role", required=True, type=_ROLE)
@click.option("--area", "area_code", required=True, metavar="CODE", help="Statistical code of the area in which the role holds.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the term.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it.")
def create_admin(name: str, role: str, area_code: str, until: datetime | None, password_stdin: bool) -> None:
    """创建管理员。Make an administrator who logs in as NAME, with one role in one area.

    The password is an initial one: until NAME has changed it, it opens nothing else.
    """
    password = _password(from_stdin=password_stdin)
    with application(), transaction():
        grant = accounts.office(Role(role), area_code, until=until and until.date())
        account_id = accounts.create_administrator(
            Actor.system(), name=name, password=password, grant=grant, is_initial=True, now=clock.now()
        )
    click.echo(f"已创建管理员 {name}（{role}，{area_code}），账号 {account_id}")


@click.command()
@click.argument("name")
def reset_password(name: str) -> None:
    """重置密码。Print a new initial password for who logs in as NAME; all logins of the account end, and a lock is lifted."""
    with application(), transaction():
        password = accounts.reset_password(Actor.system(), name, now=clock.now())
    click.echo(f"{name} 的初始密码：{password}（登录后须立即修改）")


@click.command()
@click.argument("name")
def unlock_login(name: str) -> None:
    """解除锁定。Let who logs in as NAME try again at once, after too many wrong passwords."""
    with application(), transaction():
        accounts.unlock_login(Actor.system(), name, now=clock.now())
    click.echo(f"已解除 {name} 的锁定")


@click.command()
@click.option("--login", help="The account that logs in by this name.")
@click.option("--volunteer", metavar="NUMBER", help="The account of the volunteer with this number.")
@click.option("--role", required=True, type=_ROLE)
@click.option("--area", "area_code", required=True, metavar="CODE", help="Statistical code of the area in which the role holds.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the term.")
def grant_role(login: str | None, volunteer: str | None, role: str, area_code: str, until: datetime | None) -> None:
    """授予角色。Grant an account one more role; a role that it holds there already gets the new term."""
    with application(), transaction():
        grant = accounts.office(Role(role), area_code, until=until and until.date())
        accounts.grant_role(Actor.system(), _account(login, volunteer), grant, now=clock.now())
    click.echo(f"已授予 {login or volunteer}：{role}，{area_code}")


@click.command()
@click.option("--login", help="The account that logs in by this name.")
@click.option("--volunteer", metavar="NUMBER", help="The account of the volunteer with this number.")
@click.option("--role", required=True, type=_ROLE)
@click.option("--area", "area_code", required=True, metavar="CODE")
@click.option("--reason", required=True, help="Why; it stands in the audit log.")
def withdraw_role(login: str | None, volunteer: str | None, role: str, area_code: str, reason: str) -> None:
    """收回角色。Withdraw a role; it is over with the next request."""
    with application(), transaction():
        grant = accounts.office(Role(role), area_code)
        held = accounts.withdraw_role(Actor.system(), _account(login, volunteer), grant, reason=reason, now=clock.now())
    if not held:
        raise Failure(f"{login or volunteer} does not hold {role} in {area_code}.")
    click.echo(f"已收回 {login or volunteer}：{role}，{area_code}")


@click.command()
@click.option("--keep-login", help="The account that stays: who logs in by this name.")
@click.option("--keep-volunteer", metavar="NUMBER", help="The account that stays: the volunteer with this number.")
@click.option("--dissolve-login", help="The account that is dissolved: who logs in by this name.")
@click.option("--dissolve-volunteer", metavar="NUMBER", help="The account that is dissolved: the volunteer with this number.")
@click.option("--reason", required=True, help="Why; it stands with the dissolved account.")
def merge_accounts(
    keep_login: str | None, keep_volunteer: str | None, dissolve_login: str | None, dissolve_volunteer: str | None, reason: str
) -> None:
    """合并账号。Let one account take over the log-ins and roles of another one of the same person, which is closed."""
    with application(), transaction():
        kept, dissolved = _account(keep_login, keep_volunteer), _account(dissolve_login, dissolve_volunteer)
        merged = accounts.merge_accounts(Actor.system(), kept, dissolved, reason=reason, now=clock.now())
    click.echo(f"已合并：转入登录方式 {merged.logins} 个、角色 {merged.grants} 个")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("密码 · Password", hide_input=True, confirmation_prompt=True)
    return password


def _account(login: str | None, volunteer: str | None) -> UUID:
    if (login is None) == (volunteer is None):
        raise click.UsageError("Name the account by --login or by --volunteer.")
    if login is not None:
        account_id = accounts.account_of_login(login)
    else:
        person_id = people.person_of_number(volunteer or "")
        account_id = person_id and accounts.account_of_person(person_id)
    if account_id is None:
        raise Failure(f"No account in use for {login or volunteer}.")
    return account_id
