"""`ejia`, the command line. Each group of commands has a file of its own and one line in COMMANDS."""

import os
from importlib import import_module
from pathlib import Path

import click

from ejia.trial import running

COMMANDS = {
    "run": ("ejia.cli.run:run", "启动试用系统 · Start a trial copy with everything that it needs."),
    "demo": ("ejia.cli.demo:demo", "示范数据 · The demonstration year: load it into an empty trial copy."),
    "export": ("ejia.cli.export:export", "导出 · Write the year-end workbook."),
    "rebuild": ("ejia.cli.rebuild:rebuild", "重新计算 · Make derived values again from the facts."),
    "areas": ("ejia.cli.areas:areas_group", "区域 · Districts, streets, communities and grids."),
    "create-admin": ("ejia.cli.accounts:create_admin", "创建管理员 · Make an administrator who logs in by name and password."),
    "reset-password": ("ejia.cli.accounts:reset_password", "重置密码 · Print a new initial password for an administrator."),
    "unlock-login": ("ejia.cli.accounts:unlock_login", "解除锁定 · Lift the lock of a login after too many wrong passwords."),
    "merge-accounts": ("ejia.cli.accounts:merge_accounts", "合并账号 · Make two accounts of one person into one."),
    "grant-role": ("ejia.cli.accounts:grant_role", "授予角色 · Grant an officer's, a grid worker's or an administrator's role."),
    "withdraw-role": ("ejia.cli.accounts:withdraw_role", "收回角色 · Withdraw such a role; it is over at once."),
    "policy": ("ejia.cli.policy:policy", "权限表 · Print who may do what, as the code has it."),
    "outbox": ("ejia.cli.outbox:outbox", "待送达事件 · What happened and has yet to be heard: list it, try again."),
    "backup": ("ejia.cli.backup:backup", "备份 · Write the database into a file, without an interruption."),
    "restore": ("ejia.cli.backup:restore", "恢复 · Make the database what it was when a backup was made."),
    "keys": ("ejia.cli.keys:keys", "密钥 · The keys that seal personal data, and their change."),
    "codes": ("ejia.cli.codes:codes", "错误代码表 · Print why the API refuses, as the code has it."),
    "migrate": ("ejia.cli.migrate:migrate", "更新数据库结构 · Bring the database's schema up to date."),
}
"""Name on the command line → where the click command stands, and what it does in a line. It is imported when it is asked for."""


class Ejia(click.Group):
    """The group of all commands: finds them by COMMANDS and tells failures plainly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """The names, in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as click calls it
        """Import the command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as click calls it
        """The list of commands in the help, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; explain.py says which errors become one plain line."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            failure: Exception | None = import_module("ejia.cli.explain").failure_of(error)
            if failure is None:
                raise
            raise failure from error


@click.group(
    cls=Ejia,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 done · 1 refused or failed, with one line that says why · 2 wrong use of the command line · "
    "3 a service (database, Redis, WeChat) cannot be reached · 4 the settings do not allow a start.",
)
@click.version_option(package_name="ejia", message="ejia %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """社区E家的命令行。The command line of Ejia.

    `ejia run` starts a trial copy with everything that it needs. While it runs, the other commands started in the same folder work on that
    copy; elsewhere they take their settings from the environment (DATABASE_URL, EJIA_…).
    """
    if ctx.invoked_subcommand != "run" and "DATABASE_URL" not in os.environ:
        os.environ.update(running.environment_of(Path(os.environ.get("EJIA_VAR", "var"))))


if __name__ == "__main__":
    main()
