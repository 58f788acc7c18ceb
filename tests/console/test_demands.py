"""A demand in the console: found in its list, read, published, returned and ended, by who decides on it and by nobody else."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from backend.attendance.models import Shift
from backend.demands.models import Demand, DemandStatus
from backend.demands.service.bases import BasisMissing
from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db
from backend.openings.models import Opening
from backend.waiting.kinds import KINDS
from console.views.today import LISTS
from tests.support.attendance import Visit, counted_statements
from tests.support.browser import Browser, led_to, officer_named, text_of
from tests.support.demands import GRANDMOTHER, demand_form, published_demand

AS_PUBLISHED = {"submission_key": "", "places": "2", "title": "每周看望", "place_in_words": "小区东侧"}


@pytest.fixture
def browser(app: APIFlask, street) -> Browser:
    """Of an officer of 和平社区 whose papers were seen."""
    return browser_of(app)


def browser_of(app: APIFlask, area_path: str = "639999001001", *, role: Role = Role.COMMUNITY_OFFICER) -> Browser:
    """Of somebody in office there whose papers were seen."""
    made = Browser(app)
    made.log_in(officer_named(app, area_path=area_path, role=role, known=True))
    return made


@pytest.fixture
def demand(officer, street) -> dict[str, str]:
    """Submitted to 和平社区."""
    return officer.made("/demands", demand_form(street))


def in_form(**hours: float) -> str:
    """An instant as a browser's form writes it."""
    return (clock.now() + timedelta(**hours)).astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def window() -> dict[str, str]:
    return {"starts_at": in_form(hours=1), "ends_at": in_form(hours=3)}


def offered_by(browser: Browser, demand) -> list[str]:
    """The commands that its page offers."""
    page = browser.get(address(demand))
    assert page.status_code == 200
    return re.findall(r'<(?:a class="button[^>]*|button class="solid")>([^<]*)<', page.text)


def status_of(demand) -> DemandStatus:
    db.session.rollback()
    return db.session.scalars(select(Demand.status).where(Demand.id == UUID(demand["id"]))).one()


def address(demand, command: str = "") -> str:
    return f"/console/demands/{demand['id']}{'/' if command else ''}{command}"


def test_what_waits_today_leads_to_its_list_and_from_there_to_the_demand(browser, demand):
    today = browser.get("/console/")
    assert "待审核的需求" in text_of(today)
    where = "/console/demands?status=submitted&amp;for_me=true"
    assert f'href="{where}"' in today.text

    listed = browser.get(where.replace("&amp;", "&"))

    assert (demand["number"] in text_of(listed), f'href="{address(demand)}"' in listed.text) == (True, True)
    opened = text_of(browser.get(address(demand)))
    assert all(said in opened for said in (demand["title"], "王奶奶", "老人听力不好", "待审核", "发布", "退回"))
    assert "和平路8号院" not in opened, "an address is read in clear elsewhere, and that is written down"


def test_a_list_is_narrowed_down_by_its_form_and_keeps_that_in_its_next_page(browser, officer, street):
    for number in range(21):
        officer.made("/demands", demand_form(street, brand="red_ribbon", title=f"打扫楼道{number}"))
    officer.made("/demands", demand_form(street, brand="red_ribbon", title="教用手机"))

    found = browser.get("/console/demands?status=submitted&q=打扫&brand=&since=&until=")

    assert found.status_code == 200
    assert ("打扫楼道0" in found.text, "教用手机" in found.text) == (True, False)
    [following] = [part.split('"')[0] for part in found.text.split('rel="next" href="')[1:]]
    second = browser.get(following.replace("&amp;", "&"))
    assert second.text.count("打扫楼道") == 1
    assert "没有符合条件的需求" in text_of(browser.get("/console/demands?q=没有这样的"))


def test_it_is_published_as_the_form_says_by_the_clock_on_the_wall(browser, demand):
    form = browser.get(address(demand, "publication"))
    assert ("开始时间" in text_of(form), 'type="datetime-local"' in form.text) == (True, True)

    assert led_to(browser.submit(address(demand, "publication"), **AS_PUBLISHED | window() | {"submission_key": str(uuid4())})) == address(
        demand
    )

    assert status_of(demand) is DemandStatus.PUBLISHED
    kept = db.session.execute(select(Demand.title, Demand.places, Demand.starts_at).where(Demand.id == UUID(demand["id"]))).one()
    assert (kept.title, kept.places) == ("每周看望", 2)
    assert timedelta(minutes=58) < kept.starts_at - clock.now() <= timedelta(hours=1)
    assert "小区东侧" in text_of(browser.get(address(demand)))


