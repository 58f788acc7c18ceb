"""A team in the console: what waits is reviewed from its list, with reasons from a short list; it is renamed, handed over and dissolved by
who decides on it, who is told before what ends with it."""

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from backend.foundation.actor import Role
from backend.foundation.database import db
from backend.teams.models import Team, TeamChange, TeamStatus
from tests.console.test_demands import browser_of
from tests.support.attendance import Visit, counted_statements
from tests.support.browser import Browser, led_to, text_of
from tests.support.guardians import child, guardianship_form
from tests.support.people import volunteer_form
from tests.support.teams import active_team, applied_team, join_team

TO_REVIEW = "/console/teams?status=applied&for_me=true"


@pytest.fixture
def browser(app, street) -> Browser:
    return browser_of(app)


def address(team, rest: str = "") -> str:
    return f"/console/teams/{team['id']}{rest}"


def sent(browser: Browser, path: str, **fields: str):
    return browser.submit(path, submission_key=str(uuid4()), **fields)


def status_of(team) -> TeamStatus:
    db.session.rollback()
    return db.session.scalars(select(Team.status).where(Team.id == UUID(team["id"]))).one()


def last_reason(team) -> str | None:
    of_team = select(TeamChange.reason).where(TeamChange.team_id == UUID(team["id"]))
    return db.session.scalars(of_team.order_by(TeamChange.at.desc(), TeamChange.id.desc())).first()


def test_what_waits_is_returned_for_a_reason_from_the_list_and_accepted_when_it_comes_again(browser, leader, street):
    team = applied_team(leader, street, name="银龄互助队")
    assert f'href="{TO_REVIEW}"'.replace("&", "&amp;") in browser.get("/console/").text
    assert f'href="{address(team)}"' in browser.get(TO_REVIEW).text
    opened = browser.get(address(team))
    assert all(said in text_of(opened) for said in ("银龄互助队", "待审核", "申请人", "公益服务", "同意成立", "退回"))
    assert "解散" not in text_of(opened)

    asked = browser.get(address(team, "/return"))
    assert all(said in text_of(asked) for said in ("由申请人修改", "请选择", "章程或者服务宗旨不完整"))
    for fields, said in (({}, "原因：必填"), ({"cause": "other"}, "选“其他”的，请写明"), ({"cause": "other", "reason": "x" * 501}, "理由")):
        refused = sent(browser, address(team, "/return"), **fields)
        assert (refused.status_code, said in text_of(refused), status_of(team)) == (422, True, TeamStatus.APPLIED)
    assert 'value="other" selected' in refused.text, "nothing typed is lost"

    assert led_to(sent(browser, address(team, "/return"), cause="charter", reason="请写明服务对象")) == address(team)

    assert (status_of(team), last_reason(team)) == (TeamStatus.RETURNED, "章程或者服务宗旨不完整：请写明服务对象")
    assert "章程或者服务宗旨不完整：请写明服务对象" in text_of(browser.get(address(team)))
    late = sent(browser, address(team, "/return"), cause="name")
    assert (late.status_code, "该申请已经处理" in text_of(late)) == (409, True)
    leader.made(f"/teams/{team['id']}/application", {"name": "银龄互助队", "category": "legal", "charter": "每周看望独居老人。"})
    assert led_to(sent(browser, address(team, "/acceptance"))) == address(team)
    assert status_of(team) is TeamStatus.ACTIVE
    assert "没有等您办理的服务队" in text_of(browser.get(TO_REVIEW))
    told = text_of(browser.get(address(team, "/history")))
    assert [said in told for said in ("已成立", "已退回：章程或者服务宗旨不完整")] == [True, True]


def test_an_application_whose_leader_is_gone_is_not_accepted_but_returned(browser, street):
    leader = street.home.volunteer(name="孙队长")
    team = applied_team(leader, street)
    leader.post("/me/volunteer/leaving", {})
    opened = text_of(browser.get(address(team)))
    assert ("队长人选已不是注册志愿者" in opened, "同意成立" in opened, "退回" in opened) == (True, False, True)
    refused = sent(browser, address(team, "/acceptance"))
    assert (refused.status_code, status_of(team)) == (409, TeamStatus.APPLIED)


