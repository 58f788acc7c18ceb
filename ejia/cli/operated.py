"""Commands that change a copy or take data out of it: who runs one stands in the audit log, and production runs none for nobody."""

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from sqlalchemy import create_engine, insert, pool
from sqlalchemy.exc import ProgrammingError

from backend.accounts.policy import Permission
from backend.foundation import audit, clock
from backend.foundation.actor import Actor
from backend.foundation.audit import AuditEntry
from backend.foundation.database import transaction
from backend.foundation.identifiers import holds_personal_number
from backend.foundation.ids import new_id
from backend.foundation.tracing import bind_operator, bind_request_id, current_operator
from ejia.cli.failures import Failure
from ejia.production import settings_for_start

P = ParamSpec("P")
R = TypeVar("R")

_STAFF_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,39}")
NAMELESS = "请写明由谁操作：ejia --operator 工号 …，或者设置 EJIA_OPERATOR。正式系统的改动和导出都记入审计。"


def operated(command: Callable[P, R]) -> Callable[P, R]:
    """Declare that a command changes the copy or takes data out of it; stands below the options of click."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        take_operator()
        try:
            return command(*args, **kwargs)
        finally:
            bind_operator(None)

    run.__dict__["is_operated"] = True
    return run


def take_operator() -> None:
    """Let what follows be done by who runs the command. Raises Failure for nobody in production, BadParameter for what is no staff code."""
    operator: str | None = click.get_current_context().find_root().obj
    if operator is not None and (not _STAFF_CODE.fullmatch(operator) or holds_personal_number(operator)):
        raise click.BadParameter("应为工号：2 至 40 个字母、数字、点、连字符或下划线，不是电话或身份证号。", param_hint="--operator")
    if operator is None and not settings_for_start().is_trial:
        raise Failure(NAMELESS)
    bind_request_id(None)
    bind_operator(operator)


def note_command() -> None:
    """Write down, before its work and whatever becomes of that, that this command was run. Within an app context."""
    context = click.get_current_context(silent=True)
    if context is not None and _is_operated(context):
        with transaction():
            audit.record(Actor.system(), Permission.COMMAND_RUN, None, now=clock.now(), command=_name(context))


def note_command_in(database_url: str) -> None:
    """The same for a command that works on the database as a whole, without an application.

    A database of another schema has no room for it: that is told, and the work goes on.
    """
    context = click.get_current_context()
    entry = {"id": new_id(), "at": clock.now(), "action": Permission.COMMAND_RUN.value, "succeeded": True, "operator": current_operator()}
    engine = create_engine(database_url, poolclass=pool.NullPool)
    try:
        with engine.begin() as connection:
            connection.execute(insert(AuditEntry).values(**entry, details={"command": _name(context)}))
    except ProgrammingError:
        click.echo("提示：数据库还不是本版本的结构，这次操作没有记入审计。", err=True)
    finally:
        engine.dispose()


def _is_operated(context: click.Context) -> bool:
    return bool(getattr(context.command.callback, "is_operated", False))


def _name(context: click.Context) -> str:
    """The command without its arguments, which may name somebody: `keys rotate`."""
    return " ".join(context.command_path.split()[1:])
