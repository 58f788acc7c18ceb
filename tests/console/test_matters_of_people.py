"""找回账号, 代办, 迁居, 身份更正 and 去世登记 in the console: what one officer saw, a second one agrees to; what is masked stays so."""

import re
from datetime import timedelta

import pytest

from backend.foundation import clock
from backend.foundation.actor import Role
from tests.console.test_demands import browser_of
from tests.console.test_teams import sent
from tests.support.attendance import counted_statements
from tests.support.beginning import wechat_user
from tests.support.browser import Browser, led_to, text_of
from tests.support.guardians import child, guardianship_form
from tests.support.people import identity_number, volunteer_form
from tests.support.proxies import proxy_form
from tests.support.recoveries import seen

DIED = {"died_on": "2026-03-01", "proof": "cremation_certificate"}


@pytest.fixture
def browser(app, street) -> Browser:
    """Of an officer of 和平社区 whose papers were seen."""
    return browser_of(app)


def buttons(browser: Browser, address: str) -> list[str]:
    """The commands that a page offers."""
    page = browser.get(address)
    assert page.status_code == 200, text_of(page)
    return re.findall(r'<a class="button[^>]*>([^<]*)<', page.text)


def masked(page, card) -> bool:
    return not any(value in page.text for value in (card["name"], card["id_number"]))


def recovery_of(app, phone) -> str:
    """Somebody with a new WeChat asks for their account."""
    made = wechat_user(app).made("/account-recoveries", phone.card)
    return f"/console/recoveries/{made['id']}"


def test_an_account_is_given_back_by_two_officers_with_the_code_of_the_phone_at_the_desk(app, browser, street):
    person = street.home.person(name="李居民")
    address, other = recovery_of(app, person), browser_of(app)
    code = seen(address[-36:])
    listed = browser.get("/console/recoveries?status=submitted&for_me=true")
    assert (f'href="{address}"' in listed.text, "李**" in listed.text, masked(listed, person.card)) == (True, True, True)
    assert (buttons(browser, address), masked(browser.get(address), person.card)) == (["核实", "退回"], True)
    page = browser.get(f"{address}/confirmation")
    assert ("六位" in text_of(page) or "核对码" in text_of(page), masked(page, person.card)) == (True, True)
    assert browser.get(f"{address}/approval").status_code == 409, "nobody saw them yet"

    wrong = sent(browser, f"{address}/confirmation", **(code | {"check_code": f"{(int(code['check_code']) + 1) % 1_000_000:06}"}))
    assert (wrong.status_code, "核对码不正确" in text_of(wrong), masked(wrong, person.card)) == (422, True, True)
    assert sent(browser, f"{address}/confirmation", proof="id_card").status_code == 422
    for _ in range(3):
        sent(browser, f"{address}/confirmation", proof="id_card", check_code="000000")
    assert led_to(sent(browser, f"{address}/confirmation", **code)) == address, "the fifth try of the day"
    assert ("待同意" in text_of(browser.get(address)), buttons(browser, address)) == (True, ["退回"]), "not by who saw them"
    assert browser.get(f"{address}/approval").status_code == sent(browser, f"{address}/approval").status_code == 403
    assert address not in browser.get("/console/recoveries?status=seen&for_me=true").text
    assert address in other.get("/console/recoveries?status=seen&for_me=true").text
    assert led_to(sent(other, f"{address}/approval")) == address
    told = text_of(other.get(address))
    assert ("已办结" in told, "待社区核实" in told, masked(other.get(address), person.card)) == (True, True, True)
    assert sent(other, f"{address}/return", reason="重复").status_code == 409

    guessed = recovery_of(app, street.home.person(name="赵居民"))
    for _ in range(5):
        assert sent(browser, f"{guessed}/confirmation", proof="id_card", check_code="999999").status_code == 422
    assert sent(browser, f"{guessed}/confirmation", **seen(guessed[-36:])).status_code == 429, "no more tries, also of the right one"
    assert led_to(sent(other, f"{guessed}/return", reason="请携带身份证")) == guessed
    assert "请携带身份证" in text_of(other.get(guessed))
    assert browser_of(app, "639999001002").get(guessed).status_code == 404