def test_who_is_to_lead_is_named_among_the_members_and_a_new_name_keeps_the_old_in_the_history(browser, leader, officer, street, phone_of):
    team = active_team(leader, officer, street, name="快递小哥队")
    volunteer = street.home.volunteer(name="李晓明")
    member = join_team(volunteer, leader, team["id"])
    members = browser.get(address(team, "/members"))
    assert ("队长" in text_of(members), members.text.count("指定为队长</a>")) == (True, 1), "who leads is not offered"
    naming = address(team, f"/members/{member['id']}/leadership")
    assert volunteer.volunteer_number in text_of(browser.get(naming)), "of several by the same mask, this one"

    assert led_to(sent(browser, naming)) == address(team)

    again = sent(browser, naming)
    assert (again.status_code, "该队员已经是队长" in text_of(again)) == (409, True)
    unnamed = sent(browser, address(team, "/renaming"), name="", reason="统一名称")
    assert (unnamed.status_code, "新的队名：" in text_of(unnamed), "姓名" in text_of(unnamed)) == (422, True, False)
    assert led_to(sent(browser, address(team, "/renaming"), name="骑手先锋队", reason="统一名称")) == address(team)
    told = text_of(browser.get(address(team, "/history")))
    assert all(said in told for said in ("骑手先锋队", "更换队长", "原名“快递小哥队”：统一名称"))
    assert browser.get(address(team, f"/members/{uuid4()}/leadership")).status_code == 404

    ward, minor = child(16), phone_of("child")
    street.home.mother.made("/guardianships", guardianship_form(street, ward))
    minor.made("/volunteers", volunteer_form(street, **ward))
    young = join_team(minor, volunteer, team["id"])
    members = browser.get(address(team, "/members"))
    offered = [f"{one['id']}/leadership" in members.text for one in (young, member)]
    assert (offered, members.text.count("指定为队长</a>")) == ([False, False], 1), "who is no adult is not offered either"
    stranger = street.next.volunteer(name="周晓明")
    join_team(stranger, volunteer, team["id"])
    members = browser.get(address(team, "/members"))
    assert [said in members.text for said in (stranger.volunteer_number, "—")] == [False, False], (
        "no word for a number that is not theirs to see"
    )
    refused = browser.get(address(team, f"/members/{young['id']}/leadership"))
    assert (refused.status_code, "未满18周岁" in text_of(refused)) == (403, True)
    wrong = browser.get(address(team, "/members?since=2023-13-01"))
    assert (wrong.status_code, "指定为队长" in wrong.text) == (422, False)


def test_where_a_team_has_no_leader_the_community_answers_who_asks_to_join(app, browser, officer, street):
    leader = street.home.volunteer(name="孙队长")
    team = active_team(leader, officer, street)
    leader.post(f"/teams/{team['id']}/departure")
    wishes = [street.home.volunteer(name=name).made(f"/teams/{team['id']}/join-requests") for name in ("李晓明", "钱晓明")]
    paths = [address(team, f"/join-requests/{wish['id']}") for wish in wishes]
    assert 'href="/console/join-requests"' in browser.get("/console/").text
    assert "没有队长" in text_of(browser.get(address(team)))
    waiting = browser.get("/console/join-requests")
    assert [f'action="{path}/acceptance"' in waiting.text for path in paths] == [True, True]
    neighbours = browser_of(app, "639999001002")
    assert paths[0] not in neighbours.get("/console/join-requests").text
    assert [sent(neighbours, f"{paths[0]}{end}", reason="x").status_code for end in ("/acceptance", "/refusal")] == [403, 403]

    assert led_to(sent(browser, f"{paths[0]}/acceptance")) == "/console/join-requests"
    again = sent(browser, f"{paths[0]}/acceptance")
    assert (again.status_code, "该入队申请已经处理" in text_of(again), f"{paths[1]}/acceptance" in again.text) == (409, True, True)
    assert "钱**申请加入" in text_of(browser.get(f"{paths[1]}/refusal"))
    assert sent(browser, f"{paths[1]}/refusal").status_code == 422
    assert led_to(sent(browser, f"{paths[1]}/refusal", reason="人数已满")) == "/console/join-requests"
    assert browser.get(f"{paths[1]}/refusal").status_code == 409
    assert "没有等您答复的入队申请" in text_of(browser.get("/console/join-requests"))
    assert officer.seen(f"/teams/{team['id']}")["member_count"] == 1


