"""A street brings its teams with who leads them and their members, and the leader who comes by WeChat later leads."""

from datetime import date
from uuid import UUID

from backend.consumers import CONSUMERS
from backend.foundation import clock, life, outbox
from backend.foundation.paging import PageRequest
from backend.teams.models import TeamChange
from tests.imports.test_volunteers import number_of, someone
from tests.support.recoveries import seen


def told_all() -> None:
    while sum(outbox.deliver_batch(consumer, now=clock.now()) for consumer in CONSUMERS):
        pass


def figures(officer, year):
    told_all()
    return {figure["code"]: figure["value"] for figure in officer.seen(f"/figures/{year}")["figures"]}


def card(row):
    return {"name": row["name"], "id_number": row["id_number"]}


def test_teams_and_members_are_entered_known_again_and_undone(street, street_officer, officer, brought, ejia, phone_of):
    leader, member, other = someone(name="钱队长"), someone(), someone(name="孙无名")
    brought("volunteers", [leader, member])
    team = {"team": "红星服务队", "community": "和平社区", "category": "公益服务", "founded_on": date(2019, 3, 1), "charter": "帮助邻里"}
    rows = [team | card(leader), team | card(leader), team | card(other) | {"team": "蓝星队"}, team | card(member) | {"category": "别的"}]
    teams = brought("teams", rows, name="teams")
    assert "已导入1行，已有1行，不能导入2行" in teams.output, teams.output
    joined = {"team": "红星服务队", "community": "和平社区", "joined_on": "2020/2/3"}
    members = [
        joined | card(member),
        joined | card(leader),
        joined | card(other),
        joined | card(member) | {"team": "没有的队"},
        joined | card(member) | {"joined_on": "2018/2/3"},
    ]
    entered = brought("team_members", members, name="members")
    assert "已导入1行，已有1行，不能导入3行" in entered.output, entered.output
    assert "A5  队名：该社区没有这支服务队，请先导入服务队" in entered.output
    assert (figures(street_officer, 2019)["teams"], figures(street_officer, 2020)["volunteers_in_teams"]) == (1, 2)

    recovery = phone_of("leader-anew").made("/account-recoveries", card(leader))["id"]
    officer.made(f"/account-recoveries/{recovery}/confirmation", seen(recovery))
    street_officer.made(f"/account-recoveries/{recovery}/approval")
    told_all()
    roles = {role["role"] for role in phone_of("leader-anew").seen("/me")["roles"]}
    assert roles == {"volunteer", "team_leader"}

    assert "import_in_use" in ejia("import", "undo", number_of(teams)).output, "somebody belongs to the team"
    assert ejia("import", "undo", number_of(entered)).exit_code == 0
    assert ejia("import", "undo", number_of(teams)).exit_code == 0
    assert (figures(street_officer, 2019)["teams"], figures(street_officer, 2020)["volunteers_in_teams"]) == (0, 0)
    assert "team_leader" not in {role["role"] for role in phone_of("leader-anew").seen("/me")["roles"]}
    (gone,) = officer.seen("/teams", status="dissolved")["items"]
    steps = life.steps_of(TeamChange, UUID(gone["id"]), page=PageRequest(1)).items
    assert (officer.seen(f"/teams/{gone['id']}")["reason"], steps[0].reason) == ("导入已撤销", "导入已撤销"), "a sentence, no code"
