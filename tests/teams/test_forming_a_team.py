"""A volunteer applies, the community accepts or returns, the team is there or comes again."""

from tests.support.teams import applied_team


def test_an_accepted_team_is_led_by_who_applied(leader, officer, street):
    team = applied_team(leader, street, name="银龄互助队")
    assert (team["status"], team["founded_on"], team["member_count"]) == ("applied", None, 0)
    assert [line["id"] for line in officer.seen("/teams", status="applied")["items"]] == [team["id"]]

    accepted = officer.made(f"/teams/{team['id']}/acceptance")

    assert accepted["status"] == "active"
    assert accepted["founded_on"] is not None
    assert (accepted["leader_name"], accepted["member_count"]) == ("张**", 1)
    members = leader.seen(f"/teams/{team['id']}/members")["items"]
    assert [(member["name"], member["is_leader"]) for member in members] == [("张**", True)]
    roles = leader.seen("/me")["roles"]
    assert ("team_leader", team["id"]) in [(role["role"], role["team_id"]) for role in roles]
    assert [line["id"] for line in leader.seen("/me/teams")["items"]] == [team["id"]]
