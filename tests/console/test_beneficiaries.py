"""服务对象 in the console: who is visited, masked on every page but the one that is asked for with a purpose."""

import re

import pytest
from sqlalchemy import select

from backend.foundation.actor import Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.reveals.models import Reveal
from tests.console.test_demands import browser_of
from tests.console.test_matters_of_people import buttons
from tests.console.test_teams import sent
from tests.support.attendance import Visit, counted_statements
from tests.support.browser import Browser, led_to, text_of
from tests.support.demands import GRANDFATHER, GRANDMOTHER, HOME, demand_form
from tests.support.phone import refused

LIST = "/console/beneficiaries"
ASKED = {"field": "address", "purpose": "visit", "note": "安排周三上门"}


@pytest.fixture
def browser(app, street) -> Browser:
    """Of an officer of 和平社区 whose papers were seen."""
    return browser_of(app)


def put(street, form=GRANDMOTHER, area: str = "和平社区", **fields) -> str:
    """Somebody on record: the address of their page."""
    return f"{LIST}/{street.home.officer.made('/beneficiaries', form | {'area_id': street[area]} | fields)['id']}"


def id_of(address: str) -> str:
    return address.removeprefix(f"{LIST}/")


def clear(page) -> list[str]:
    """What of them stands on a page that should not."""
    return [value for form in (GRANDMOTHER, GRANDFATHER) for value in (form["name"], form["address"], form["phone"]) if value in page.text]


def codes_on(page) -> list[str]:
    """The door codes to be typed that stand on a page."""
    return re.findall(r">([0-9A-Z]{4}-[0-9A-Z]{4})<", page.text)


def opened_by(visit: Visit, code: str):
    """A second visitor at the door."""
    return visit.leader.post(f"/shifts/{visit.shift_id}/sign-in", {"code": code})


def done_with_codes() -> list[dict[str, object]]:
    """What was written down of door codes, beside whose home it was."""
    db.session.rollback()
    written = select(AuditEntry.details).where(AuditEntry.action == "door_code.issue", AuditEntry.succeeded).order_by(AuditEntry.id)
    return [{name: value for name, value in details.items() if name != "home"} for details in db.session.scalars(written)]


def readings(address: str) -> list[tuple[list[str], str]]:
    db.session.rollback()
    rows = db.session.scalars(select(Reveal).where(Reveal.beneficiary_id == id_of(address)).order_by(Reveal.id))
    return [(row.fields, row.purpose) for row in rows]


def test_who_is_visited_is_masked_until_somebody_says_what_for_and_that_is_written_down(app, browser, street):
    address = put(street)
    listed, opened = browser.get(f"{LIST}?q=王奶奶"), browser.get(address)
    assert (f'href="{address}"' in listed.text, "王**" in listed.text, "王奶奶" in re.findall("<title>.*", opened.text)[0]) == (True,) * 3
    assert f'href="{LIST}"' in browser.get("/console/").text
    asking = browser.get(f"{address}/reveal")
    assert ("查看会留下记录" in text_of(asking), "身份证号" in text_of(asking), readings(address)) == (True, False, [])
    vague = sent(browser, f"{address}/reveal", field="address", purpose="visit")
    unfit = sent(browser, f"{address}/reveal", **ASKED | {"purpose": "contact"})
    assert (vague.status_code, unfit.status_code, "该用途不能查看这一项" in text_of(unfit)) == (422, 422, True)
    assert 'value="安排周三上门"' in unfit.text
    pages = (listed, opened, asking, vague, unfit, browser.get(f"{address}/readings"), browser.get(f"{address}/move"))
    assert ([page for page in pages if clear(page)], readings(address)) == ([], [])

    form = ASKED | {"submission_key": "one-reading"}
    told = browser.submit(f"{address}/reveal", **form)
    assert (told.status_code, clear(told), told.headers["Cache-Control"]) == (200, [HOME], "no-store")
    again = browser.submit(f"{address}/reveal", **form)
    assert (again.status_code, clear(again), readings(address)) == (409, [], [(["address"], "visit")]), "a form sent twice tells nothing"
    seen = browser.get(f"{address}/readings")
    assert (clear(seen), "社区工作人员查看住址：安排或者进行上门服务，安排周三上门" in text_of(seen)) == ([], True)
    assert browser.get(f"{address}/reveal?field=address&purpose=visit").status_code == 200
    assert (clear(browser.get(f"{address}/reveal?field=address&note=x")), len(readings(address))) == ([], 1), "an address reads nothing"

    for other in (browser_of(app, "639999001002"), browser_of(app, "639999001", role=Role.STREET_OFFICER)):
        refused = [other.get(address), other.get(f"{address}/reveal"), sent(other, f"{address}/reveal", **ASKED)]
        assert ([page.status_code for page in refused], [page for page in refused if clear(page)]) == ([404] * 3, [])
        assert address not in other.get(LIST).text
    grid_worker = browser_of(app, "639999001001", role=Role.GRID_WORKER)
    assert (buttons(grid_worker, address), grid_worker.get(f"{address}/readings").status_code) == (["查看原文", "登记撤回同意"], 404)
    child = put(street, name="周小小", called="小周", address="幸福路9号", born_in=2020, basis=None, phone=None)
    page = browser.get(child)
    assert ("未成年人的个人信息由街道负责人员查看" in text_of(page), "查看原文" in buttons(browser, child)) == (True, False)
    refused = sent(browser, f"{child}/reveal", **ASKED)
    assert (browser.get(f"{child}/reveal").status_code, refused.status_code, "幸福路9号" in refused.text, readings(child)) == (
        403,
        403,
        False,
        [],
    )
    assert "监护人同意" in text_of(browser.get(f"{child}/consent")), "nobody else agrees for a minor"
    assert "本人同意" not in re.findall(r"<option[^>]*>([^<]*)<", browser.get(f"{child}/consent").text)


