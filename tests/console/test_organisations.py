"""A social organisation in the console: verified by a day and a paper or returned from its list, renamed, headed by another of its staff,
and ended by who is told before what ends with it."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db
from backend.organisations.models import Organisation, OrganisationStatus
from tests.console.test_demands import browser_of
from tests.console.test_teams import sent
from tests.support.attendance import counted_statements
from tests.support.browser import Browser, led_to, text_of
from tests.support.organisations import add_staff, applied_organisation, credit_code, verification, verified_organisation
from tests.support.phone import Phone

TO_REVIEW = "/console/organisations?status=applied&for_me=true"


@pytest.fixture
def browser(app, street) -> Browser:
    return browser_of(app)


@pytest.fixture
def head(street) -> Phone:
    return street.home.person("head", name="赵理事")


def address(organisation, rest: str = "") -> str:
    return f"/console/organisations/{organisation['id']}{rest}"


def kept(organisation) -> tuple[OrganisationStatus, object, str | None]:
    db.session.rollback()
    columns = (Organisation.status, Organisation.counted_on, Organisation.proof)
    return tuple(db.session.execute(select(*columns).where(Organisation.id == UUID(organisation["id"]))).one())


def test_what_waits_is_verified_by_a_day_and_a_paper_or_returned_for_a_reason(browser, head, street):
    organisation, other = (applied_organisation(head, street, name=name) for name in ("青山社工中心", "绿水助老中心"))
    assert f'href="{TO_REVIEW}"'.replace("&", "&amp;") in browser.get("/console/").text
    listed = browser.get(TO_REVIEW)
    assert [f'href="{address(one)}"' in listed.text for one in (organisation, other)] == [True, True]
    opened = text_of(browser.get(address(organisation)))
    assert all(said in opened for said in ("待核实", "引进", organisation["credit_code"], "核实", "退回"))
    assert "终止" not in opened

    today = clock.shanghai_day(clock.now())
    form = address(organisation, "/verification")
    asked = browser.get(form)
    assert ("计入引进或者培育数" in text_of(asked), 'type="date"' in asked.text) == (True, True)
    assert '<label for="proof">证明材料</label>' in asked.text, "not 核实方式, as where somebody else is known"
    late = sent(browser, form, agreed_on=str(today + timedelta(days=1)), proof="协议第3号")
    assert (late.status_code, 'value="协议第3号"' in late.text, kept(organisation)[0]) == (422, True, OrganisationStatus.APPLIED)
    assert led_to(sent(browser, form, agreed_on=str(today), proof="协议第3号")) == address(organisation)
    assert kept(organisation) == (OrganisationStatus.VERIFIED, today, "协议第3号")

    assert led_to(sent(browser, address(other, "/return"), cause="papers", reason="缺登记证书")) == address(other)
    assert "证明材料不全：缺登记证书" in text_of(browser.get(address(other)))
    assert "没有等您办理的社会组织" in text_of(browser.get(TO_REVIEW))


def test_a_body_that_was_counted_as_the_other_kind_is_returned_and_not_verified(browser, head, officer, street):
    first = verified_organisation(head, officer, street)
    officer.made(f"/organisations/{first['id']}/ending", {"reason": "协议到期"})
    again = applied_organisation(head, street, credit_code=first["credit_code"], origin="incubated")
    opened = text_of(browser.get(address(again)))
    assert ("曾以另一种来源计入" in opened, f"{address(again)}/verification" in browser.get(address(again)).text) == (True, False)
    form = verification()
    assert browser.get(address(again, "/verification")).status_code == 409
    assert sent(browser, address(again, "/verification"), **form).status_code == 409
    assert kept(again)[0] is OrganisationStatus.APPLIED


def test_it_goes_on_under_another_name_and_head_and_ends_with_its_staff(app, browser, head, officer, neighbour, street):
    organisation = verified_organisation(head, officer, street, name="青山社工中心")
    volunteer = street.home.volunteer(name="李晓明")
    one = add_staff(head, organisation["id"], volunteer, "李晓明")
    staff = browser.get(address(organisation, "/staff"))
    assert (volunteer.volunteer_number in staff.text, staff.text.count("指定为负责人</a>")) == (True, 1)
    wrong = browser.get(address(organisation, "/staff?q=13800001234"))
    assert (wrong.status_code, "现在的工作人员" in wrong.text) == (422, False)
    naming = address(organisation, f"/staff/{one['id']}/leadership")
    assert volunteer.volunteer_number in text_of(browser.get(naming)), "of several by the same mask, this one"
    assert led_to(sent(browser, naming)) == address(organisation)
    assert sent(browser, naming).status_code == 409
    assert led_to(sent(browser, address(organisation, "/renaming"), name="青山发展中心", reason="已核准")) == address(organisation)
    told = text_of(browser.get(address(organisation, "/history")))
    assert all(said in told for said in ("青山发展中心", "更换负责人", "原名“青山社工中心”：已核准"))

    neighbours = browser_of(app, "639999001002")
    assert organisation["id"] not in neighbours.get("/console/organisations").text
    assert "更名" not in text_of(neighbours.get(address(organisation)))
    for side in ("/staff", "/history", "/renaming", "/ending"):
        assert neighbours.get(address(organisation, side)).status_code == 403
    assert sent(neighbours, address(organisation, "/ending"), cause="over").status_code == 403

    assert "2名工作人员今天离职" in text_of(browser.get(address(organisation, "/ending")))
    assert led_to(sent(browser, address(organisation, "/ending"), cause="over")) == address(organisation)
    assert kept(organisation)[0] is OrganisationStatus.ENDED
    late = sent(browser, naming)
    assert (late.status_code, "或者已终止" in text_of(late)) == (409, True), "it ended while somebody was named"
    assert "协议到期不再续签" in text_of(browser.get(address(organisation)))
    ended = browser.get("/console/organisations?status=ended&q=青山&origin=introduced&since=2020-01-01&until=")
    assert (organisation["id"] in ended.text, "计入不早于" in ended.text) == (True, True)
    tabs = re.findall(r'href="([^"]*status=(\w+)[^"]*)"', unescape(ended.text))[: len(OrganisationStatus)]
    assert {status: "since=" in link for link, status in tabs} == {"applied": False, "returned": False, "verified": True, "ended": True}
    assert not any("计入不早于" in browser.get(link).text for link, status in tabs if status == "applied"), "it has no day yet"


def test_one_on_record_is_registered_once_and_stays_the_same_body(app, browser, head, officer, street):
    organisation = verified_organisation(head, officer, street, origin="incubated", record_number="备社17")
    form, before = address(organisation, "/registration"), kept(organisation)
    assert (f'href="{form}"' in browser.get(address(organisation)).text, "不重复计数" in text_of(browser.get(form))) == (True, True)
    today = clock.shanghai_day(clock.now())
    papers = {"credit_code": credit_code(), "registered_on": str(today), "proof": "登记证书第17号"}
    late = sent(browser, form, **papers | {"registered_on": str(today + timedelta(days=1))})
    wrong = sent(browser, form, **papers | {"credit_code": "52639999"})
    assert ([late.status_code, wrong.status_code], "登记日期不能早于备案日期" in text_of(late)) == ([422, 422], True)
    assert 'value="登记证书第17号"' in wrong.text, "what was typed stands there"
    for other in (browser_of(app, "639999001002"), browser_of(app, "639999", role=Role.DISTRICT_OFFICER)):
        assert (other.get(form).status_code, sent(other, form, **papers).status_code) == (403, 403)
    assert f'href="{form}"' in browser.get(address(organisation)).text, "who was refused changed nothing"

    assert led_to(sent(browser, form, **papers)) == address(organisation)
    opened = browser.get(address(organisation))
    assert (papers["credit_code"] in opened.text, "备社17" in opened.text, f'href="{form}"' in opened.text) == (True, True, False)
    assert (kept(organisation), browser.get(form).status_code) == (before, 409)
    assert sent(browser, form, **papers | {"credit_code": credit_code()}).status_code == 409
    registered = verified_organisation(head, officer, street)
    assert (f"{address(registered)}/registration" in browser.get(address(registered)).text) is False
    assert browser.get(address(registered, "/registration")).status_code == 409


def test_the_pages_send_as_many_statements_for_many_as_for_one(browser, head, officer, street):
    organisation = verified_organisation(head, officer, street)
    most = {"/console/organisations": 5, address(organisation): 6, address(organisation, "/staff"): 8}

    def sent_by(page: str) -> int:
        with counted_statements() as statements:
            assert browser.get(page).status_code == 200
        return len(statements)

    few = {page: sent_by(page) for page in most}
    for name in ("赵晓明", "钱晓明", "孙晓明"):
        add_staff(head, organisation["id"], street.home.volunteer(name=name), name)
        verified_organisation(head, officer, street)
    assert {page: sent_by(page) for page in most} == few
    assert {page: number for page, number in few.items() if number > most[page]} == {}
