"""账号与角色 in the console: a colleague is added and told the password once, appointed, prolonged, dismissed and given a password anew."""

import re
from datetime import timedelta

import pytest

from backend.foundation import clock
from backend.foundation.actor import Role
from tests.console.test_administration import form_of, sent_by
from tests.console.test_demands import browser_of
from tests.console.test_teams import sent
from tests.support.browser import Browser, led_to, officer_named, text_of
from tests.support.people import identity_number, registered_volunteer
from tests.support.phone import Phone

NEW, APPOINTMENT = "/console/offices/new", "/console/offices/appointment"


@pytest.fixture
def above(app, street) -> Browser:
    """A browser of an officer of the street."""
    return browser_of(app, "639999001", role=Role.STREET_OFFICER)


def offices(browser: Browser, query: str = "") -> list[str]:
    """Where the lines of the list lead."""
    return re.findall(r'scope="row"><a href="(/console/offices/[^"]*)"', browser.get(f"/console/offices{query}").text)


def told(page) -> str:
    """The initial password on a page."""
    (password,) = re.findall(r"<dt>初始密码</dt><dd><code>([^<]*)</code>", page.text)
    return password


def test_a_colleague_is_added_and_told_the_password_once(app, street, above):
    assert [f'href="{NEW}"' in above.get("/console/offices").text, 'href="/console/offices"' in above.get("/console/").text] == [True, True]
    form = {"login_name": "heping.wang", "role": "community_officer", "area_id": street["和平社区"], "ends_on": "2099-03-04"}
    asked = above.get(NEW)
    assert (asked.status_code, f'value="{street["和平社区"]}"' in asked.text, "系统管理员" in asked.text) == (200, True, False)
    wrong = sent(above, NEW, **form | {"login_name": "王"})
    assert (wrong.status_code, 'value="2099-03-04"' in wrong.text, "初始密码</dt>" in wrong.text) == (422, True, False)
    assert "授予这一级区域" in text_of(sent(above, NEW, **form | {"area_id": street["青山街道"]}))

    made = above.submit(NEW, submission_key="one-submission", **form)
    password = told(made)
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    again = above.submit(NEW, submission_key="one-submission", **form)
    assert (again.status_code, password in again.text) == (409, False), "the same form once more tells nothing"
    assert "已被使用" in text_of(sent(above, NEW, **form))
    colleague = Browser(app)
    assert led_to(colleague.log_in("heping.wang", password)).startswith("/console/")

    (office,) = offices(above, "?login_name=heping")
    page = text_of(above.get(office))
    assert all(said in page for said in ("和平社区社区工作人员", "待本人接受", "heping.wang", "到2099年3月4日", "证件未核验"))
    reset = f"{office}/password-reset"
    assert (above.get(reset).status_code, 'password-reset"' in above.get(office).text) == (404, False), "nothing is held yet"


def test_an_office_is_granted_prolonged_and_withdrawn_by_who_stands_above_it(app, street, phone_of, above):
    officer = browser_of(app)
    volunteer = registered_volunteer(phone_of, street, name="王志愿")
    form = {"role": "grid_worker", "area_id": street["和平社区"], "volunteer_number": volunteer.volunteer_number, "name": "王志愿"}
    wrong = sent(officer, APPOINTMENT, **form | {"name": "王志原"})
    assert (wrong.status_code, "没有找到该账号" in text_of(wrong), 'value="王志原"' in wrong.text) == (422, True, True)
    assert "请填写用户名，或志愿者编号和姓名" in text_of(sent(officer, APPOINTMENT, role="grid_worker", area_id=street["和平社区"]))
    assert led_to(sent(officer, APPOINTMENT, **form)) == "/console/offices"
    assert "可以调整其任期" in text_of(sent(officer, APPOINTMENT, **form))
    (office,) = offices(officer, f"?q={volunteer.volunteer_number}")
    accept(volunteer)

    page = officer.get(office)
    assert all(said in text_of(page) for said in ("和平社区网格员", "任期内", volunteer.volunteer_number, "长期有效", "调整任期"[2:]))
    until = (clock.shanghai_day(clock.now()) + timedelta(days=400)).isoformat()
    assert "任期的结束时间" in text_of(sent(officer, f"{office}/term", ends_on="2020-01-01"))
    assert led_to(sent(officer, f"{office}/term", ends_on=until)) == office
    assert clock.day_of(clock.shanghai_day(clock.now()) + timedelta(days=400)) in text_of(officer.get(office))
    assert led_to(sent(officer, f"{office}/term")) == office, "an empty day is no end"
    assert "长期有效" in text_of(officer.get(office))

    assert "必填" in text_of(sent(officer, f"{office}/withdrawal"))
    assert led_to(sent(officer, f"{office}/withdrawal", reason="调离")) == office
    ended = officer.get(office)
    assert (all(said in text_of(ended) for said in ("已收回", "调离")), f'{office}/withdrawal"' in ended.text) == (True, False)
    assert (sent(officer, f"{office}/withdrawal", reason="调离").status_code, officer.get(f"{office}/term").status_code) == (409, 409)
    assert sent(browser_of(app, "639999002001"), f"{office}/withdrawal", reason="调离").status_code == 404