def test_somebody_is_put_on_record_once_agrees_takes_it_back_moves_and_ends(app, browser, street):
    known = put(street)
    form = {"name": "王秀英", "called": "王奶奶", "address": "团结路1号", "born_in": "1942", "area_id": street["和平社区"]}
    assert (browser.get(f"{LIST}/new").status_code, f'href="{LIST}/new"' in browser.get(LIST).text) == (200, True)
    alike = sent(browser, f"{LIST}/new", **form)
    assert (alike.status_code, f'value="{id_of(known)}"' in alike.text, 'value="团结路1号"' in alike.text) == (409, True, True)
    assert (HOME in alike.text, GRANDMOTHER["phone"] in alike.text, "王**" in alike.text) == (False, False, True), "only what lists show"
    assert "不要写服务对象的全名" in text_of(sent(browser, f"{LIST}/new", **form | {"called": "王秀英奶奶"}))
    address = led_to(sent(browser, f"{LIST}/new", **form, different_from=id_of(known)))
    assert (buttons(browser, address), "没有，不能为其发布需求" in text_of(browser.get(address))) == (
        ["查看原文", "登记同意", "登记照护职责", "签发门牌码", "登记搬家", "结束登记"],
        True,
    )
    assert address in browser.get(f"{LIST}?for_me=true").text
    assert f'href="{LIST}?for_me=true"' in browser.get("/console/").text
    refused = sent(browser, f"{address}/consent", kind="guardian_consent", notice_version="2026-11-01")
    outdated = sent(browser, f"{address}/consent", kind="own_consent", notice_version="2020-01-01")
    assert [page.status_code for page in (refused, outdated)] == [422, 409]
    assert led_to(sent(browser, f"{address}/consent", kind="own_consent", notice_version="2026-11-01")) == address
    assert browser.get(f"{address}/care").status_code == sent(browser, f"{address}/care", cause="独居高龄").status_code == 409
    assert "没有等您办理的服务对象" in text_of(browser.get(f"{LIST}?for_me=true"))
    assert sent(browser, f"{address}/basis-withdrawal").status_code == 422
    assert led_to(sent(browser, f"{address}/basis-withdrawal", reason="不想被打扰")) == address
    assert "查看原文" not in buttons(browser, address), "whoever took it back is read by nobody"
    assert sent(browser, f"{address}/reveal", **ASKED).status_code == 409
    assert led_to(sent(browser, f"{address}/care", cause="独居高龄，社区定期看望")) == address
    assert ("社区照护职责" in text_of(browser.get(address)), "独居高龄" in text_of(browser.get(address))) == (True, True)

    street.home.officer.made("/demands", demand_form(street, beneficiary_id=id_of(address), beneficiary=None))
    open_still = sent(browser, f"{address}/ending", cause="moved_away")
    assert (open_still.status_code, "还有未结束的服务需求" in text_of(open_still)) == (409, True)
    merger = f"{address}/merger/{id_of(known)}"
    page = browser.get(merger)
    assert (f'href="{merger}"' in browser.get(address).text, "保留的一条：王奶奶（王**）" in text_of(page), clear(page)) == (True, True, [])
    assert led_to(sent(browser, merger)) == known
    ended = browser.get(address)
    assert (buttons(browser, address), "与另一条重复，已合并" in text_of(ended)) == ([], True)
    assert browser.get(f"{address}/ending").status_code == sent(browser, f"{address}/ending", cause="died").status_code == 409
    assert (address in browser.get(f"{LIST}?ended=true").text, address in browser.get(f"{LIST}?ended=false").text) == (True, False)

    moved = sent(browser, f"{known}/move", area_id=street["和平第一网格"], address="幸福路5号")
    assert led_to(moved) == LIST
    assert "和平第一网格" in text_of(browser.get(known))
    assert led_to(sent(browser, f"{known}/ending", cause="died")) == known
    assert "去世" in text_of(browser.get(known))
    assert browser_of(app, "639999", role=Role.DISTRICT_OFFICER).get(f"{LIST}/new").status_code == 403


