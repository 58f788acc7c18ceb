"""The list of volunteers in the console: of one's own communities, narrowed down by its filters, and as cheap for many as for few."""

from backend.foundation.actor import Role
from tests.console.test_demands import browser_of
from tests.support.attendance import counted_statements
from tests.support.browser import text_of
from tests.support.guardians import child, guardianship_form
from tests.support.people import volunteer_form


def test_the_list_is_of_the_viewers_own_communities_and_leads_to_the_records_that_they_open(app, street, phone_of):
    one, there = street.home.volunteer(name="李晓明"), street.next.volunteer(name="赵晓明")
    browser, district = browser_of(app), browser_of(app, "639999", role=Role.DISTRICT_OFFICER)
    with counted_statements() as few:
        listed = browser.get("/console/volunteers")
    assert (one.volunteer_number in listed.text, there.volunteer_number in listed.text, "李晓明" in listed.text) == (True, False, False)
    assert (f"/console/people/{one.person_id}" in listed.text, "/console/volunteers" in browser.get("/console/").text) == (True, True)
    of_district = district.get("/console/volunteers")
    assert (one.volunteer_number in of_district.text, "/console/people/" in of_district.text) == (True, False), "who opens no record"
    ward, minor = child(16), phone_of("child")
    street.home.mother.made("/guardianships", guardianship_form(street, ward))
    minor.made("/volunteers", volunteer_form(street, **ward))
    record, in_street = f"/console/people/{minor.seen('/me')['person']['id']}", browser_of(app, "639999001", role=Role.STREET_OFFICER)
    opens = {one: (record in one.get("/console/volunteers").text, one.get(record).status_code) for one in (browser, in_street)}
    assert opens == {browser: (False, 403), in_street: (True, 200)}, "a minor's only to the street, and no link that is refused"
    only = district.get(f"/console/volunteers?community_id={street['团结社区']}&q=&since=&until=")
    assert (one.volunteer_number in only.text, there.volunteer_number in only.text) == (False, True)
    assert "没有符合条件的志愿者" in text_of(browser.get("/console/volunteers?q=V1999000000"))
    wrong = browser.get("/console/volunteers?q=13800001234")
    assert (wrong.status_code, one.volunteer_number in wrong.text) == (422, False)
    street.home.volunteer(name="钱晓明")
    with counted_statements() as many:
        browser.get("/console/volunteers")
    assert (len(few), len(many) <= 6) == (len(many), True)
