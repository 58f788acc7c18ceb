"""`ejia`, the command line. Each group of commands has a file of its own and one line in COMMANDS."""

import os
from importlib import import_module
from pathlib import Path

import click

from ejia.trial import running

COMMANDS = {
    "run": ("ejia.cli.run:run", "启动试用系统，所需的一切自动准备"),
    "demo": ("ejia.cli.demo:demo", "示范数据：装入空的试用系统"),
    "export": ("ejia.cli.export:export", "导出年终统计表"),
    "rebuild": ("ejia.cli.rebuild:rebuild", "根据事实重新计算积分和统计"),
    "areas": ("ejia.cli.areas:areas_group", "区域：区、街道、社区、网格"),
    "create-account": ("ejia.cli.accounts:create_account", "建立用户名密码账号（工作人员、三员）"),
    "check-identity": ("ejia.cli.accounts:check_identity", "核验任职人员的身份，此后职务才能办理事项"),
    "reset-password": ("ejia.cli.accounts:reset_password", "重置密码，显示新的初始密码"),
    "lift-second-factor": ("ejia.cli.accounts:lift_second_factor", "解除丢失了手机和备用码的两步验证"),
    "unlock-login": ("ejia.cli.accounts:unlock_login", "解除密码错误过多造成的锁定"),
    "merge-accounts": ("ejia.cli.accounts:merge_accounts", "合并同一个人的两个账号"),
    "grant-role": ("ejia.cli.accounts:grant_role", "授予工作人员、网格员或三员角色"),
    "withdraw-role": ("ejia.cli.accounts:withdraw_role", "收回角色，马上失效"),
    "audit": ("ejia.cli.audit:audit_group", "审计链：核对审计记录，签发链首"),
    "policy": ("ejia.cli.policy:policy", "显示权限表"),
    "outbox": ("ejia.cli.outbox:outbox", "待送达事件：查看、重试"),
    "backup": ("ejia.cli.backup:backup", "备份数据库，期间照常工作"),
    "restore": ("ejia.cli.backup:restore", "恢复到备份时的状态"),
    "keys": ("ejia.cli.keys:keys", "个人信息的加密密钥：查看、更换"),
    "import": ("ejia.cli.imports:imports", "导入志愿者等名册，检查、导入、撤销"),
    "codes": ("ejia.cli.codes:codes", "显示接口的错误代码表"),
    "openapi": ("ejia.cli.openapi:openapi", "显示接口的 OpenAPI 文档，不需要正在运行的系统"),
    "limits": ("ejia.cli.limits:limits", "显示限制一览表"),
    "migrate": ("ejia.cli.migrate:migrate", "更新数据库结构"),
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
        with formatter.section("命令"):
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
    epilog="退出码：0 完成 · 1 被拒绝或失败（有一行说明原因）· 2 命令写法不对 · 3 连接不上数据库、Redis 或微信 · 4 设置不允许启动",
)
@click.version_option(package_name="ejia", message="ejia %(version)s")
@click.option("--operator", envvar="EJIA_OPERATOR", metavar="CODE", help="谁在操作：工号，记入审计；正式系统的改动和导出须写明。")
@click.pass_context
def main(ctx: click.Context, operator: str | None) -> None:
    """社区E家的命令行。

    ejia run 启动一套试用系统。它运行期间，在同一文件夹中使用的其他命令都作用于这套系统；
    在别处，设置取自环境变量（DATABASE_URL、EJIA_…）。
    """
    ctx.obj = operator or None
    if ctx.invoked_subcommand != "run" and "DATABASE_URL" not in os.environ:
        os.environ.update(running.environment_of(Path(os.environ.get("EJIA_VAR", "var"))))


if __name__ == "__main__":
    main()
