"""`ejia openapi`: the OpenAPI document, as the code has it."""

import click

from ejia import document


@click.command()
@click.option("--release", envvar="EJIA_RELEASE", default=document.RELEASE, show_default=True, help="文档中写的版本号。")
def openapi(release: str) -> None:
    """显示小程序接口的 OpenAPI 文档，与同一版本的 /openapi.json 完全相同。

    不需要正在运行的系统，也不需要数据库和 Redis。
    """
    click.echo(document.document(release), nl=False)
