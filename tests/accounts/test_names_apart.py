"""No two names of a kind look alike: log-ins everywhere, teams and organisations in a community. What Chinese names need is taken."""

import pytest

from backend.foundation.actor import Role
from backend.foundation.skeletons import skeleton
from tests.support.organisations import organisation_plan
from tests.support.phone import refused
from tests.support.teams import team_plan

NAME = "一心互助队1号"
LOOKS_ALIKE = {
    "variation selector": "一心\U000e0100互助队1号",
    "blank": "一心 互助队1号",
    "letter for a digit": "一心互助队l号",
    "full width": "一心互助队１号",
    "long-vowel mark": "ー心互助队1号",
    "selector": "一心\ufe0f互助队1号",
}
UNSEEN = [*"\u200b\u200d\u2060\u00ad\ufeff\u3164\u2800\ufffe\U000e0041\U000f0000\ufdd0\U0001fffe"]


def test_a_team_that_looks_like_another_one_is_refused_in_its_community_and_not_elsewhere(street):
    here, leader = street["和平社区"], street.home.volunteer()
    leader.made("/teams", team_plan(community_id=here, name=NAME))
    for what, name in LOOKS_ALIKE.items():
        assert refused(leader.post("/teams", team_plan(community_id=here, name=name))) == (409, "team_name_taken"), what
    for unseen in UNSEEN:
        assert refused(leader.post("/teams", team_plan(community_id=here, name=f"{NAME}{unseen}"))) == (422, "invalid"), ascii(unseen)
    for alone in [*UNSEEN, "\ufe0f", "\u180b"]:
        assert refused(leader.post("/teams", team_plan(community_id=here, name=alone))) == (422, "invalid"), ascii(alone)
    leader.made("/teams", team_plan(community_id=here, name="AA互助队"))
    for alike in ["АА互助队", "ＡＡ互助队", "ＡА互助队"]:
        assert refused(leader.post("/teams", team_plan(community_id=here, name=alike))) == (409, "team_name_taken"), alike
    assert leader.post("/teams", team_plan(community_id=here, name="一心互助队2号")).status_code == 201
    assert street.next.volunteer().post("/teams", team_plan(community_id=street["团结社区"], name=NAME)).status_code == 201


def test_an_application_that_is_sent_again_does_not_come_to_look_like_another_one(street, officer):
    here, leader = street["和平社区"], street.home.volunteer()
    leader.made("/teams", team_plan(community_id=here, name=NAME))
    team = leader.made("/teams", team_plan(community_id=here, name="同心队"))
    officer.made(f"/teams/{team['id']}/return", {"reason": "请改名称"})
    again = leader.post(f"/teams/{team['id']}/application", team_plan(name=LOOKS_ALIKE["blank"]))
    assert refused(again) == (409, "team_name_taken")


def test_an_organisation_that_looks_like_another_one_is_refused(street):
    here, head = street["和平社区"], street.home.person()
    head.made("/organisations", organisation_plan(community_id=here, name="青山服务中心"))
    again = head.post("/organisations", organisation_plan(community_id=here, name="青山服务中心\U000e0100"))
    assert refused(again) == (409, "organisation_name_taken")
    elsewhere = organisation_plan(community_id=street["团结社区"], name="青山服务中心")
    assert head.post("/organisations", elsewhere).status_code == 201


@pytest.mark.parametrize("name", ["HEPiNG.1i", "heping.ii", "heping.li"])
def test_a_login_name_that_looks_like_another_one_is_refused(street, ejia, name):
    add = ("create-account", "heping.1i", "--role", Role.GRID_WORKER.value, "--area", "639999001001", "--password-stdin")
    assert ejia(*add, stdin="Correct-Horse-7\n").exit_code == 0
    again = ejia("create-account", name, *add[2:], stdin="Correct-Horse-7\n")
    looks_alike = skeleton(name) == skeleton("heping.1i")
    assert (again.exit_code, "login_name_taken" in again.stderr) == ((1, True) if looks_alike else (0, False)), again.output
    assert looks_alike == (name != "heping.ii")


RARE = ["𠮷祥队", "㭎队", "𬱖队", "龘龘队", "〇号队", "鿍队", "阿依古丽·买买提队"]


def test_characters_that_chinese_names_need_are_taken_and_are_not_one_another(street):
    leader = street.home.volunteer()
    for name in RARE[:5]:
        assert leader.made("/teams", team_plan(community_id=street["和平社区"], name=name))["name"] == name
    assert len({skeleton(name) for name in [*RARE, "吉祥队"]}) == len(RARE) + 1
    assert street.home.person(name="𠮷田·玉").seen("/me")["person"]["name"]
