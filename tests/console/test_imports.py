"""名册导入 in the console: brought as a file, looked at, entered and undone, each with its page; what cannot be read says why."""

import io
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from backend.foundation.database import db
from backend.imports import sheet
from tasks import jobs as task
from tests.console.test_demands import browser_of
from tests.console.test_teams import sent
from tests.imports.conftest import workbook
from tests.imports.test_volunteers import live, someone
from tests.support.attendance import counted_statements
from tests.support.browser import Browser, led_to, text_of
from tests.support.operations import a_file

NEW = "/console/imports/new"


@pytest.fixture
def browser(app, street) -> Browser:
    return browser_of(app)


def brings(browser: Browser, area_id: str, content: bytes, *, kind: str = "volunteers"):
    return browser.submit(NEW, submission_key=str(uuid4()), kind=kind, area_id=area_id, file=(io.BytesIO(content), "名册.xlsx"))


def worked(browser: Browser, answer) -> str:
    """What its page says after the work that was asked for."""
    address = led_to(answer)
    task.run()
    db.session.expire_all()
    return text_of(browser.get(address))


def test_a_roster_is_brought_checked_entered_and_undone(app, browser, street, tmp_path):
    before = live()
    rows = [someone(), someone(id_number="639999198001011110"), someone(name="=A1")]
    content = workbook(tmp_path / "book.xlsx", "volunteers", rows).read_bytes()
    assert ("上传名册" in browser.get("/console/imports").text, "没有名册" in text_of(browser.get("/console/imports"))) == (True, True)
    answer = brings(browser, street["和平社区"], content)
    address = led_to(answer)
    waiting = browser.get(address)
    assert ("正在处理" in text_of(waiting), 'hx-trigger="every 5s"' in waiting.text, "/entry" in waiting.text) == (True, True, False)
    looked = worked(browser, answer)
    assert [said for said in ("可以导入 1行", "不能导入 2行", "B3", "A4", "姓名：是公式，请粘贴为数值") if said not in looked] == []
    assert led_to(brings(browser, street["和平社区"], content)) == address, "the same file is the same import"
    with counted_statements() as statements:
        listed = browser.get("/console/imports?status=checked&kind=volunteers")
    assert (address in listed.text, len(statements) <= 7) == (True, True)
    assert "可以导入1行，已有0行，不能导入2行" in text_of(browser.get(f"{address}/entry"))
    refused = sent(browser, f"{address}/entry", all_or_nothing="true")
    assert (refused.status_code, "有的行不能导入" in text_of(refused), live()) == (409, True, before)
    assert "已导入 1行" in worked(browser, sent(browser, f"{address}/entry"))
    assert live() == before + 1
    assert sent(browser, f"{address}/entry").status_code == 409
    assert "已撤销" in worked(browser, sent(browser, f"{address}/undo"))
    assert live() == before
    elsewhere = browser_of(app, "639999001002")
    assert (elsewhere.get(address).status_code, address in elsewhere.get("/console/imports").text) == (404, False)


def test_what_is_no_roster_is_refused_in_words_and_leaves_nothing(browser, street, tmp_path):
    columns = workbook(tmp_path / "other.xlsx", "teams", []).read_bytes()
    for content, said in ((b"", "请选择文件"), (b"PK", "不是可以读取的"), (columns, "志愿者")):
        answer = brings(browser, street["和平社区"], content)
        assert (answer.status_code, said in text_of(answer), 'value="volunteers" selected' in answer.text) == (422, True, True), said
    assert brings(browser, street["和平社区"], b"", kind="").status_code == 422
    assert brings(browser, street["团结社区"], (tmp_path / "other.xlsx").read_bytes(), kind="teams").status_code == 403
    too_large = a_file(b"x" * (sheet.LARGEST + 100_000))
    assert browser.client.post(NEW, headers=browser.headers, **too_large).status_code == 413
    assert "没有名册" in text_of(browser.get("/console/imports"))


def test_the_templates_are_those_of_the_kinds_that_officers_bring(browser):
    page = browser.get(NEW)
    assert ("/console/import-templates/beneficiaries" in page.text, "/console/import-templates/areas" in page.text) == (True, False)
    book = load_workbook(io.BytesIO(browser.get("/console/import-templates/volunteers").get_data()))
    assert book.active is not None
    assert browser.get("/console/import-templates/nothing").status_code == 404
