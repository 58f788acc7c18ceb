"""Services to confirm in the console: one by one and all of a shift, by who may stand by them."""

import re
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select

from backend.attendance import service as attendance
from backend.attendance.models import Confirmation, FlagKind, ServiceRecord
from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db, transaction
from tests.console.test_demands import browser_of
from tests.support.attendance import Visit, signed_out_by_nobody
from tests.support.browser import Browser, led_to, text_of

TO_CONFIRM = "/console/services?status=awaiting_confirmation&for_me=true&sort=earliest"


def confirmed(*fact_ids: str) -> int:
    db.session.rollback()
    of_these = Confirmation.record_fact_id.in_([UUID(fact_id) for fact_id in fact_ids])
    return db.session.scalar(select(func.count()).select_from(Confirmation).where(of_these, Confirmation.is_current())) or 0


def pressed(browser: Browser, path: str, **fields: str):
    return browser.submit(path, submission_key=str(uuid4()), **fields)


def later(wall: str, minutes: int) -> str:
    """So many minutes after what stands in a field."""
    return (datetime.fromisoformat(wall) + timedelta(minutes=minutes)).isoformat()


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


def offered_on(browser: Browser, fact_id: str) -> list[str]:
    """What the page of a record lets the viewer do."""
    page = browser.get(f"/console/services/{fact_id}")
    assert page.status_code == 200
    return re.findall(r'<(?:a class="button[^>]*|button class="solid")>([^<]*)<', page.text)


def fields_of(page) -> list[tuple[str, str]]:
    """The times, and the revision that was seen, as they stand in a form."""
    return re.findall(r'name="(revision_id|started_at|ended_at)"[^>]*value="([^"]*)"', page.text)


def to(began: str, minutes: int) -> str:
    """In an address: from then, for so long."""
    return f"started_at={began}&ended_at={later(began, minutes)}"


def current(fact_id: str) -> tuple[int, bool, str | None]:
    """Minutes, whether it was withdrawn, and why the latest revision was made."""
    db.session.rollback()
    latest = select(ServiceRecord).where(ServiceRecord.fact_id == UUID(fact_id), ServiceRecord.superseded_at.is_(None))
    record = db.session.scalars(latest).one()
    return record.minutes, record.void, record.reason


def test_a_record_is_corrected_and_withdrawn_by_what_its_page_shows(app, street, pass_time):
    visit = Visit(street)
    fact_id = visit.served(pass_time)
    browser, where = browser_of(app), f"/console/services/{fact_id}"
    assert offered_on(browser, fact_id) == ["确认", "更正", "撤销记录"]
    asked = browser.get(f"{where}/correction")
    began = later(dict(fields_of(asked))["started_at"], 1)  # windows of offices begin on the minute
    assert "现在还没有计入" in text_of(asked)
    # A browser counts minutes from what stands there; where that has seconds, it takes no full minute unless it counts them too.
    from_seconds = browser.get(f"{where}/correction?started_at=2026-03-04T09:00:07")
    assert re.search(r'value="2026-03-04T09:00:07"[^>]* step="1"', from_seconds.text)
    for times, status, said in (
        (f"started_at={began}", 200, "下一步"),
        (f"started_at={began}&ended_at=昨天", 422, "结束时间："),
        (to(began, 600), 422, "服务时间须在场次起止时间之内，且已经结束"),
    ):
        page = browser.get(f"{where}/correction?{times}")
        assert (page.status_code, said in text_of(page), f'value="{began}"' in page.text) == (status, True, True)
    assert led_to(pressed(browser, f"{where}/confirmation")) == TO_CONFIRM
    assert offered_on(browser, fact_id) == ["更正", "撤销确认", "撤销记录"]
    assert "现在计入47分钟" in text_of(browser.get(f"{where}/withdrawal"))
    shown = browser.get(f"{where}/correction?{to(began, 30)}")
    told = text_of(shown)
    assert [said in told for said in ("时长从47分钟改为30分钟", "计入的从47分钟改为30分钟", "积分按新的时长重算")] == [True] * 3
    shorter = dict(fields_of(shown))
    unsaid = pressed(browser, f"{where}/correction", **shorter)
    assert (unsaid.status_code, "理由：必填" in text_of(unsaid), "计入的从47分钟改为30分钟" in text_of(unsaid)) == (422, True, True)
    assert current(fact_id)[0] == 47, "looking at it corrects nothing"

    assert led_to(pressed(browser, f"{where}/correction", **shorter, reason="提前离开")) == where

    assert current(fact_id) == (30, False, "提前离开")
    stale = pressed(browser, f"{where}/correction", **shorter, reason="再改一次")
    assert (stale.status_code, current(fact_id)[0]) == (409, 30), "whoever looked at the former one is told"
    assert "已被他人更正" in text_of(stale) or "刷新" in text_of(stale)
    grown = browser.get(f"{where}/correction?{to(began, 40)}")
    assert [said in text_of(grown) for said in ("计入的仍是30分钟", "其余10分钟由另一人确认后才计入")] == [True, True]
    assert led_to(pressed(browser, f"{where}/correction", **dict(fields_of(grown)), reason="核对了门岗记录")) == where
    assert offered_on(browser, fact_id) == ["确认增加的时长", "批准全部计入", "更正", "撤销确认", "撤销记录"]
    assert "全部计入" in text_of(browser.get(f"{where}/allowance"))
    assert led_to(pressed(browser, f"{where}/allowance", reason="属实")) == where
    assert offered_on(browser, fact_id) == ["更正", "撤销确认", "撤销记录"]

    seen = dict(re.findall(r'name="(revision_id)"[^>]*value="([^"]*)"', browser.get(f"{where}/withdrawal").text))
    assert led_to(pressed(browser, f"{where}/withdrawal", **seen, reason="本人未到场")) == where

    assert current(fact_id)[1:] == (True, "本人未到场")
    assert (offered_on(browser, fact_id), "本人未到场" in text_of(browser.get(where))) == ([], True)
    assert browser.get(f"{where}/correction").status_code == 409


