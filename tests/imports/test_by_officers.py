"""An officer brings a workbook over HTTP: checked as long work, entered as long work, undone as long work, by whom it concerns only."""

import io
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from backend.accounts import service as accounts
from backend.foundation import clock, jobs
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from backend.imports import service
from backend.imports.models import ImportBook
from backend.imports.sheet import lines_of
from backend.volunteers import entry
from tasks import jobs as task
from tests.imports.conftest import workbook
from tests.imports.test_sheets import HOSTILE
from tests.imports.test_volunteers import Killed, live, someone, volunteers_of
from tests.support.phone import refused
from tests.support.proxies import recorded_proxy


@pytest.fixture
def brings(street, tmp_path):
    """Sends rows as a workbook, `brings(officer, rows)`; the same `name` is the same file."""

    def bring(officer, rows, *, kind="volunteers", community="和平社区", name="book"):
        path = tmp_path / f"{name}.xlsx"
        if not path.exists():
            workbook(path, kind, rows)
        return officer.sent_file(f"/imports?kind={kind}&area_id={street[community]}", path.read_bytes())

    return bring


def worked(officer, answer, *, path=""):
    """The import after the work that was asked for."""
    assert answer.status_code == 202, answer.get_data(as_text=True)
    task.run()
    db.session.expire_all()
    return officer.seen(f"/imports/{answer.json['id']}{path}")


def test_a_workbook_is_checked_then_entered_then_undone(street, street_officer, brings, capsys):
    officer, before = street.home.officer, live()
    rows = [someone(), someone(id_number="639999198001011110"), someone(name="=A1"), someone(community="团结社区")]
    sent = brings(officer, rows)
    assert (sent.json["status"], sent.json["work"]["state"]) == ("received", "queued")
    assert refused(officer.post(f"/imports/{sent.json['id']}/entry", {})) == (409, "import_at_work")
    sealed = db.session.scalars(select(ImportBook.book_sealed)).one()
    assert b"xl/workbook.xml" not in sealed
    db.session.remove()

    looked = worked(officer, sent)
    assert (looked["status"], looked["new"], looked["known"], looked["faulty"]) == ("checked", 1, 0, 3)
    assert (live(), db.session.scalar(select(func.count()).select_from(ImportBook))) == (before, 0)
    wrong = officer.seen(f"/imports/{looked['id']}/faults", limit=2)
    assert [fault["cell"] for fault in wrong["items"]] == ["B3", "A4"]
    assert wrong["items"][1]["sentence"] == "姓名：是公式，请粘贴为数值"
    wrong = officer.seen(f"/imports/{looked['id']}/faults", limit=2, cursor=wrong["next_cursor"])
    assert [fault["cell"] for fault in wrong["items"]] == ["C5"], "the other community is not theirs"
    again = brings(officer, rows)
    assert (again.json["id"], again.json["work"]["state"]) == (sent.json["id"], "done"), "the same file is the same import"

    assert refused(officer.post(f"/imports/{looked['id']}/entry", {"all_or_nothing": True})) == (409, "import_faulty")
    entered = worked(officer, officer.post(f"/imports/{looked['id']}/entry", {}))
    assert (entered["status"], entered["work"]["state"], entered["new"]) == ("entered", "done", 1)
    assert live() == before + 1
    assert volunteers_of(street_officer, 2021)[0] == 1
    assert refused(officer.post(f"/imports/{looked['id']}/entry", {})) == (409, "import_not_ready")
    assert refused(officer.get(f"/jobs/{entered['job_id']}/file")) == (409, "job_makes_no_file")
    [line] = street_officer.seen("/imports")["items"]
    assert line["id"] == sent.json["id"]
    brought, kinds = clock.shanghai_day(datetime.fromisoformat(line["brought_at"])), {"kind": line["kind"], "status": line["status"]}
    for query in (kinds, {"area_id": line["area_id"]}, {"since": brought, "until": brought}):
        assert street_officer.seen("/imports", **query)["items"] == [line], query
    other = ({"kind": "staff"}, {"status": "undone"}, {"area_id": street["团结社区"]}, {"until": brought - timedelta(days=1)})
    for query in other:
        assert street_officer.seen("/imports", **query)["items"] == [], query

    undone = worked(officer, officer.post(f"/imports/{looked['id']}/undo"))
    assert (undone["status"], live(), volunteers_of(street_officer, 2021)[0]) == ("undone", before, 0)
    assert rows[0]["id_number"] not in capsys.readouterr().err


def test_all_or_nothing_holds_also_for_what_became_wrong_since_it_was_checked(street, brings, monkeypatch):
    monkeypatch.setattr(service, "LINES_OF_A_PART", 1)
    officer, before, rows = street.home.officer, live(), [someone(), someone()]
    looked = worked(officer, brings(officer, rows))
    street.next.person(name=rows[1]["name"], id_number=rows[1]["id_number"])
    ended = worked(officer, officer.post(f"/imports/{looked['id']}/entry", {"all_or_nothing": True}))
    assert (ended["status"], ended["work"]["error"], live()) == ("undone", "import_faulty", before)


