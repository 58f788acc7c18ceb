"""The box above every page, looking somebody up by a whole number, and the messages."""

from urllib.parse import urlencode

import pytest

from backend.foundation.actor import Role
from tests.console.test_demands import browser_of
from tests.support.attendance import counted_statements
from tests.support.browser import Browser, officer_named, text_of
from tests.support.demands import demand_form
from tests.support.messages import tell_all
from tests.support.teams import applied_team

LOOKUP = "/console/people/lookups"


def test_one_box_finds_by_number_name_and_title_whatever_state_it_is_in(app, street, phone_of, officer):
    demand = officer.made("/demands", demand_form(street))
    returned = officer.made("/demands", demand_form(street, title="代买药品"))
    officer.made(f"/demands/{returned['id']}/return", {"reason": "请补充"})
    team = applied_team(street.home.volunteer(), street)
    one, there = street.home.volunteer(name="李晓明"), street.next.volunteer(name="赵晓明")
    browser = browser_of(app)

    def found(q):
        answer = browser.get(f"/console/search?{urlencode({'q': q})}")
        assert answer.status_code == 200
        return answer.text

    assert f"/console/demands/{demand['id']}" in found(demand["number"].replace("需", "xq"))
    assert f"/console/demands/{returned['id']}" in found("买药"), "also what was returned"
    assert f"/console/teams/{team['id']}" in found(team["name"][:4]), "also what was only applied for"
    both = found("晓明")
    assert (f"/console/people/{one.person_id}" in both, one.volunteer_number in both, there.volunteer_number in both) == (True, True, False)
    assert "李晓明" not in both, "names are masked as in the list"
    assert "没有找到" in text_of(browser.get("/console/search?q=没有这个"))
    assert "没有找到" not in text_of(browser.get("/console/search"))


@pytest.mark.usefixtures("street")
def test_the_box_takes_no_number_that_would_stand_in_an_address_and_says_where_to_look_by_it(app):
    refused = browser_of(app).get("/console/search?q=13800001234")
    assert (refused.status_code, f'href="{LOOKUP}"' in refused.text) == (422, True)


def test_more_than_ten_of_a_kind_are_not_shown_and_cost_no_more(app, street):
    browser = browser_of(app)

    def teams(numbers):
        for number in numbers:
            applied_team(street.home.volunteer(), street, name=f"暖心同行第{number}队")

    teams(range(2))
    with counted_statements() as few:
        assert "还有更多" not in text_of(browser.get("/console/search?q=暖心同行"))
    teams(range(2, 12))
    with counted_statements() as many:
        answer = browser.get("/console/search?q=暖心同行")
    assert ("还有更多" in text_of(answer), answer.text.count('scope="row"'), len(many)) == (True, 10, len(few))


def test_whoever_sits_there_sees_whose_page_it_is(app):
    name, browser = officer_named(app), Browser(app)
    browser.log_in(name)
    assert f'<a href="/console/account">{name}</a>' in browser.get("/console/").text


def test_a_whole_number_finds_who_lives_here_and_stands_in_no_address_and_on_no_page(app, street):
    volunteer, there = street.home.volunteer(name="李晓明"), street.next.volunteer(name="赵晓明")
    browser = browser_of(app)
    assert LOOKUP in browser.get("/console/volunteers").text

    def looked_up(number, kind="id_number"):
        return browser.submit(LOOKUP, kind=kind, number=number)

    found = looked_up(volunteer.card["id_number"])
    assert (f"/console/people/{volunteer.person_id}" in found.text, volunteer.card["id_number"] in found.text) == (True, False)
    assert "没有查到" in text_of(looked_up(there.card["id_number"])), "as though there were nobody"
    half = looked_up(volunteer.card["id_number"][:9])
    assert (half.status_code, volunteer.card["id_number"][:9] in half.text) == (422, False)
    district = browser_of(app, "639999", role=Role.DISTRICT_OFFICER)
    assert (LOOKUP in district.get("/console/volunteers").text, district.get(LOOKUP).status_code) == (False, 403)


def test_what_was_told_since_stands_on_today_until_it_is_read(app, street, officer):
    browser = browser_of(app)
    demand = officer.made("/demands", demand_form(street))
    tell_all()
    told, address = demand["number"], f"/console/demands/{demand['id']}"
    assert (told in browser.get("/console/").text, address in browser.get("/console/").text) == (True, True)
    page = browser.get("/console/messages?unread=true&waiting=true").text
    assert (told in page, address in page) == (True, True)
    up_to = page.split('/reading"')[0].rsplit("/console/messages/", 1)[1]
    assert browser.submit("/console/messages/readings", up_to=up_to).status_code == 303
    assert (told in browser.get("/console/").text, told in browser.get("/console/messages").text) == (False, True)
    assert "没有符合条件的消息" in text_of(browser.get("/console/messages?unread=true"))