def test_a_door_code_is_shown_once_opens_until_it_is_ended_and_another_takes_its_place(app, browser, street):
    visit = Visit(street)
    address = f"{LIST}/{street.home.officer.seen('/beneficiaries')['items'][0]['id']}"
    issuing, ending = f"{address}/door-code", f"{address}/door-code-ending"
    assert ("门牌码 没有" in text_of(browser.get(address)), "签发门牌码" in buttons(browser, address)) == (True, True)
    assert ("作废门牌码" in buttons(browser, address), browser.get(ending).status_code, sent(browser, ending).status_code) == (
        False,
        409,
        409,
    )
    assert ("只显示一次" in text_of(browser.get(issuing)), codes_on(browser.get(issuing))) == (True, [])

    form = {"submission_key": "one-code"}
    told = browser.submit(issuing, **form)
    (first,) = codes_on(told)
    assert (told.status_code, told.headers["Cache-Control"], "<svg" in told.text) == (200, "no-store", True)
    again = browser.submit(issuing, **form)
    assert (again.status_code, codes_on(again)) == (409, []), "a form sent twice tells nothing, and issues no other"
    pages = [browser.get(page) for page in (address, issuing, ending, f"{address}/readings", LIST)]
    assert [page for page in pages if codes_on(page) or first in page.text] == []
    assert (visit.sign_in(code=first)["evidence"], "签发）随之作废" in text_of(browser.get(issuing))) == ("door_code", True)

    (second,) = codes_on(sent(browser, issuing))
    assert refused(opened_by(visit, first)) == (422, "door_code_wrong"), "the one before opens nothing"
    assert ("门牌码 在用" in text_of(browser.get(address)), led_to(sent(browser, ending))) == (True, address)
    assert refused(opened_by(visit, second)) == (422, "door_code_wrong")
    assert ("作废门牌码" in buttons(browser, address), browser.get(ending).status_code) == (False, 409)
    assert done_with_codes() == [{}, {}, {"ended": True}], "and it is written down"

    grid_worker = browser_of(app, "639999001001", role=Role.GRID_WORKER)
    next_door, above = browser_of(app, "639999001002"), browser_of(app, "639999001", role=Role.STREET_OFFICER)
    for other, status in ((grid_worker, 403), (next_door, 404), (above, 404)):
        tried = [other.get(issuing), sent(other, issuing)]
        assert ([page.status_code for page in tried], [page for page in tried if codes_on(page)]) == ([status] * 2, [])
    assert not {"签发门牌码", "作废门牌码"} & set(buttons(grid_worker, address))
    assert (sent(next_door, ending).status_code, len(done_with_codes())) == (404, 3), "who was refused left nothing"
    left = put(street, GRANDFATHER)
    assert led_to(sent(browser, f"{left}/ending", cause="moved_away")) == left
    over = sent(browser, f"{left}/door-code")
    assert (over.status_code, codes_on(over), browser.get(f"{left}/door-code").status_code) == (409, [], 409), "nobody is visited there"


def test_the_pages_of_the_register_send_as_many_statements_for_many_as_for_one(browser, street):
    address = put(street)
    pages = [LIST, address, f"{address}/readings", f"{address}/reveal", f"{LIST}/new"]

    def sent_by(page: str) -> int:
        with counted_statements() as statements:
            assert browser.get(page).status_code == 200
        return len(statements)

    sent(browser, f"{address}/reveal", **ASKED)
    few = {page: sent_by(page) for page in pages}
    put(street, different_from=[id_of(address)])
    put(street, GRANDFATHER)
    sent(browser, f"{address}/reveal", **ASKED | {"field": "phone"})
    assert {page: sent_by(page) for page in pages} == few
    assert max(few.values()) <= 12
