"""补录活动 in the console: what one officer entered is decided by another, who sees who served and what proves it."""

import pytest

from backend.foundation.actor import Role
from tests.console.test_demands import browser_of
from tests.console.test_teams import sent
from tests.support.attendance import counted_statements
from tests.support.browser import Browser, led_to, text_of
from tests.support.late_entries import past_form

TO_DECIDE = "/console/late-entries?status=submitted&for_me=true"


@pytest.fixture
def browser(app, street) -> Browser:
    return browser_of(app)


@pytest.fixture
def entry(street) -> dict[str, object]:
    """By an officer of 和平社区 who is somebody else than sits before the browser."""
    volunteer = street.home.volunteer(name="王志愿")
    return street.home.officer.made("/late-entries", past_form(street["和平社区"], volunteer.volunteer_number, "王志愿"))


def address(entry, rest: str = "") -> str:
    return f"/console/late-entries/{entry['id']}{rest}"


def test_what_waits_is_approved_by_a_second_officer_and_counts(app, browser, entry):
    assert f'href="{TO_DECIDE}"'.replace("&", "&amp;") in browser.get("/console/").text
    assert f'href="{address(entry)}"' in browser.get(TO_DECIDE).text
    with counted_statements() as statements:
        page = browser.get(address(entry))
    assert len(statements) <= 16
    told = text_of(page)
    assert [said for said in ("夜里突降大雪", "签到表只有纸质原件", "王**", "没有上传", "批准") if said not in told] == []
    assert "1人参加" in text_of(browser.get(address(entry, "/approval")))
    assert led_to(sent(browser, address(entry, "/approval"))) == address(entry)
    assert "已批准" in text_of(browser.get(address(entry)))
    again = sent(browser, address(entry, "/refusal"), reason="签到表上没有此人")
    assert (again.status_code, "没有等您审批的补录活动" in text_of(browser.get(TO_DECIDE))) == (409, True)
    assert browser_of(app, "639999001002").get(address(entry)).status_code == 404


def test_it_is_refused_with_a_reason_and_nothing_counts(browser, entry, street):
    unsaid = sent(browser, address(entry, "/refusal"))
    assert (unsaid.status_code, "理由：必填" in text_of(unsaid)) == (422, True)
    assert led_to(sent(browser, address(entry, "/refusal"), reason="签到表上没有此人")) == address(entry)
    assert all(said in text_of(browser.get(address(entry))) for said in ("未批准", "签到表上没有此人"))
    assert street.home.officer.seen("/services")["items"] == []


def test_who_may_only_look_is_offered_nothing_and_what_is_unproven_is_not_approved(app, browser, street):
    volunteer = street.home.volunteer(name="王志愿")
    form = past_form(street["和平社区"], volunteer.volunteer_number, "王志愿", no_file_because=None)
    unproven = street.home.officer.made("/late-entries", form)
    page = browser.get(address(unproven))
    assert ("/approval" in page.text, "/refusal" in page.text, "还没有上传证明材料" in text_of(page)) == (False, True, True)
    assert sent(browser, address(unproven, "/approval")).status_code == 409
    district = browser_of(app, "639999", role=Role.DISTRICT_OFFICER)
    assert ("/refusal" in district.get(address(unproven)).text, sent(district, address(unproven, "/refusal"), reason="不").status_code) == (
        False,
        403,
    )
