"""A shift in the console: found in its list, with who is in and out; its code is shown full screen, and its community adds, confirms and
cancels."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.attendance import codes
from backend.attendance.models import Evidence, ServiceRecord, Shift, ShiftStatus
from backend.attendance.queries import Presence, presence_at
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from tests.console.test_demands import browser_of
from tests.console.test_teams import sent
from tests.support.attendance import Visit, counted_statements
from tests.support.browser import Browser, led_to, text_of


@pytest.fixture
def browser(app, street) -> Browser:
    return browser_of(app)


@pytest.fixture
def visit(street) -> Visit:
    return Visit(street)


def address(visit: Visit, rest: str = "") -> str:
    return f"/console/shifts/{visit.shift_id}{rest}"


def status_of(visit: Visit) -> ShiftStatus:
    db.session.rollback()
    return db.session.scalars(select(Shift.status).where(Shift.id == UUID(visit.shift_id))).one()


def at(visit: Visit, minutes: int) -> str:
    """So many minutes after it begins, as a browser's form writes it."""
    db.session.rollback()
    starts_at = db.session.scalars(select(Shift.starts_at).where(Shift.id == UUID(visit.shift_id))).one()
    return (starts_at + clock.timedelta(minutes=minutes)).astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def seconds_until_again(page: TestResponse) -> int | None:
    """When a page looks again by itself, with and without a script; None where it does not."""
    by_script = re.findall(r'hx-trigger="every (\d+)s"', page.text)
    without = re.findall(r'<noscript><meta http-equiv="refresh" content="(\d+)"></noscript>', page.text)
    assert len(by_script) == len(without) <= 1
    return int(without[0]) if without else None


def test_a_shift_is_found_and_its_page_tells_who_is_in_and_who_is_out(browser, app, visit, pass_time):
    listed = browser.get("/console/shifts")
    assert (f'href="{address(visit)}"' in listed.text, "还没有人签到" in text_of(browser.get(address(visit)))) == (True, True)
    visit.sign_in(visit.leader)
    visit.sign_in(visit.member)
    pass_time(minutes=47)
    visit.sign_out(visit.member)
    browser = browser_of(app)  # the other one rested too long

    page = browser.get(address(visit))

    told = text_of(page)
    assert all(said in told for said in ("现在在场1人，已签退1人", "1条记录待确认", "服务中", "47", "出示签到码", "确认本场全部记录"))
    assert seconds_until_again(page) is None
    live = browser.get(address(visit, "?live=true"))
    assert (seconds_until_again(live), "自动更新，直到场次结束" in text_of(live)) == (20, True)
    line = re.sub(r"<[^>]*>", " ", browser.get("/console/shifts?status=planned&since=2020-01-01").text.split("<tbody")[1])
    assert "1条记录待确认" in line
    pass_time(hours=30)
    over = browser_of(app).get(address(visit, "?live=true"))
    assert seconds_until_again(over) is None, "nobody is logged in for ever by a page that looks by itself"
    assert "出示签到码" not in text_of(over)
    with transaction():
        member = Actor(UUID(visit.member.account_id), UUID(visit.member.person_id), (Grant(Role.RESIDENT),))
        seen = presence_at(member, [UUID(visit.shift_id)])
    assert list(seen.values()) == [Presence(out=1, awaiting=1)], "of others nobody counts who may not see them"
    other = browser_of(app, "639999001002")
    assert (other.get(address(visit)).status_code, visit.shift_id in other.get("/console/shifts").text) == (404, False)


def test_the_code_on_the_screen_signs_in_and_is_followed_by_the_next_one_by_itself(app, browser, visit, pass_time, monkeypatch):
    shown: list[str] = []
    drawn = codes.CodeMaker.code

    def note(*args: object, **more: object) -> codes.ShownCode:
        code = drawn(*args, **more)
        shown.append(code.text)
        return code

    monkeypatch.setattr(codes.CodeMaker, "code", note)

    page = browser.get(address(visit, "/code"))

    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "same-origin")
    assert ("<svg" in page.text, "退出登录" in page.text) == (True, False)
    left = seconds_until_again(page)
    assert left is not None
    assert 1 <= left <= 30
    assert "Ejia-Glance" not in page.text, "the screen of a shift is in use for as long as that goes on"
    visit.member.made(f"/shifts/{visit.shift_id}/sign-in", {"code": shown[0]})
    pass_time(seconds=left)
    browser.get(address(visit, "/code"))
    assert shown[1] != shown[0]
    pass_time(hours=30)
    over = browser_of(app).get(address(visit, "/code"))
    assert (over.status_code, "该场次已结束" in text_of(over), seconds_until_again(over)) == (409, True, None)


