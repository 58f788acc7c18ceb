"""One word for one thing, and no name of a field, in whatever a person reads. What stands on the left is said otherwise, and why."""

import ast
import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask.testing import FlaskClient

from backend.accounts.permissions import Permission, Reach
from backend.accounts.policy import who_may
from backend.foundation.actor import Role
from backend.foundation.errors import Refusal
from config.settings import CONFIG_FOLDER
from console import views
from console.forms import Form
from ejia.cli.main import COMMANDS, main
from tests.foundation.test_house_rules import CATALOGUES, ROOT, TREES, ours_below
from web.shapes import Body

SAID_OTHERWISE = {
    "没有权限": "whoever may: policy.who_may",
    "年内流量": "本年累计",
    "期末存量": "年末数",
    "（期末）": "年末在册…",
    "逐条累计": "按件（次）计",
    "数量相加": "按数量合计",
    "冲正": "冲销",
    "代理人": "代办人",
    "设立代理": "登记代办",
    "需求方": "申请人",
    "提出方": "申请人",
    "提出人": "申请人",
    "社区管理员": "社区工作人员",
    "管理员登录": "工作人员登录; 管理员 are the three only",
    "审核通过": "同意成立 (a team), 核实 (an organisation), 接收 (a member)",
    "通过审核": "the same",
    "记录已撤回": "记录已撤销",
    "全部释放": "认领全部取消，名额收回",
    "登记社会组织": "社会组织入驻: 登记 is the act of 民政",
    "结束报到": "转出报到",
    "待审核的社会组织": "待核实的社会组织: as its status is called",
    "待审核的党员报到": "待接收的党员报到: as its status is called",
    "不在待审核状态": "不在待接收状态 (a registration)",
}
NAME_OF_A_FIELD = re.compile(r"\b(?!pg_)[a-z]+_[a-z_]+")


def complaints(said: Iterator[tuple[str, str]], *, also_fields: bool = True) -> list[str]:
    told = []
    for where, words in said:
        told += [f"{where}: {word}, say {better}: {words}" for word, better in SAID_OTHERWISE.items() if word in words]
        if also_fields and NAME_OF_A_FIELD.search(words):
            told.append(f"{where}: the name of a field: {words}")
    return told


def of_refusals() -> Iterator[tuple[str, str]]:
    for kind in ours_below(Refusal):
        yield kind.code, kind.detail
    for module, tree in TREES.items():
        if module.startswith("web.inputs"):
            raised = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call))
            yield from ((module, words) for one in raised for words in chinese_in(one))


def of_code() -> Iterator[tuple[str, str]]:
    """What is wrong with a row of a workbook, what a workbook and a page say, names of measures and steps."""
    for module, tree in TREES.items():
        if module.startswith(("backend.", "console.")) and module not in CATALOGUES:  # an editor of these needs the field
            yield from ((module, words) for words in chinese_in(tree))


def chinese_in(tree: ast.AST) -> Iterator[str]:
    """Texts that are no docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.search("[一-龥]", node.value)
            and id(node) not in docstrings
        ):
            yield node.value


def of_pages() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "console" / "templates").rglob("*.html")):
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<(code|pre)\b.*?</\1>|<[^>]*>", "\n", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        yield from ((path.name, line.strip()) for line in text.splitlines() if line.strip())
    for module in pkgutil.iter_modules(views.__path__, f"{views.__name__}."):
        for model in vars(importlib.import_module(module.name)).values():
            if isinstance(model, type) and issubclass(model, Body):
                yield from ((model.__name__, f"{field.label} {field.help}") for field in Form(model))


def of_catalogues() -> Iterator[tuple[str, str]]:
    for path in sorted(Path(CONFIG_FOLDER).glob("*.toml")):
        for table in tomllib.loads(path.read_text(encoding="utf-8")).values():
            for block in table if isinstance(table, list) else [table]:
                if isinstance(block, dict):
                    spoken = [block.get(name) for name in ("title", "text", "definition", "group", "reason")]
                    spoken += [block.get("name")] if "code" in block else []
                    yield from ((path.name, words) for words in spoken if isinstance(words, str))


def of_terms() -> Iterator[tuple[str, str]]:
    for term in (*Role, *Reach, *Permission):
        yield term.value, term.chinese
    for permission in Permission:
        yield permission.value, who_may(permission)


def of_the_command_line(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    yield name, command.help or ""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield f"{name} {parameter.name}", parameter.help or ""
    if isinstance(command, click.Group) and command is not main:
        for one in command.commands.values():
            yield from of_the_command_line(one, f"{name} {one.name}")


def of_all_commands() -> Iterator[tuple[str, str]]:
    context = click.Context(main)
    for name, (_, line) in COMMANDS.items():
        yield name, line
        command = main.get_command(context, name)
        assert command is not None
        yield from of_the_command_line(command, name)


@pytest.mark.parametrize("said", [of_refusals, of_code, of_pages, of_catalogues, of_terms, of_all_commands], ids=lambda said: said.__name__)
def test_what_people_read_has_one_word_for_one_thing_and_no_name_of_a_field(said) -> None:
    spoken = list(said())
    assert len(spoken) > 30
    assert complaints(iter(spoken)) == []


def test_the_document_has_the_same_words(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    assert complaints((operation["operationId"], operation["summary"]) for operation in operations) == []
    assert complaints(((one["operationId"], one.get("description", "")) for one in operations), also_fields=False) == []
