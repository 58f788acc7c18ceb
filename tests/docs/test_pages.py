"""The pages that a newcomer reads say what is there: links lead somewhere, and no folder, setting or command is left out."""

import os
import re
from functools import cache
from pathlib import Path

import pytest

from config.settings import Settings
from ejia.cli.main import COMMANDS
from tasks import housekeeping
from tasks.schedule import BEAT

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("backend", "web", "miniprogram_api", "console", "tasks", "ejia", "config", "bench")
OUTSIDE = ("http://", "https://", "mailto:")


def ignored() -> set[str]:
    """Folders that git does not keep."""
    return {line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line.endswith("/")} | {".git"}


@cache
def pages() -> list[Path]:
    """Every Markdown file of the repository."""
    found, left_out = [], ignored()
    for folder, below, files in os.walk(ROOT):
        below[:] = [name for name in below if name not in left_out]  # an environment of Python has more files than all the rest
        found += [Path(folder, name) for name in files if name.endswith(".md")]
    return sorted(found)


def without_code(text: str) -> str:
    """The text as it reads: no fenced blocks, no code in backticks."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


def anchors(page: Path) -> set[str]:
    """What a link into the page may name, as GitHub makes it of the headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
        if target.startswith(OUTSIDE):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), f"{target} does not exist"
        assert not anchor or anchor in anchors(linked), f"{target}: no such heading"


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_folder_of_somebodys_machine(page):
    assert re.findall(r"(?<![\w.])/(?:home|root|work|tmp|Users)/\S*", page.read_text()) == []


def test_code_cites_pages_that_are_here():
    files = [
        ROOT / "pyproject.toml",
        *(file for folder in SOURCES for file in (ROOT / folder).rglob("*") if file.suffix in (".py", ".toml")),
    ]
    cited = {name for file in files for name in re.findall(r"docs/[\w/-]+\.md", file.read_text())}
    assert len(cited) > 2
    assert {name for name in cited if not (ROOT / name).exists()} == set()


def test_map_names_every_folder_at_the_top():
    folders = {folder.name for folder in ROOT.iterdir() if folder.is_dir()} - ignored()
    kept = {name for name in folders if any(file.suffix != ".pyc" for file in (ROOT / name).rglob("*") if file.is_file())}
    assert {name for name in kept if f"`{name}/`" not in (ROOT / "docs/map.md").read_text()} == set()


def test_map_names_every_capability():
    capabilities = {folder.name for folder in (ROOT / "backend").iterdir() if (folder / "__init__.py").exists()}
    assert {name for name in capabilities if f"| `{name}/` |" not in (ROOT / "docs/map.md").read_text()} == set()


def test_map_names_every_folder_of_tests_that_is_no_capability():
    folders = {folder.name for folder in (ROOT / "tests").iterdir() if (folder / "__init__.py").exists()}
    capabilities = {folder.name for folder in (ROOT / "backend").iterdir()} - {"foundation"}
    assert {name for name in folders - capabilities if f"| `{name}/` |" not in (ROOT / "docs/map.md").read_text()} == set()


def test_operations_name_every_setting():
    variables = {str(field.validation_alias or f"EJIA_{name.upper()}") for name, field in Settings.model_fields.items()}
    assert {name for name in variables if f"`{name}`" not in (ROOT / "docs/operations.md").read_text()} == set()


def test_operations_name_every_figure_that_is_measured():
    sources = "".join(path.read_text() for path in [*(ROOT / "ejia").glob("*metrics.py"), ROOT / "ejia/logs.py"])
    measured = set(re.findall(r'"(ejia_[a-z_]+)"', sources))
    assert len(measured) > 5
    assert measured == set(re.findall(r"`(ejia_[a-z_]+)`", (ROOT / "docs/operations.md").read_text()))


def test_alarms_ask_only_for_figures_that_are_measured():
    told = (ROOT / "docs/operations.md").read_text()
    alarms = re.search(r"```yaml\n(.*?)```", told, re.DOTALL)
    assert alarms is not None
    asked = set(re.findall(r"\b(ejia_[a-z_]+)", alarms[1]))
    assert {"ejia_outbox_failed", "ejia_outbox_oldest_seconds"} <= asked <= set(re.findall(r"`(ejia_[a-z_]+)`", told))


def watched(figure: str, tasks: set[str]) -> set[str]:
    """Of these tasks those of which an alarm asks this figure."""
    told = (ROOT / "docs/operations.md").read_text()
    compared = {
        "=": lambda task, wanted: task == wanted,
        "=~": lambda task, wanted: re.fullmatch(wanted, task) is not None,
        "!~": lambda task, wanted: re.fullmatch(wanted, task) is None,
    }
    alarms = [re.findall(r'task(=~|!~|=)"([^"]+)"', asked) for asked in re.findall(rf"expr: .*?{figure}{{(.*?)}}", told)]
    return {task for task in tasks if any(all(compared[how](task, wanted) for how, wanted in alarm) for alarm in alarms)}


def test_an_alarm_tells_of_each_keeping_of_the_house_that_fails_and_each_check_that_finds():
    kept = {line["task"] for line in BEAT.values() if line["task"].startswith("housekeeping.")}
    assert kept - watched("ejia_tasks_total", kept) == set()
    checks = set(re.findall(r"findings\.keep\((\w+)\.name", Path(housekeeping.__file__).read_text()))
    assert {f"housekeeping.{check}" for check in checks} <= kept
    assert {check for check in checks if f"housekeeping.{check}" not in watched("ejia_task_found", kept)} == set()
    explained = (ROOT / "docs/operations.md").read_text().partition("### What a check found")[2].partition("###")[0]
    assert {check for check in checks if f"| `{check}` |" not in explained} == set()
    assert len(checks) >= 4


def test_operations_and_changelog_name_every_command():
    told = (ROOT / "docs/operations.md").read_text() + (ROOT / "CHANGELOG.md").read_text()
    assert {name for name in COMMANDS if not re.search(rf"`(ejia )?{name}\b", told)} == set()


def test_both_readmes_begin_with_the_two_commands():
    for name in ("README.md", "README.zh-CN.md"):
        first_block = re.search(r"```sh\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)
        assert first_block is not None
        assert [line.split("#")[0].strip() for line in first_block[1].splitlines()] == ["make run", "make test"]
