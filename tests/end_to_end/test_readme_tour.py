"""The tour of the README, pasted into a terminal as it stands, in both languages."""

import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from backend.foundation.clock import SHANGHAI
from ejia.trial.ports import HOST
from ejia.trial.run import FIRST_PORT, FIRST_WECHAT_PORT
from tests.end_to_end.sheets import BY_MONTH, BY_THE_CLOCK, COUNTS, FIRST_ROW, HEADING_ROW, expected, moved
from tests.end_to_end.town import Town
from tests.support import curl as curl_of_ours

PAGES = {"README.md": "A tour of five minutes", "README.zh-CN.md": "五分钟走一遍"}
"""Each README with the heading of its tour."""
COMMUNITY = "和平社区"
CURL_OF_OURS = curl_of_ours.__file__
RISES = {
    "志愿服务队伍": 1, "在队志愿者": 1, "队员人次": 1, "注册志愿者": 1, "新增注册志愿者": 1, "发布服务需求": 1, "认领服务需求": 1,
    "志愿服务": 1, "参加过服务的注册志愿者": 1, "志愿服务时长": 0.7, "发放积分": 6, "申请认领": 1,
    "已答复的认领申请": 1, "其中：按时答复": 1,
}  # fmt: skip
SERVED = "受益服务对象"
BY_CATEGORY = ["志愿服务队伍", "在队志愿者", "队员人次"]
BY_BRAND = [
    "发布服务需求",
    "认领服务需求",
    "参加过服务的注册志愿者",
    "志愿服务",
    "志愿服务时长",
    "申请认领",
    "已答复的认领申请",
    "其中：按时答复",
]
TOURED: list[str] = []
"""The pages whose tour was taken on this copy: both visit the same elder, who counts once."""


def blocks(page: str, kind: str) -> list[str]:
    """The fenced blocks of a kind in the page's tour."""
    text = (Path(__file__).resolve().parents[2] / page).read_text()
    tour = re.search(rf"^## {PAGES[page]}$.*?(?=^## )", text, re.DOTALL | re.MULTILINE)
    assert tour, f"{page} has no tour"
    return re.findall(rf"^```{kind}\n(.*?)^```$", tour[0], re.DOTALL | re.MULTILINE)


def commands(page: str, town: Town) -> str:
    """All commands of the tour, with the addresses of this run in place of those that a lone run gets."""
    script = "\n".join(blocks(page, "sh"))
    for port, base in ((FIRST_PORT, town.web.base), (FIRST_WECHAT_PORT, town.wechat.base)):
        usual = f"http://{HOST}:{port}"
        assert usual in script
        script = script.replace(usual, base)
    return script


def terminal(folder: Path, town: Town, *, curl: str | None) -> dict[str, str]:
    """The environment of a terminal in a checkout, as far as the tour sees one; where no `curl` is given it gets one of ours."""
    programs = folder / ".venv" / "bin"
    programs.parent.mkdir()
    programs.symlink_to(Path(sys.executable).parent)
    path = f"{programs}:{os.environ['PATH']}"
    if curl is None:
        ours = folder / "curl" / "curl"
        ours.parent.mkdir()
        ours.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{CURL_OF_OURS}" "$@"\n')
        ours.chmod(0o700)
        path = f"{ours.parent}:{path}"
    return {"PATH": path, "HOME": str(folder), "EJIA_VAR": str(town.folder), "NO_PROXY": HOST}


def months_of(book: bytes) -> dict[str, object]:
    """What the community's own book has of each indicator in the whole year."""
    sheet = load_workbook(io.BytesIO(book), data_only=True)[BY_MONTH]
    return {
        str(row[1]): row[16] for row in sheet.iter_rows(min_row=FIRST_ROW, values_only=True) if row[0] and isinstance(row[16], int | float)
    }


def counts_of(book: bytes, community: str) -> dict[str, object]:
    """What the street's book has of each indicator for the community."""
    found: dict[str, object] = {}
    for sheet in load_workbook(io.BytesIO(book), data_only=True).worksheets:
        if sheet.title.startswith(COUNTS):
            [row] = [row for row in sheet.iter_rows(values_only=True) if row[1] == community]
            names = [str(cell.value).split("\n（")[0].replace("\n", "") for cell in sheet[HEADING_ROW]]
            found |= {name: value for name, value in zip(names, row, strict=True) if isinstance(value, int | float)}
    return found


def test_both_readmes_take_the_same_tour() -> None:
    assert blocks("README.md", "sh") == blocks("README.zh-CN.md", "sh")
    assert blocks("README.md", "json") == blocks("README.zh-CN.md", "json")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES)
def test_tour_of_the_readme_ends_in_a_workbook_with_one_more_service(town: Town, page: str, tmp_path: Path) -> None:
    town.wait_for_morning()
    officer = town.administrator("jiedao")
    before = town.workbook(officer)
    # The other page without one: `make test` asks for Python and make only.
    environment = terminal(tmp_path, town, curl=shutil.which("curl") if page == "README.md" else None)

    paste = ["bash", "-euo", "pipefail", "-c", commands(page, town)]
    tour = subprocess.run(paste, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=200)

    assert (tour.returncode, tour.stderr) == (0, "年终统计表\n"), tour.stdout + tour.stderr
    after, month = town.workbook(officer), town.now().astimezone(SHANGHAI).month
    served = {} if TOURED else {SERVED: 1}
    TOURED.append(page)
    parts = {"类别": ("公益服务", BY_CATEGORY), "品牌": ("爱心敲门", [*BY_BRAND, *served])}
    assert moved(before, after) == expected(COMMUNITY, month, RISES | served, parts)
    own, of_street = months_of((tmp_path / f"community-{town.year}.xlsx").read_bytes()), counts_of(after, COMMUNITY)
    assert own.keys() == of_street.keys()
    assert {name: own[name] for name in own.keys() - BY_THE_CLOCK} == {name: of_street[name] for name in own.keys() - BY_THE_CLOCK}
    of_2023 = load_workbook(tmp_path / "street-2023.xlsx").worksheets[0]
    assert of_2023["A1"].value == "示范街道2023年度党建引领志愿服务统计表"

    names = set(re.findall(r'"(\w+)":', "".join(blocks(page, "json"))))
    assert {name for name in names if f'"{name}":' not in tour.stdout} == set(), "the page shows fields that no answer has"