def test_a_form_that_is_sent_twice_publishes_once(browser, demand):
    sent = AS_PUBLISHED | window() | {"submission_key": str(uuid4())}
    for _ in range(2):
        assert led_to(browser.submit(address(demand, "publication"), **sent)) == address(demand)
    assert db.session.scalar(select(func.count()).select_from(Opening)) == 1


def test_what_is_refused_comes_back_with_its_sentence_and_nothing_typed_is_lost(browser, demand):
    backwards = {"starts_at": in_form(hours=3), "ends_at": in_form(hours=1)}

    refused = browser.submit(address(demand, "publication"), **AS_PUBLISHED | backwards | {"submission_key": str(uuid4())})

    assert refused.status_code == 422
    assert "结束时间：应晚于开始时间" in text_of(refused)
    assert (f'value="{backwards["starts_at"]}"' in refused.text, "小区东侧" in refused.text) == (True, True)
    assert status_of(demand) is DemandStatus.SUBMITTED


def test_it_is_returned_with_a_reason_that_who_asked_reads(browser, demand):
    assert "编号不变" in text_of(browser.get(address(demand, "return")))
    empty = browser.submit(address(demand, "return"), submission_key=str(uuid4()))
    assert (empty.status_code, status_of(demand)) == (422, DemandStatus.SUBMITTED)

    assert led_to(browser.submit(address(demand, "return"), reason="请写明希望的时间", submission_key=str(uuid4()))) == address(demand)

    assert status_of(demand) is DemandStatus.RETURNED
    assert text_of(browser.get(address(demand))).count("请写明希望的时间") == 2, "above, and among the steps"


def test_a_command_is_offered_while_it_would_be_done(app, browser, officer, street, pass_time):
    demand = published_demand(officer, street, brand="red_ribbon")
    assert offered_by(browser, demand) == ["取消需求"]

    pass_time(hours=4)
    browser = browser_of(app)

    assert offered_by(browser, demand) == ["登记为未开展"]
    late = browser.get(address(demand, "cancellation"))
    assert (late.status_code, "请登记为未开展" in text_of(late)) == (409, True)
    marked = browser.submit(address(demand, "not-carried-out"), reason="当天下雨", submission_key=str(uuid4()))
    assert (led_to(marked), status_of(demand)) == (address(demand), DemandStatus.NOT_CARRIED_OUT)
    assert offered_by(browser, demand) == []


def test_who_signed_in_stands_in_the_way_of_calling_off_and_a_confirmed_service_lets_it_be_completed(app, browser, street, pass_time):
    visit = Visit(street)
    visit.sign_in()
    assert offered_by(browser, visit.demand) == []
    assert "已有人签到服务，不能取消" in text_of(browser.get(address(visit.demand)))
    called_off = browser.submit(address(visit.demand, "cancellation"), reason="今天不用来了", submission_key=str(uuid4()))
    assert (called_off.status_code, "已有人签到服务，不能取消" in text_of(called_off), "今天不用来了" in called_off.text) == (
        409,
        True,
        True,
    )
    pass_time(minutes=47)
    fact_id, browser = visit.sign_out()["fact_id"], browser_of(app)
    assert offered_by(browser, visit.demand) == []
    refused = browser.submit(address(visit.demand, "completion"), submission_key=str(uuid4()))
    assert (refused.status_code, "还没有已确认的服务记录" in text_of(refused)) == (409, True)
    visit.officer.made(f"/services/{fact_id}/confirmation", {"confirmed": True})

    assert offered_by(browser, visit.demand) == ["办结"]
    assert led_to(browser.submit(address(visit.demand, "completion"), submission_key=str(uuid4()))) == address(visit.demand)
    assert status_of(visit.demand) is DemandStatus.COMPLETED


def test_an_officer_of_another_community_finds_it_nowhere(app, demand, browser):
    other = browser_of(app, "639999001002")
    assert demand["number"] not in other.get("/console/demands?status=submitted").text
    assert other.get(address(demand)).status_code == 404
    for command in ("publication", "return", "cancellation", "not-carried-out", "completion"):
        assert other.get(address(demand, command)).status_code == (405 if command == "completion" else 404)
        sent = other.submit(address(demand, command), reason="x", submission_key=str(uuid4()), **window())
        assert sent.status_code == 404
    assert status_of(demand) is DemandStatus.SUBMITTED


def test_what_somebody_wrote_stands_as_text(browser, officer, street):
    officer.made("/demands", demand_form(street, brand="red_ribbon", title='<script>alert(1)</script>"', details="<b>粗</b>\n第二行"))
    listed = browser.get("/console/demands").text
    assert ("<script>" in listed, "&lt;script&gt;alert(1)" in listed) == (False, True)
    opened = browser.get(listed.split('scope="row"><a href="/console/demands/')[1].split('"')[0].join(("/console/demands/", ""))).text
    assert ("<b>粗" in opened, "&lt;b&gt;粗" in opened) == (False, True)


