"""Services to confirm in the console: one by one and all of a shift, by who may stand by them."""

from uuid import UUID, uuid4

from sqlalchemy import func, select

from backend.attendance.models import Confirmation
from backend.foundation.database import db
from tests.console.test_demands import browser_of
from tests.support.attendance import Visit
from tests.support.browser import Browser, led_to, text_of

TO_CONFIRM = "/console/services?status=awaiting_confirmation&for_me=true&sort=earliest"


def confirmed(*fact_ids: str) -> int:
    db.session.rollback()
    of_these = Confirmation.record_fact_id.in_([UUID(fact_id) for fact_id in fact_ids])
    return db.session.scalar(select(func.count()).select_from(Confirmation).where(of_these, Confirmation.is_current())) or 0


def pressed(browser: Browser, path: str):
    return browser.submit(path, submission_key=str(uuid4()))


def test_what_waits_is_confirmed_from_its_list_and_then_waits_no_more(app, street, pass_time):
    visit = Visit(street)
    fact_id = visit.served(pass_time)
    browser = browser_of(app)
    assert f'href="{TO_CONFIRM}"'.replace("&", "&amp;") in browser.get("/console/").text
    listed = browser.get(TO_CONFIRM)
    assert (f'action="/console/services/{fact_id}/confirmation"' in listed.text, visit.demand["title"] in listed.text) == (True, True)
    opened = text_of(browser.get(f"/console/services/{fact_id}"))
    assert ("待确认" in opened, "0.7小时" in opened or "0.8小时" in opened) == (True, True)

    assert led_to(pressed(browser, f"/console/services/{fact_id}/confirmation")) == TO_CONFIRM

    assert confirmed(fact_id) == 1
    assert "没有等您确认的服务记录" in text_of(browser.get(TO_CONFIRM))
    again = pressed(browser, f"/console/services/{fact_id}/confirmation")
    assert (again.status_code, "该服务已确认" in text_of(again), confirmed(fact_id)) == (409, True, 1)


def test_all_of_a_shift_are_confirmed_at_once_where_the_list_is_of_that_shift(app, street, pass_time):
    visit = Visit(street)
    for phone in (visit.leader, visit.member):
        visit.sign_in(phone)
    pass_time(minutes=47)
    fact_ids = [visit.sign_out(phone)["fact_id"] for phone in (visit.leader, visit.member)]
    browser = browser_of(app)
    assert "确认本场全部记录" not in browser.get(TO_CONFIRM).text
    of_shift = browser.get(f"{TO_CONFIRM}&shift_id={visit.shift_id}")
    assert "确认本场全部记录" in of_shift.text

    together = f"/console/shifts/{visit.shift_id}/confirmations"
    assert f'href="{together}"' in of_shift.text
    told = text_of(browser.get(together))
    assert ("2条待确认的记录会被确认，共94分钟" in told, confirmed(*fact_ids)) == (True, 0), "looking at it confirms nothing"

    where = led_to(pressed(browser, together))

    assert confirmed(*fact_ids) == 2
    page = text_of(browser.get(where))
    assert (page.count("已确认"), "确认本场全部记录" in page) == (2, False)


def test_an_officer_of_another_community_confirms_nothing(app, street, pass_time):
    visit = Visit(street)
    fact_id = visit.served(pass_time)
    other = browser_of(app, "639999001002")
    assert fact_id not in other.get(TO_CONFIRM).text
    assert fact_id not in other.get("/console/services").text
    assert other.get(f"/console/services/{fact_id}").status_code == 404
    assert pressed(other, f"/console/services/{fact_id}/confirmation").status_code == 404
    assert pressed(other, f"/console/shifts/{visit.shift_id}/confirmations").status_code == 404
    assert confirmed(fact_id) == 0