def test_who_acts_for_an_elder_is_recorded_at_the_desk_renewed_and_ended(app, browser, street, pass_time):
    acting, new = street.home.person(name="李代办"), "/console/proxies/new"
    form = proxy_form(street, acting.card)
    parties = {f"{party}.{name}": value for party in ("elder", "proxy") for name, value in form.pop(party).items()}
    asked = browser.get(new)
    assert f'name="notice_version" value="{form["notice_version"]}"' in asked.text
    assert all(f'value="{value}"' in asked.text for value in (street["和平社区"], "neighbour"))
    assert ("和平社区" in asked.text, "团结社区" in asked.text) == (True, False), "only where the officer may record it"
    wrong = sent(browser, new, **form | parties | {"elder.id_number": "63999919"})
    assert (wrong.status_code, "被代办人的身份证号" in text_of(wrong), 'value="王桂芳"' in wrong.text) == (422, True, True)
    assert sent(browser, new, **form | parties | {"elder": "王桂芳"}).status_code == 422
    assert "被代办人的姓名" in text_of(sent(browser, new)), "what is missing of a card is named, not the card"
    assert "没有找到代办人" in text_of(sent(browser, new, **form | parties | {"proxy.id_number": identity_number()}))

    address = led_to(sent(browser, new, **form | parties))

    page = browser.get(address)
    assert (all(said in text_of(page) for said in ("王**", "李**", "邻居", "不使用手机", "有效")), masked(page, acting.card)) == (
        True,
        True,
    )
    assert buttons(browser, address) == ["续期", "结束代办"]
    assert sent(browser, f"{address}/renewal", ends_on="2020-01-01").status_code == 422
    pass_time(days=301)
    browser = browser_of(app)
    assert 'href="/console/proxies?status=run_out&amp;for_me=true"' in browser.get("/console/").text
    assert f'href="{address}"' in browser.get("/console/proxies?status=run_out&for_me=true").text
    until = clock.shanghai_day(clock.now()) + timedelta(days=100)
    assert led_to(sent(browser, f"{address}/renewal", ends_on=until.isoformat())) == address
    assert "有效" in text_of(browser.get(address))
    stranger = browser_of(app, "639999001002")
    assert (stranger.get(address).status_code, sent(stranger, f"{address}/ending").status_code) == (404, 404)
    assert led_to(sent(browser, f"{address}/ending", reason="老人搬家")) == address
    ended = browser.get(address)
    assert ("老人搬家" in text_of(ended), buttons(browser, address)) == (True, [])
    assert [sent(browser, f"{address}/{step}").status_code for step in ("ending", "renewal")] == [409, 422]
    assert browser.get(f"{address}/renewal").status_code == 409


def test_who_moves_here_is_taken_in_or_told_why_not(app, browser, street):
    one, other = (street.next.volunteer(name=name) for name in ("王搬家", "钱搬家"))
    wishes = [each.made("/me/relocations", {"community_id": street["和平社区"]}) for each in (one, other)]
    here, there = (f"/console/relocations/{wish['id']}" for wish in wishes)
    listed = browser.get("/console/relocations?status=asked&for_me=true")
    assert (here in listed.text, there in listed.text, "王**" in listed.text, masked(listed, one.card)) == (True, True, True, True)
    assert (buttons(browser, here), masked(browser.get(here), one.card)) == (["同意迁入", "不同意"], True)
    assert "由团结社区迁往和平社区" in text_of(browser.get(f"{here}/acceptance"))
    assert led_to(sent(browser, f"{here}/acceptance")) == here
    assert (one.seen("/me")["person"]["community"]["name"], buttons(browser, here)) == ("和平社区", [])
    again = sent(browser, f"{here}/acceptance")
    assert (again.status_code, "已处理" in text_of(again)) == (409, True)
    assert sent(browser, f"{there}/refusal").status_code == 422
    assert led_to(sent(browser, f"{there}/refusal", reason="不住在本社区")) == there
    assert "不住在本社区" in text_of(browser.get(there))
    assert "没有等您办理的迁居申请" in text_of(browser.get("/console/relocations?status=asked&for_me=true"))
    left = browser_of(app, "639999001002")
    assert (left.get(here).status_code, here in left.get("/console/relocations").text) == (404, False)