def test_before_a_team_is_dissolved_it_is_said_what_ends_with_it(app, street, pass_time):
    visit = Visit(street)
    team = {"id": visit.team_id}
    street.home.volunteer(name="钱申请").made(f"/teams/{visit.team_id}/join-requests")
    browser = browser_of(app)
    naming = re.findall(r'href="([^"]+/leadership)"', browser.get(address(team, "/members")).text)[0]
    said = text_of(browser.get(address(team, "/dissolution")))
    assert all(words in said for words in ("2名队员今天退队", "1个入队申请不再接收", "1个认领取消", "不能恢复")), said

    assert led_to(sent(browser, address(team, "/dissolution"), cause="idle")) == address(team)

    assert (status_of(team), last_reason(team)) == (TeamStatus.DISSOLVED, "长期没有开展服务")
    late = sent(browser, naming)
    assert (late.status_code, "目前不在服务中" in text_of(late)) == (409, True), "it was dissolved while somebody was named"
    late = browser.get(address(team, "/dissolution"))
    assert (late.status_code, "目前不在服务中" in text_of(late)) == (409, True)


def test_the_lists_are_of_the_viewers_own_communities_and_narrowed_down_by_their_filters(app, browser, leader, officer, neighbour, street):
    here = active_team(leader, officer, street, name="和平互助队", category="legal")
    there = active_team(leader, neighbour, street, community="团结社区", name="团结互助队")
    at_home, in_street = browser.get("/console/teams"), browser_of(app, "639999001", role=Role.STREET_OFFICER)
    assert (here["id"] in at_home.text, there["id"] in at_home.text, 'name="community_id"' in at_home.text) == (True, False, False)
    of_street = in_street.get("/console/teams?q=互助&sort=name&category=&community_id=")
    assert (here["id"] in of_street.text, there["id"] in of_street.text, "全部社区" in of_street.text) == (True, True, True)
    narrowed = in_street.get(f"/console/teams?community_id={street['团结社区']}")
    assert (here["id"] in narrowed.text, there["id"] in narrowed.text) == (False, True)
    assert "没有符合条件的服务队" in text_of(browser.get("/console/teams?category=skills"))
    assert "没有已解散的服务队" in text_of(browser.get("/console/teams?status=dissolved"))
    wrong = in_street.get(f"/console/teams?category=legal&community_id={street['团结社区']}&sort=name&q=13800001234")
    chosen = re.findall(r'<option value="([^"]+)" selected>', wrong.text)
    assert (wrong.status_code, here["id"] in wrong.text) == (422, False)
    assert chosen == ["legal", street["团结社区"], "name"], "a filter that is refused loses nothing of the others"
    assert 'id="category"' in wrong.text, "the summary's link leads to the field"

    neighbours = browser_of(app, "639999001002")
    assert here["id"] not in neighbours.get("/console/teams").text
    assert "更名" not in text_of(neighbours.get(address(here))), "it is public, and theirs to see only"
    for side in ("/members", "/history", "/renaming", "/dissolution"):
        assert neighbours.get(address(here, side)).status_code == 403
    assert sent(neighbours, address(here, "/dissolution"), cause="idle").status_code == 403
    assert status_of(here) is TeamStatus.ACTIVE


def test_the_pages_send_as_many_statements_for_many_as_for_one(browser, leader, officer, street):
    team = active_team(leader, officer, street, name='<script>alert(1)</script>"')
    most = {"/console/teams": 6, address(team): 7, address(team, "/members"): 9, address(team, "/history"): 7}

    def sent_by(page: str) -> int:
        with counted_statements() as statements:
            assert "<script>" not in browser.get(page).text
        return len(statements)

    few = {page: sent_by(page) for page in most}
    for name in ("赵晓明", "钱晓明", "孙晓明"):
        join_team(street.home.volunteer(name=name), leader, team["id"])
        active_team(leader, officer, street)
    assert {page: sent_by(page) for page in most} == few
    assert {page: number for page, number in few.items() if number > most[page]} == {}


def test_the_page_to_which_a_form_leads_says_once_that_it_is_done(browser, street):
    team = applied_team(street.home.volunteer(), street)
    assert "操作成功" not in browser.get(address(team)).text
    assert sent(browser, address(team, "/return")).status_code == 422
    assert "操作成功" not in browser.get(address(team)).text, "what was refused is not done"
    led_to(sent(browser, address(team, "/acceptance")))
    assert ['role="status">操作成功' in browser.get(address(team)).text for _ in range(2)] == [True, False]