def test_a_doubted_record_is_looked_at_before_it_is_confirmed_and_a_confirmation_is_taken_back(app, street, pass_time):
    visit = Visit(street)
    fact_id = visit.served(pass_time)
    with transaction():
        attendance.flag_service(UUID(fact_id), FlagKind.FAR_AWAY, now=clock.now())
    browser, where = browser_of(app), f"/console/services/{fact_id}"
    today = browser.get("/console/").text
    assert "/console/services?status=flagged&amp;for_me=true" in today
    assert offered_on(browser, fact_id) == ["核实属实", "更正", "撤销记录"]
    assert pressed(browser, f"{where}/confirmation").status_code == 409
    at_shift = text_of(browser.get(f"/console/shifts/{visit.shift_id}"))
    assert ("1条有疑问" in at_shift, "条记录待确认" in at_shift, "确认本场全部记录" in at_shift) == (True, False, False)

    assert led_to(pressed(browser, f"{where}/clearance", reason="电话核实，在对面广场集合")) == where

    assert offered_on(browser, fact_id) == ["确认", "更正", "撤销记录"]
    assert pressed(browser, f"{where}/confirmation").status_code == 303
    assert led_to(pressed(browser, f"{where}/confirmation-withdrawal", reason="确认有误")) == where
    assert (confirmed(fact_id), offered_on(browser, fact_id)) == (0, ["确认", "更正", "撤销记录"])
    again = pressed(browser, f"{where}/confirmation-withdrawal", reason="确认有误")
    assert (again.status_code, "该服务尚未确认" in text_of(again)) == (409, True)


def test_who_never_signed_out_is_recorded_by_word_from_the_list_of_those(app, street, pass_time):
    visit = Visit(street)
    attendance_id = visit.sign_in()["attendance_id"]
    pass_time(minutes=40)
    browser, record = browser_of(app), f"/console/attendances/{attendance_id}/record"
    here = browser.get(f"/console/shifts/{visit.shift_id}")
    assert ("结束签到并补录" in text_of(here), f'href="{record}"' in here.text) == (True, True)
    asked = browser.get(record)
    assert "补录即结束其签到" in text_of(asked)
    began = later(dict(fields_of(asked))["started_at"], 1)  # windows of offices begin on the minute
    form = {"started_at": began, "ended_at": later(began, 25), "reason": "本人忘记签退"}
    late = pressed(browser, record, **(form | {"ended_at": later(began, 90)}))
    assert (late.status_code, "服务时间须在场次起止时间之内" in text_of(late)) == (422, True)

    assert led_to(pressed(browser, record, **form)) == "/console/attendances?for_me=true"

    again = browser.get(record)
    assert (again.status_code, "该签到已有服务记录" in text_of(again)) == (409, True)
    assert pressed(browser, record, **form).status_code == 409
    told = text_of(browser.get(f"/console/shifts/{visit.shift_id}"))
    assert ("待确认" in told, "结束签到并补录" in told, "现在在场0人" in told) == (True, False, True)
    assert visit.member.post(f"/shifts/{visit.shift_id}/sign-out", {"code": visit.code()}).status_code == 409
    signed_out_by_nobody(visit.leader, street["和平社区"], visit.team_id)
    listed = browser.get("/console/attendances?for_me=true")
    assert f'href="{listed.request.path}?for_me=true"'.replace("&", "&amp;") in browser.get("/console/").text
    waiting = re.findall(r'href="(/console/attendances/[^"]*/record)"', listed.text)
    assert len(waiting) == 1
    district = browser_of(app, "639999", role=Role.DISTRICT_OFFICER).get("/console/attendances")
    assert ("等社区补录" in text_of(district), waiting[0] in district.text) == (True, False)
    assert browser_of(app, "639999001002").get(waiting[0]).status_code == 404