def test_who_is_killed_midway_goes_on_when_the_lease_is_over(street, brings, monkeypatch, pass_time):
    monkeypatch.setattr(service, "LINES_OF_A_PART", 2)
    officer, before, rows = street.home.officer, live(), [someone() for _ in range(5)]
    looked = worked(officer, brings(officer, rows))
    entering, calls = entry.enter_all, []

    def killed(*args, **kwargs):
        calls.append(made := entering(*args, **kwargs))
        if len(calls) == 2:
            raise Killed
        return made

    monkeypatch.setattr(entry, "enter_all", killed)
    asked = officer.post(f"/imports/{looked['id']}/entry", {})
    with monkeypatch.context() as gone:
        gone.setattr(jobs, "fail", lambda *_, **__: raise_killed())
        with pytest.raises(Killed):
            task.run()
    db.session.expire_all()
    assert live() == before + 2
    half = officer.seen(f"/imports/{looked['id']}")
    assert (half["status"], half["work"]["state"], half["work"]["done"]) == ("entering", "running", 1)
    assert refused(officer.post(f"/imports/{looked['id']}/undo")) == (409, "import_at_work")
    pass_time(seconds=(jobs.LEASE + timedelta(seconds=1)).total_seconds())
    whole = worked(officer, asked)
    assert (whole["status"], whole["new"], live()) == ("entered", 5, before + 5)

    elder = {"name": rows[4]["name"], "id_number": rows[4]["id_number"]}
    recorded_proxy(officer, street, street.home.proxy.card, elder=elder)
    used = worked(officer, officer.post(f"/imports/{looked['id']}/undo"))
    assert (used["status"], used["work"]["error"], live()) == ("entered", "import_in_use", before + 5)


def raise_killed():
    raise Killed


def test_a_role_that_is_withdrawn_meanwhile_enters_nothing(street, brings):
    officer, before = street.home.officer, live()
    looked = worked(officer, brings(officer, [someone()]))
    officer.made(f"/imports/{looked['id']}/entry", {})
    with transaction():
        grant = Grant(Role.COMMUNITY_OFFICER, area_path="639999001001")
        accounts.withdraw_role(Actor.system(), UUID(officer.account_id), grant, reason="dismissed", now=clock.now())
    task.run()
    db.session.expire_all()
    assert live() == before
    assert refused(officer.get(f"/imports/{looked['id']}")) == (404, "not_found")
    other = street.officer.seen(f"/imports/{looked['id']}")
    assert (other["status"], other["work"]["error"]) == ("checked", "not_found")


@pytest.mark.parametrize("hostile", ["macros", "no archive"])
def test_a_hostile_file_is_refused_with_a_sentence_and_kept_nowhere(street, hostile):
    officer = street.home.officer
    answer = officer.sent_file(f"/imports?kind=teams&area_id={street['和平社区']}", HOSTILE[hostile]())
    assert refused(answer) == (422, "sheet_refused")
    assert db.session.scalar(select(func.count()).select_from(ImportBook)) == 0


def test_what_only_reading_finds_is_refused_by_the_work_and_may_be_brought_again(street, brings, monkeypatch):
    officer = street.home.officer
    monkeypatch.setattr(service.sheet, "MOST_ROWS", 2)
    ended = worked(officer, brings(officer, [someone() for _ in range(4)]))
    assert (ended["status"], ended["work"]["error_detail"]) == ("refused", "一个文件最多2行，请分成几个文件")
    assert db.session.scalar(select(func.count()).select_from(ImportBook)) == 0
    monkeypatch.setattr(service.sheet, "MOST_ROWS", 10)
    assert worked(officer, brings(officer, []))["status"] == "checked"
    db.session.remove()
    brings(officer, [someone()], name="left")
    with transaction():
        service.forget_lines(now=clock.now() + service.KEPT_FOR + timedelta(days=1))
    assert db.session.scalar(select(func.count()).select_from(ImportBook)) == 0


def test_each_kind_has_a_template(street):
    officer = street.home.officer
    for kind, wanted in service.KINDS.items():
        content = officer.get(f"/import-templates/{kind}").get_data()
        assert lines_of(content, wanted.columns) == []
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        lists = {next(iter(choice.sqref.ranges)).min_col - 1: choice.formula1 for choice in sheet.data_validations.dataValidation}
        assert {place: f'"{",".join(one.choices)}"' for place, one in enumerate(wanted.columns) if one.choices} == lists
    assert refused(officer.get("/import-templates/else")) == (404, "not_found")
    areas = officer.sent_file(f"/imports?kind=areas&area_id={street['和平社区']}", content)
    assert refused(areas) == (403, "import_by_operators"), "areas are the operators'"
