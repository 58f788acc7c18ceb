"""双报到 in the console: who registers is taken in or returned from the list of what waits, and a registration ends; by the community,
and by nobody on their own."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from backend.accounts.models import Account
from backend.areas import service as areas
from backend.areas.transfers import Handover
from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.registration.models import MemberRegistration, RegistrationStatus
from backend.registration.transfers import hand_on_registrations
from tests.console.test_demands import browser_of
from tests.console.test_teams import sent
from tests.support.attendance import counted_statements
from tests.support.browser import Browser, led_to, text_of
from tests.support.people import registered_person, registration_form, work_unit

TO_REVIEW = "/console/registrations?status=applied&for_me=true"


@pytest.fixture
def browser(app, street) -> Browser:
    return browser_of(app)


@pytest.fixture
def applied(phone_of, officer, street):
    """Makes registrations that wait."""

    def make(name: str = "李党员"):
        form = registration_form(street, work_unit(officer), skills="电工")
        return registered_person(phone_of, street, name=name).made("/registrations", form)

    return make


def address(registration, rest: str = "") -> str:
    return f"/console/registrations/{registration['id']}{rest}"


def status_of(registration) -> RegistrationStatus:
    db.session.rollback()
    current = (MemberRegistration.fact_id == UUID(registration["id"]), MemberRegistration.is_current())
    return db.session.scalars(select(MemberRegistration.status).where(*current)).one()


def test_who_registers_is_taken_in_or_returned_and_ends_with_a_cause(app, browser, applied, street):
    one, other = applied(), applied("王党员")
    assert f'href="{TO_REVIEW}"'.replace("&", "&amp;") in browser.get("/console/").text
    listed = browser.get(TO_REVIEW)
    assert [f'href="{address(each)}"' in listed.text for each in (one, other)] == [True, True]
    opened = text_of(browser.get(address(one)))
    assert all(said in opened for said in ("李**的报到", "待接收", "测试区住房保障中心党支部", "电工", "接收", "退回"))
    assert "转出" not in opened

    assert led_to(sent(browser, address(one, "/acceptance"))) == address(one)
    assert status_of(one) is RegistrationStatus.ACCEPTED
    again = sent(browser, address(one, "/acceptance"))
    assert (again.status_code, "不在待接收状态" in text_of(again)) == (409, True)
    assert "回执编号" in text_of(browser.get(address(one)))

    assert sent(browser, address(other, "/return")).status_code == 422
    assert led_to(sent(browser, address(other, "/return"), cause="unit", reason="请写全称")) == address(other)
    assert (status_of(other), "单位或者党组织填写有误：请写全称" in text_of(browser.get(address(other)))) == (
        RegistrationStatus.RETURNED,
        True,
    )
    assert "没有等您办理的报到" in text_of(browser.get(TO_REVIEW))

    ending = browser.get(address(one, "/ending"))
    assert ("须重新报到" in text_of(ending), " selected" in ending.text, '<select id="cause" name="cause" required' in ending.text) == (
        True,
        False,
        True,
    )
    for fields in ({"cause": "other"}, {}):
        untold = sent(browser, address(one, "/ending"), **fields)
        assert (untold.status_code, "请写明" in text_of(untold), status_of(one)) == (422, True, RegistrationStatus.ACCEPTED)
    assert led_to(sent(browser, address(one, "/ending"), cause="retired")) == address(one)
    assert status_of(one) is RegistrationStatus.ENDED
    told = text_of(browser.get(address(one)))
    assert [said in told for said in ("已转出：退休", "已接收", "待接收")] == [True, True, True], "what became of it, step by step"
    assert "没有符合条件的报到" in text_of(browser.get("/console/registrations?q=R1999"))
    wrong = browser.get("/console/registrations?q=13800001234")
    assert (wrong.status_code, address(one) in wrong.text) == (422, False)

    neighbours = browser_of(app, "639999001002")
    assert one["id"] not in neighbours.get("/console/registrations").text
    for side in ("", "/return", "/ending"):
        assert neighbours.get(address(one, side)).status_code == 404

    third = applied("赵党员")
    with transaction():
        former, successor = (areas.community(UUID(street[name])) for name in ("和平社区", "团结社区"))
        assert hand_on_registrations(Handover(former, successor, clock.shanghai_day(clock.now())), now=clock.now())
    assert browser.get(address(third)).status_code == 404
    assert text_of(neighbours.get(address(third))).count("待接收") >= 3, "also the step that it took where it lay before"


def test_nobody_decides_on_a_registration_of_their_own(browser, applied):
    registration = applied()
    own = select(MemberRegistration.person_id).where(MemberRegistration.fact_id == UUID(registration["id"])).scalar_subquery()
    with transaction():
        theirs = select(Account.id).where(Account.person_id == own).scalar_subquery()
        db.session.execute(update(Account).where(Account.id == theirs).values(person_id=None))
        db.session.execute(update(Account).where(Account.id == browser.claims.account_id).values(person_id=own))
    assert "不能审核自己的报到" in text_of(browser.get(address(registration)))
    assert browser.get(address(registration, "/return")).status_code == 403
    assert sent(browser, address(registration, "/acceptance")).status_code == 403
    assert registration["id"] not in browser.get(TO_REVIEW).text
    assert status_of(registration) is RegistrationStatus.APPLIED


def test_the_pages_send_as_many_statements_for_many_as_for_one(browser, applied):
    registration = applied()
    most = {"/console/registrations": 5, address(registration): 8}

    def sent_by(page: str) -> int:
        with counted_statements() as statements:
            assert browser.get(page).status_code == 200
        return len(statements)

    few = {page: sent_by(page) for page in most}
    for name in ("赵党员", "钱党员"):
        applied(name)
    assert {page: sent_by(page) for page in most} == few
    assert {page: number for page, number in few.items() if number > most[page]} == {}
