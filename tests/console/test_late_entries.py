"""补录活动 in the console: what one officer entered is decided by another, who sees who served and what proves it."""

import io
from uuid import uuid4

import pytest

from backend.foundation.actor import Role
from tests.console.test_demands import browser_of
from tests.console.test_teams import sent
from tests.support.attendance import counted_statements
from tests.support.browser import Browser, led_to, text_of
from tests.support.late_entries import past_form
from tests.support.operations import A_FILE
from tests.support.teams import active_team

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


def form_of(street, people: str, **more: str) -> dict[str, str]:
    form = past_form(street["和平社区"], "", "", no_file_because=None)
    return {name: value for name, value in form.items() if isinstance(value, str)} | {"people": people} | more


def test_it_is_filled_in_with_who_served_one_to_a_line_and_then_proven(app, street, officer, pass_time):
    leader, alone = street.home.volunteer(name="王志愿"), street.home.volunteer(name="李志愿")
    team = active_team(leader, officer, street)
    pass_time(days=2)  # they were of the team on the day before
    browser = browser_of(app)
    assert 'href="/console/late-entries/new"' in browser.get("/console/late-entries").text
    people = f"{leader.volunteer_number} 王志愿 90 {team['name']}\n\n{alone.volunteer_number}，李志愿，60"
    answer = sent(browser, "/console/late-entries/new", **form_of(street, people))
    assert answer.status_code == 303, text_of(answer)
    entry = led_to(answer)
    page = browser.get(entry)
    assert [said for said in (team["name"], "90", "个人", "60", "没有上传") if said not in text_of(page)] == []
    for _ in range(2):  # the same file again is no second one
        proof = browser.submit(f"{entry}/proofs", submission_key=str(uuid4()), file=(io.BytesIO(A_FILE), "签到表.pdf"))
        assert led_to(proof) == entry
    told = text_of(browser.get(entry))
    assert ("第1份" in told, "第2份" in told) == (True, False)
    second = browser_of(app)
    assert f"{entry}/proofs" not in second.get(entry).text.replace(f"{entry}/proofs/", ""), "only who filled it in brings more"
    assert led_to(sent(second, f"{entry}/approval")) == entry
    assert len(officer.seen("/services")["items"]) == 2
    late = browser.submit(f"{entry}/proofs", submission_key=str(uuid4()), file=(io.BytesIO(A_FILE + b" "), "补充.pdf"))
    assert (late.status_code, "第2份" in text_of(browser.get(entry))) == (409, False)


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ("V00009999 王志愿 90", "第1行，志愿者编号："),
        ("{number} 王志愿", "第1行，分钟："),
        ("{number} 王志愿 0", "第1行，分钟："),
        ("{number} 王志愿 九十", "第1行，分钟："),
        ("{number} 王志愿 90 没有这支队", "第1行：没有名为“没有这支队”的"),
        ("{number} 王志愿 90\n{number} 王志愿 30", "第2行"),
        ("{number} 张冒名 90", "第1行，志愿者编号："),
    ],
)
def test_what_is_wrong_in_a_line_is_said_of_the_line_and_nothing_is_entered(browser, street, people, said):
    typed = people.format(number=street.home.volunteer(name="王志愿").volunteer_number)
    refused = sent(browser, "/console/late-entries/new", **form_of(street, typed))
    assert (refused.status_code, said in text_of(refused)) == (422, True), text_of(refused)
    assert f">{typed}</textarea>" in refused.text.replace("\r\n", "\n"), "nothing typed is lost"
    assert "没有补录活动" in text_of(browser.get("/console/late-entries"))


def test_an_empty_form_says_what_is_needed(browser):
    refused = sent(browser, "/console/late-entries/new")
    assert (refused.status_code, "参加的人：必填" in text_of(refused)) == (422, True)


def test_what_brings_no_file_or_another_kind_is_refused_on_the_page(browser, street):
    number = street.home.volunteer(name="王志愿").volunteer_number
    entry = led_to(sent(browser, "/console/late-entries/new", **form_of(street, f"{number} 王志愿 90")))
    for content, said in ((b"", "请选择文件"), (b"MZ\x90", "")):
        answer = browser.submit(f"{entry}/proofs", submission_key=str(uuid4()), file=(io.BytesIO(content), "签到表.pdf"))
        assert (answer.status_code, said in text_of(answer), "没有上传" in text_of(answer)) == (422, True, True)