def test_whoever_looks_after_demands_finds_their_place_and_a_resident_has_none(app, street):
    assert '<a href="/console/demands"' in browser_of(app, "639999", role=Role.DISTRICT_OFFICER).get("/console/").text
    assert '<a href="/console/demands"' not in browser_of(app, "639999", role=Role.SYSTEM_ADMIN).get("/console/").text


def test_a_wrong_filter_comes_back_in_the_list_that_it_was_typed_for(browser, demand):
    refused = browser.get("/console/demands?status=published&q=13800001234")
    assert (refused.status_code, "请不要填写身份证号或者手机号" in text_of(refused)) == (422, True)
    assert ('value="13800001234"' in refused.text, 'name="status" value="published"' in refused.text) == (True, True)
    assert demand["number"] not in refused.text


def test_what_keeps_it_from_being_published_is_said_before_the_form(browser, officer, street):
    without_basis = {name: value for name, value in GRANDMOTHER.items() if name != "basis"}
    demand = officer.made("/demands", demand_form(street, beneficiary=without_basis))
    assert offered_by(browser, demand) == ["退回"]
    assert BasisMissing.detail in text_of(browser.get(address(demand)))


def test_where_the_brand_keeps_a_place_the_form_asks_for_it(browser, officer, street):
    at_home, outside = officer.made("/demands", demand_form(street)), officer.made("/demands", demand_form(street, brand="red_ribbon"))
    assert 'name="latitude"' not in browser.get(address(at_home, "publication")).text
    assert 'name="latitude"' in browser.get(address(outside, "publication")).text
    sent = AS_PUBLISHED | window() | {"latitude": "30.5728", "longitude": "114.2792", "submission_key": str(uuid4())}
    assert led_to(browser.submit(address(outside, "publication"), **sent)) == address(outside)
    assert db.session.scalars(select(Shift.latitude)).one() == pytest.approx(30.5728)


def test_a_change_says_what_was_before_and_is_now(browser, officer, street):
    demand = published_demand(officer, street, brand="red_ribbon")
    officer.made(f"/demands/{demand['id']}/changes", {"places": 3, "reason": "多邀请一支队伍"})
    assert "名额：1，改为3" in text_of(browser.get(address(demand)))


def test_a_page_sends_as_many_statements_for_many_demands_as_for_one(browser, demand, officer, street):
    pages = {"/console/": 8, "/console/demands?status=submitted": 5, address(demand): 17}

    def sent_by(page: str) -> int:
        with counted_statements() as sent:
            assert browser.get(page).status_code == 200
        return len(sent)

    few = {page: sent_by(page) for page in pages}
    for number in range(5):
        officer.made("/demands", demand_form(street, brand="red_ribbon", title=f"打扫楼道{number}"))
    assert {page: sent_by(page) for page in pages} == few
    assert {page: number for page, number in few.items() if number > pages[page]} == {}


def test_each_kind_that_today_leads_somewhere_with_is_one_that_waits():
    assert LISTS.keys() <= {kind.code for kind in KINDS}


def test_the_office_submits_for_nobody_in_particular_and_for_somebody_on_the_register(app, street, officer):
    browser = browser_of(app)
    assert 'href="/console/demands/new"' in browser.get("/console/demands").text
    form = {"community_id": street["和平社区"], "title": "清扫楼道", "details": "自带手套", "places": "2"}
    made = led_to(browser.submit("/console/demands/new", submission_key=str(uuid4()), brand="red_ribbon", **form))
    assert [said for said in ("清扫楼道", "待审核", "自带手套") if said not in text_of(browser.get(made))] == []
    without = browser.submit("/console/demands/new", submission_key=str(uuid4()), brand="door_knock", **form)
    assert (without.status_code, "清扫楼道" in without.text) == (422, True)
    whom = officer.made("/beneficiaries", GRANDMOTHER | {"area_id": street["和平社区"]})
    address = f"/console/demands/new?beneficiary_id={whom['id']}"
    assert address in browser.get(f"/console/beneficiaries/{whom['id']}").text
    assert GRANDMOTHER["called"] in text_of(browser.get(address))
    fields = form | {"brand": "door_knock", "beneficiary_id": whom["id"]}
    visit = led_to(browser.submit(address, submission_key=str(uuid4()), **fields))
    assert GRANDMOTHER["called"] in text_of(browser.get(visit))
    assert browser_of(app, "639999001002").get(address).status_code == 404


def test_who_asked_is_not_said_to_be_nobody_where_it_is_only_not_told(app, browser, officer, street):
    demand = published_demand(officer, street)
    there = browser_of(app, "639999001002")
    assert ["申请人" in text_of(one.get(address(demand))) for one in (browser, there)] == [True, False]