def test_a_death_is_agreed_to_by_a_second_officer_and_undone_by_a_third_word(app, browser, street):
    one, other = street.home.volunteer(name="王志愿"), street.home.volunteer(name="赵志愿")
    first = street.home.officer
    address, returned = (f"/console/deaths/{first.made(f'/people/{each.person_id}/deaths', DIED)['id']}" for each in (one, other))
    listed = browser.get("/console/deaths?status=reported&for_me=true")
    assert (address in listed.text, "王**" in listed.text, masked(listed, one.card)) == (True, True, True)
    assert (buttons(browser, address), masked(browser.get(address), one.card)) == (["核对无误，同意", "退回"], True)
    page = browser.get(f"{address}/confirmation")
    assert ("火化证明" in text_of(page), "2026年3月1日" in text_of(page), masked(page, one.card)) == (True, True, True)
    assert led_to(sent(browser, f"{address}/confirmation")) == address
    assert one.get("/me").status_code == 401
    assert ("已登记去世" in text_of(browser.get(address)), buttons(browser, address)) == (True, []), "not undone by who agreed"
    assert browser.get(f"{address}/undoing").status_code == sent(browser, f"{address}/undoing", reason="认错人").status_code == 403
    third = browser_of(app)
    assert buttons(third, address) == ["撤销登记"]
    assert led_to(sent(third, f"{address}/undoing", reason="认错人")) == address
    assert ("登记有误" in text_of(third.get(address)), "认错人" in text_of(third.get(address))) == (True, True)
    assert led_to(sent(browser, f"{returned}/return", reason="证明不符")) == returned
    assert (buttons(third, returned), "证明不符" in text_of(third.get(returned))) == ([], True)


def test_a_name_is_corrected_by_a_second_officer_and_what_was_proposed_is_gone(browser, street):
    person, number = street.home.volunteer(name="张山"), identity_number()
    made = street.home.officer.made(f"/people/{person.person_id}/corrections", {"name": "张三", "id_number": number, "proof": "id_card"})
    address = f"/console/corrections/{made['id']}"
    listed = browser.get("/console/corrections?status=proposed&for_me=true")
    assert (address in listed.text, "张三" in listed.text, masked(listed, person.card)) == (True, False, True)
    opened = browser.get(address)
    assert ("张三" in opened.text, number in opened.text, masked(opened, person.card)) == (True, False, True), "to be compared with papers"
    assert (buttons(browser, address), "张三" in re.findall("<title>.*", opened.text)[0]) == (["核对无误，同意", "退回"], False)
    assert opened.headers["Cache-Control"] == "no-store"
    page = browser.get(f"{address}/confirmation")
    assert ("姓名更正为张三" in text_of(page), number in page.text) == (True, False)
    assert led_to(sent(browser, f"{address}/confirmation")) == address
    assert person.seen("/me")["person"]["name"] == "张三"
    after = browser.get(address)
    assert ("张三" in after.text, "办结后不再显示" in text_of(after), buttons(browser, address)) == (False, True, [])
    assert sent(browser, f"{address}/return", reason="证件不符").status_code == 409


