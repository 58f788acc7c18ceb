"""`ejia export year-end` writes the workbook, or says in a line why not."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sqlalchemy import text

from backend.areas import service as areas
from backend.areas.models import Area, Level
from backend.attendance.models import Confirmation
from backend.foundation import clock, facts, outbox
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db, transaction
from ejia.cli.main import main
from tasks.jobs import run as run_jobs
from tests.support.environment import environment_of
from tests.support.served import confirm, happened, make_person, make_record

Export = Callable[..., Result]


@pytest.fixture
def export(app, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    """Runs `ejia export year-end` on the database of the test, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: CliRunner().invoke(main, ["export", "year-end", *arguments])


def add_street(*, second: bool = False) -> None:
    tree = [
        ("639999000000", Level.DISTRICT, "测试区"),
        ("639999001000", Level.STREET, "青山街道"),
        ("639999001001", Level.COMMUNITY, "和平社区"),
        ("639999001001001", Level.GRID, "和平第一网格"),
    ]
    with transaction():
        for code, level, name in [*tree, *([("639999002000", Level.STREET, "绿水街道")] if second else [])]:
            areas.add_area(code=code, level=level, name=name, now=clock.now())


def hear_everything() -> None:
    while outbox.deliver_batch("statistics", now=clock.now()):
        pass


def test_workbook_of_the_one_street_is_written_and_audited(export, tmp_path):
    add_street()
    with transaction():
        area = db.session.query(Area).filter_by(name="和平社区").one()
        confirm(make_record(make_person(area), area, "door_knock", minutes=47, day=date(2023, 5, 4)))
    hear_everything()

    told = export("--year", "2023", "-o", "年终.xlsx")

    assert told.exit_code == 0, told.output
    assert "已写入 年终.xlsx：青山街道2023年度，数据版本 " in told.stdout
    assert "年终统计表" in told.stderr
    book = load_workbook(tmp_path / "年终.xlsx", data_only=True)
    named = "志愿服务\n时长\n（小时）"
    [(sheet, hours)] = [
        (sheet, cell.column) for sheet in book if sheet.title.startswith("分社区") for cell in sheet[4] if cell.value == named
    ]
    assert [sheet.cell(row, hours).value for row in (6, 7, 8)] == [0.7, 0.7, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["年终.xlsx"]
    audited = db.session.execute(text("SELECT account_id, subject_id, details FROM audit_entries WHERE action = 'figures.export'")).one()
    assert audited.account_id is None
    assert db.session.get_one(Area, UUID(str(audited.subject_id))).name == "青山街道"
    assert audited.details == {"year": 2023}


def test_a_later_workbook_says_what_changed_since_the_one_before(export, tmp_path):
    add_street()
    with transaction():
        area = db.session.query(Area).filter_by(name="和平社区").one()
        confirmation = confirm(make_record(make_person(area), area, "door_knock", minutes=47, day=date(2023, 5, 4)))
    hear_everything()
    assert export("--year", "2023", "-o", "first.xlsx").exit_code == 0
    with transaction():
        seen = db.session.get_one(Confirmation, confirmation.id)
        withdrawn = facts.revise(seen, Actor.system(), now=clock.now(), reason="误确认", void=True)
        happened("confirmation.withdrawn", withdrawn.id)
    hear_everything()

    assert export("--year", "2023", "-o", "second.xlsx").exit_code == 0

    first, second = (load_workbook(tmp_path / name, data_only=True) for name in ("first.xlsx", "second.xlsx"))
    assert "更正说明" not in first.sheetnames
    changes = second["更正说明"]
    told = {changes.cell(row, 2).value: [changes.cell(row, column).value for column in (5, 6, 7)] for row in (6, 7, 8)}
    assert told == {"参加过服务的其他未注册人员※": [1, 0, -1], "志愿服务": [1, 0, -1], "志愿服务时长": [0.7, 0, -0.7]}


@pytest.mark.parametrize("door", ["command", "job"])
def test_a_correction_that_the_one_before_had_not_heard_of_is_told_by_the_next(export, administrator, tmp_path, door):
    add_street()
    with transaction():
        area = db.session.query(Area).filter_by(name="和平社区").one()
        street = db.session.query(Area).filter_by(name="青山街道").one().id
        confirmation = confirm(make_record(make_person(area), area, "door_knock", minutes=47, day=date(2023, 5, 4)))
    hear_everything()
    with transaction():
        seen, now = db.session.get_one(Confirmation, confirmation.id), clock.now()
        withdrawn = facts.revise(seen, Actor.system(), now=now, reason="误确认", void=True)
        happened("confirmation.withdrawn", withdrawn.id, now=now)
    if door == "command":
        assert export("--year", "2023", "-o", "first.xlsx").exit_code == 0
    else:
        administrator(Role.STREET_OFFICER, "639999001").made("/exports/year-end", {"year": 2023, "area_id": str(street)})
        run_jobs()
    hear_everything()

    assert export("--year", "2023", "-o", "second.xlsx").exit_code == 0

    changes = load_workbook(tmp_path / "second.xlsx", data_only=True)["更正说明"]
    assert [[changes.cell(8, column).value for column in (2, 5, 6, 7)]] == [["志愿服务时长", 0.7, 0, -0.7]]


def test_a_workbook_that_is_there_is_replaced(export, tmp_path):
    add_street()
    (tmp_path / "year.xlsx").write_text("old")
    assert export("--year", "2023", "-o", "year.xlsx").exit_code == 0
    assert load_workbook(tmp_path / "year.xlsx").sheetnames[0] == "封面"


def test_area_is_named_by_its_code(export, tmp_path):
    add_street(second=True)
    assert export("--year", "2023", "-o", "c.xlsx", "--area", "639999001001").exit_code == 0
    assert load_workbook(tmp_path / "c.xlsx").worksheets[0]["A1"].value == "和平社区2023年度党建引领志愿服务统计表"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["--year", "2023", "-o", "a.xlsx"], 1, ["多个街道", "639999001000  青山街道", "639999002000  绿水街道"]),
        (["--year", "2023", "-o", "a.xlsx", "--area", "639999009000"], 1, ["area_unknown"]),
        (["--year", "2023", "-o", "a.xlsx", "--area", "639999001001001"], 1, ["网格"]),
        (["--year", "2199", "-o", "a.xlsx", "--area", "639999001000"], 1, ["year_not_begun"]),
        (["--year", "2023", "-o", "a.pdf"], 2, [".xlsx"]),
        (["--year", "23", "-o", "a.xlsx"], 2, ["--year"]),
        (["--year", "2023"], 2, ["--output"]),
        (["--year", "2023", "-o", "nowhere/a.xlsx"], 1, ["没有文件夹"]),
    ],
)
def test_what_cannot_be_exported_is_refused_and_leaves_nothing(export, tmp_path, arguments, exit_code, words):
    add_street(second=True)
    told = export(*arguments)
    assert told.exit_code == exit_code
    assert all(word in told.output for word in words), told.output
    assert list(tmp_path.iterdir()) == []
    assert db.session.scalar(text("SELECT count(*) FROM audit_entries WHERE action = 'figures.export'")) == 0


def test_without_any_street_it_says_where_one_comes_from(export):
    told = export("--year", "2023", "-o", "a.xlsx")
    assert told.exit_code == 1
    assert "ejia areas add" in told.output