def accept(phone: Phone) -> None:
    (offer,) = phone.seen("/me/role-grants", status="to_accept")["items"]
    phone.post(f"/me/role-grants/{offer['id']}/acceptance")


def test_what_ones_own_level_grants_waits_for_a_second_and_a_forgotten_password_for_who_is_above(app, street, phone_of, above):
    officer, colleague, name = Browser(app), browser_of(app), officer_named(app, known=True)
    officer.log_in(name)
    volunteer = registered_volunteer(phone_of, street, name="王志愿")
    form = {"role": "community_officer", "area_id": street["和平社区"], "volunteer_number": volunteer.volunteer_number, "name": "王志愿"}
    assert led_to(sent(officer, APPOINTMENT, **form)) == "/console/offices"
    waiting = "/console/offices?status=to_approve&for_me=true"
    assert f'href="{waiting}"'.replace("&", "&amp;") in colleague.get("/console/").text
    (office,) = offices(colleague, "?status=to_approve&for_me=true")
    own = officer.get(office)
    assert ("同意任命" in own.text, "须由另一位工作人员同意" in text_of(own)) == (False, True)
    assert sent(officer, f"{office}/approval").status_code == 403
    assert led_to(sent(colleague, form_of(colleague.get(office), "approval"))) == office
    again = sent(colleague, f"{office}/approval")
    assert (again.status_code, "待本人接受" in text_of(colleague.get(office))) == (409, True)
    few = sent_by(above, "/console/offices")

    (of_officer,) = offices(above, f"?login_name={name}")
    assert "重置密码" in above.get(of_officer).text
    reset = f"{of_officer}/password-reset"
    assert sent(officer, reset).status_code == 404
    assert "只显示一次" in text_of(above.get(reset))
    assert len(told(sent(above, reset))) > 8
    for one in ("赵志愿", "钱志愿", "孙志愿"):
        other = registered_volunteer(phone_of, street, name=one)
        sent(above, APPOINTMENT, **form | {"role": "grid_worker", "volunteer_number": other.volunteer_number, "name": one})
    assert sent_by(above, "/console/offices") == few <= 16


def test_the_papers_of_a_colleague_are_seen_by_who_stands_above_all_of_their_offices(app, street, above):
    name = officer_named(app)
    colleague, unchecked = Browser(app), "/console/offices?unchecked=true&for_me=true"
    assert led_to(colleague.log_in(name)) == "/console/"
    assert f'href="{unchecked}"'.replace("&", "&amp;") in above.get("/console/").text
    (office,) = offices(above, "?unchecked=true&for_me=true")
    check = f"{office}/identity-check"
    page = above.get(check)
    assert all(said in text_of(page) for said in (name, "填写前请本人先读", "和平社区", "核验身份"))
    assert page.headers["Cache-Control"] == "no-store"
    papers = {"name": "孙", "id_number": identity_number(), "community_id": street["和平社区"]}
    papers |= {"notice_version": re.findall(r'name="notice_version" value="([^"]*)"', page.text)[0]}
    unsure = sent(above, check, **papers)
    assert (unsure.status_code, "姓名只有一个字，请核对" in text_of(unsure), 'value="孙"' in unsure.text) == (422, True, True)
    assert [sent(browser, check, **papers).status_code for browser in (colleague, browser_of(app, "639999002001"))] == [403, 404]

    assert led_to(sent(above, check, **papers | {"name_confirmed": "true"})) == office

    assert ("证件已核验" in text_of(above.get(office)), 'identity-check"' in above.get(office).text) == (True, False)
    assert offices(above, "?unchecked=true&for_me=true") == []
    assert "身份未核验" not in text_of(above.get("/console/offices"))


def test_ones_own_appointment_and_term_lead_from_today_to_the_own_account(app, street, above):
    name, soon = officer_named(app, known=True), clock.shanghai_day(clock.now() + timedelta(days=3)).isoformat()
    own = Browser(app)
    own.log_in(name)
    (office,) = offices(above, f"?login_name={name}")
    assert led_to(sent(above, f"{office}/term", ends_on=soon)) == office
    form = {"role": "grid_worker", "area_id": street["和平社区"], "login_name": name}
    assert led_to(sent(above, APPOINTMENT, **form)) == "/console/offices"
    for place in ("offers", "roles"):
        assert [f'href="/console/account#{place}"' in seen.get("/console/").text for seen in (own, above)] == [True, False]
        assert f'id="{place}"' in own.get("/console/account").text
