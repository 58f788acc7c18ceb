"""Lists taken along as tables: just the rows that their asker sees, by the filters of the list, fetched by nobody who sees less since."""

import csv
import io
from urllib.parse import urlencode
from uuid import UUID

import pytest
from sqlalchemy import text

from backend.accounts import service as accounts
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from backend.jobs import sheets
from backend.jobs.sheets import ListName
from tasks import jobs as task
from tests.support.browser import Browser, led_to, officer_named, text_of
from tests.support.demands import demand_form, grant_to
from tests.support.phone import Phone, refused
from web.lists import LISTED

HERE, STREET, ELSEWHERE = "639999001001", "639999001", "639999002001"


@pytest.fixture
def clerk(street, administrator) -> Phone:
    """An officer of 和平社区."""
    return administrator(Role.COMMUNITY_OFFICER, HERE)


def asked(phone: Phone, name: ListName, **filters: str) -> str:
    """The id of a job that makes the list, not begun yet."""
    return phone.made("/exports/lists", {"list": name.value, "filters": urlencode(filters) or None})["id"]


def table_of(phone: Phone, job_id: str) -> list[list[str]]:
    answer = phone.get(f"/jobs/{job_id}/file")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.get_data().startswith("\ufeff".encode()), "Excel reads it as Chinese by this mark"
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def taken(phone: Phone, name: ListName, **filters: str) -> list[list[str]]:
    """The table of a list: its heading and its rows."""
    job_id = asked(phone, name, **filters)
    task.run()
    return table_of(phone, job_id)


def numbers_in(table: list[list[str]]) -> list[str]:
    return [row[table[0].index("编号")] for row in table[1:]]


@pytest.fixture
def demands(clerk, street) -> list[dict[str, object]]:
    """Submitted to 和平社区, one after the other."""
    return [clerk.made("/demands", demand_form(street, title=title)) for title in ("陪伴聊天", "=1+1", "代买药品", "陪伴就医", "修理水管")]


def test_a_table_holds_the_rows_of_its_list_with_its_filters(clerk, demands, monkeypatch):
    monkeypatch.setattr(sheets, "_AT_ONCE", 2)  # read in three parts
    listed = [line["number"] for line in clerk.seen("/demands/in-care", status="submitted")["items"]]
    assert numbers_in(taken(clerk, ListName.DEMANDS)) == listed
    assert len(listed) == len(demands)

    found = [line["number"] for line in clerk.seen("/demands/in-care", q="陪伴")["items"]]
    assert numbers_in(taken(clerk, ListName.DEMANDS, q="陪伴")) == found
    assert (len(found), taken(clerk, ListName.DEMANDS, status="published")[1:]) == (2, [])


def test_no_cell_is_a_formula(clerk, demands):
    table = taken(clerk, ListName.DEMANDS)
    assert "'=1+1" in [row[table[0].index("需求")] for row in table]


@pytest.mark.parametrize("name", ListName)
def test_each_list_can_be_taken_along(name, administrator, officer, street, demands):
    who = administrator(Role.AUDIT_ADMIN, STREET) if name is ListName.AUDIT_ENTRIES else officer
    table = taken(who, name)
    assert table[0] == list(LISTED[name].columns)
    assert all(len(row) == len(table[0]) for row in table)


def test_somebody_elsewhere_takes_none_of_it_along(demands, administrator):
    assert taken(administrator(Role.COMMUNITY_OFFICER, ELSEWHERE), ListName.DEMANDS)[1:] == []


def test_what_was_looked_for_stands_nowhere_in_clear_and_is_forgotten_when_the_table_is_made(clerk, demands):
    def kept() -> tuple[bytes | None, str]:
        with transaction():
            row = db.session.execute(text("SELECT asked_for_sealed, jobs::text AS all FROM jobs ORDER BY id DESC LIMIT 1")).one()
        return row.asked_for_sealed, row.all

    asked(clerk, ListName.DEMANDS, q="陪伴聊天")
    sealed, row = kept()
    assert (sealed is not None, "陪伴" in row) == (True, False)
    task.run()
    assert kept()[0] is None

    called_off = asked(clerk, ListName.DEMANDS, q="陪伴聊天")
    clerk.made(f"/jobs/{called_off}/cancellation")
    assert kept()[0] is None


def test_who_lost_an_office_since_fetches_no_table(clerk, demands, administrator):
    job_id = asked(clerk, ListName.DEMANDS)
    task.run()
    assert table_of(clerk, job_id)
    beside = Grant(Role.COMMUNITY_OFFICER, area_path=ELSEWHERE)
    grant_to(clerk, beside)
    wider = asked(clerk, ListName.DEMANDS)
    task.run()
    assert table_of(clerk, wider)
    with transaction():
        accounts.withdraw_role(Actor.system(), UUID(clerk.account_id), beside, reason="调离", now=clock.now())
    assert refused(clerk.get(f"/jobs/{wider}/file"))[0] == 404, "it may hold rows that they see no more"
    assert table_of(clerk, job_id), "made when they held only what they hold now"


def test_only_who_asked_fetches_it(clerk, demands, officer, administrator):
    job_id = asked(clerk, ListName.DEMANDS)
    task.run()
    assert refused(officer.get(f"/jobs/{job_id}/file"))[0] == 404
    assert refused(administrator(Role.SYSTEM_ADMIN, STREET).get(f"/jobs/{job_id}/file"))[0] == 403


def test_who_has_no_office_takes_nothing_along(phone_of):
    assert refused(phone_of().post("/exports/lists", {"list": "demands"}))[0] == 403


def test_filters_that_the_list_has_not_are_refused_by_name(clerk):
    answer = clerk.post("/exports/lists", {"list": "demands", "filters": "status=sold&colour=red"})
    assert refused(answer)[0] == 422
    status, colour = answer.get_json()["errors"]["filters"]
    assert (status.startswith("状态：请选择"), colour) == (True, "colour：不支持的字段")


def test_a_list_of_more_rows_than_a_table_takes_fails_with_its_sentence(clerk, demands, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 4)
    job_id = asked(clerk, ListName.DEMANDS)
    task.run()
    job = clerk.seen(f"/jobs/{job_id}")
    assert (job["state"], job["error"]) == ("failed", "list_too_long")


def test_the_button_of_a_page_takes_along_what_the_page_lists(app, demands):
    browser = Browser(app)
    browser.log_in(officer_named(app, area_path=HERE, known=True))
    page = browser.get("/console/demands?status=submitted&q=陪伴")
    assert 'action="/console/lists/demands?q=' in page.text
    answer = browser.submit("/console/lists/demands?q=陪伴", submission_key="list-of-demands")
    assert led_to(answer) == "/console/lists"
    assert all(said in text_of(browser.get("/console/lists")) for said in ("服务需求", "排队", "本人"))
    task.run()
    page = browser.get("/console/lists")
    assert all(said in text_of(page) for said in ("服务需求_待审核", "完成", "下载"))
    wrong = browser.submit("/console/lists/demands?since=never", submission_key="list-of-never")
    assert (wrong.status_code, "有内容需要更正" in text_of(wrong)) == (422, True)