def test_papers_on_the_desk_begin_a_matter_from_the_record_and_a_value_is_read_there_for_a_purpose(app, browser, street, phone_of):
    person, number = street.home.volunteer(name="张山"), identity_number()
    record = f"/console/people/{person.person_id}"
    assert (buttons(browser, record), masked(browser.get(record), person.card)) == (["查看原文", "提出更正", "登记去世"], True)
    asked = {"field": "id_number", "purpose": "verify_identity", "note": "核对证件"}
    unfit = sent(browser, f"{record}/reveal", **asked | {"field": "phone"})
    assert (unfit.status_code, "该用途不能查看这一项" in text_of(unfit), "住址" in text_of(unfit)) == (422, True, False)
    form = asked | {"submission_key": "one-reading"}
    told, again = (browser.submit(f"{record}/reveal", **form) for _ in range(2))
    assert (told.status_code, person.card["id_number"] in told.text, told.headers["Cache-Control"]) == (200, True, "no-store")
    assert (again.status_code, masked(again, person.card)) == (409, True), "a form sent twice tells nothing"
    [read] = person.seen("/me/reveals")["items"]
    assert (read["fields"], read["note"], "核实身份，核对证件" in text_of(browser.get(record))) == (["id_number"], "核对证件", False)
    assert "查看身份证号：核实身份" in text_of(browser.get(record))

    papers = {"name": "张三", "id_number": number, "proof": "id_card"}
    page = browser.get(f"{record}/correction")
    assert ('<option value="id_card"' in page.text, "id_card " in text_of(page), masked(page, person.card)) == (True, False, True)
    same = sent(browser, f"{record}/correction", **papers | person.card)
    assert (same.status_code, "与已登记的相同" in text_of(same)) == (422, True)
    begun = led_to(sent(browser, f"{record}/correction", **papers))
    assert (begun.startswith("/console/corrections/"), buttons(browser, begun), person.seen("/me")["person"]["name"]) == (
        True,
        ["退回"],
        "张山",
    )
    opened = browser.get(record)
    assert (f'href="{begun}"' in opened.text, buttons(browser, record)) == (True, ["查看原文", "登记去世"])
    assert browser.get(f"{record}/correction").status_code == sent(browser, f"{record}/correction", **papers).status_code == 409

    assert sent(browser, f"{record}/death", **DIED | {"died_on": "2099-01-01"}).status_code == 422
    death = led_to(sent(browser, f"{record}/death", **DIED))
    assert (buttons(browser, death), person.get("/me").status_code) == (["退回"], 200), "nothing changes before a second officer agrees"
    assert (buttons(browser, record), browser.get(f"{record}/death").status_code) == (["查看原文"], 409)

    ward, minor = child(16), phone_of("child")
    street.home.mother.made("/guardianships", guardianship_form(street, ward))
    minor.made("/volunteers", volunteer_form(street, **ward))
    of_minor = f"/console/people/{minor.seen('/me')['person']['id']}/reveal"
    asked = {"field": "name", "purpose": "contact", "note": "通知时间"}
    refused = sent(browser, of_minor, **asked)
    assert (browser.get(of_minor).status_code, refused.status_code, ward["name"] in refused.text) == (403, 403, False)
    in_street = browser_of(app, "639999001", role=Role.STREET_OFFICER)
    assert ward["name"] in sent(in_street, of_minor, **asked).text


def test_the_pages_of_matters_send_as_many_statements_for_many_as_for_one(app, browser, street):
    def one_of_each() -> list[str]:
        person, neighbour, officer = street.home.volunteer(), street.next.volunteer(), street.home.officer
        correction = {"name": "张三", "id_number": identity_number(), "proof": "id_card"}
        return [
            recovery_of(app, person),
            f"/console/relocations/{neighbour.made('/me/relocations', {'community_id': street['和平社区']})['id']}",
            f"/console/corrections/{officer.made(f'/people/{person.person_id}/corrections', correction)['id']}",
            f"/console/deaths/{officer.made(f'/people/{person.person_id}/deaths', DIED)['id']}",
        ]

    pages = one_of_each()
    pages += [page[:-37] for page in pages]

    def sent_by(page: str) -> int:
        with counted_statements() as statements:
            assert browser.get(page).status_code == 200
        return len(statements)

    few = {page: sent_by(page) for page in pages}
    one_of_each()
    assert {page: sent_by(page) for page in pages} == few
    assert max(few.values()) <= 13