def test_a_shift_is_cancelled_for_a_reason_until_somebody_has_signed_in(browser, visit, street):
    assert "最后一个场次" in text_of(browser.get(address(visit, "/cancellation")))
    unsaid = sent(browser, address(visit, "/cancellation"))
    assert (unsaid.status_code, status_of(visit)) == (422, ShiftStatus.PLANNED)

    assert led_to(sent(browser, address(visit, "/cancellation"), reason="暴雨")) == address(visit)

    assert status_of(visit) is ShiftStatus.CANCELLED
    cancelled = browser.get(address(visit))
    assert [said in text_of(cancelled) for said in ("已取消", "出示签到码", "取消场次")] == [True, False, False]
    assert address(visit, "/records") not in cancelled.text
    assert browser.get(address(visit, "/records")).status_code == 409
    in_use = Visit(street, title="再去一次")
    in_use.sign_in()
    page = text_of(browser.get(address(in_use)))
    assert ("已有人在该场次签到，不能取消" in page, "取消场次" in page) == (True, False)
    refused = sent(browser, address(in_use, "/cancellation"), reason="暴雨")
    assert (refused.status_code, "已有人在该场次签到" in text_of(refused), status_of(in_use)) == (409, True, ShiftStatus.PLANNED)


def test_who_came_without_signing_in_is_added_by_word_and_confirmed_by_somebody_else(app, visit, pass_time):
    pass_time(minutes=50)
    browser = browser_of(app)
    asked = browser.get(address(visit, "/records"))
    assert all(said in text_of(asked) for said in ("志愿者编号", "当时的认领方", "另一位工作人员确认"))
    form = {"volunteer_number": visit.member.volunteer_number, "name": "王志愿", "started_at": at(visit, 5), "ended_at": at(visit, 35)}
    wrong = sent(browser, address(visit, "/records"), **(form | {"ended_at": at(visit, 600)}), reason="手机没电")
    assert (wrong.status_code, "服务时间须在场次起止时间之内" in text_of(wrong), "手机没电" in wrong.text) == (422, True, True)

    assert led_to(sent(browser, address(visit, "/records"), **form, reason="手机没电")) == address(visit)

    db.session.rollback()
    record = db.session.scalars(select(ServiceRecord).where(ServiceRecord.shift_id == UUID(visit.shift_id))).one()
    assert (record.minutes, record.evidence, record.reason) == (30, Evidence.COMMUNITY_WORD, "手机没电")
    fact_id = str(record.fact_id)
    db.session.rollback()
    own = text_of(browser.get(address(visit, "/confirmations")))
    assert ("没有等您确认的记录" in own, "1条是您本人、您负责的一方或者您补录的" in own) == (True, True)
    assert "确认本场全部记录" not in text_of(browser.get(address(visit))), "nobody confirms their own word"
    page = text_of(browser.get(f"/console/services/{fact_id}"))
    assert ("须由申请人或另一位工作人员确认" in page, "撤销记录" in page) == (True, True)
    assert "确认本场全部记录" in text_of(browser_of(app).get(address(visit)))


def test_the_list_of_shifts_costs_as_many_statements_for_many_as_for_one(browser, app, street):
    street_officer = browser_of(app, "639999001", role=Role.STREET_OFFICER)
    costs = []
    for _ in range(2):
        Visit(street)
        with counted_statements() as statements:
            assert street_officer.get("/console/shifts?community_id=&q=").status_code == 200
        costs.append(len(statements))
        Visit(street)
    assert costs[0] == costs[1] <= 25
    wrong = browser.get("/console/shifts?since=2023-13-01")
    assert (wrong.status_code, "不是日期" in text_of(wrong) or "有内容需要更正" in text_of(wrong)) == (422, True)
