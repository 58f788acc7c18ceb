"""An elder is visited twice a week for a month: asked for once, published anew for each visit; each is seen in its place."""

from tests.end_to_end.days.people import Folk, found, lines

VISITS = 8
BETWEEN = (3, 4)
"""Days from one visit to the next, in turn."""


def test_an_elder_who_is_visited_twice_a_week_for_a_month_is_typed_once(folk: Folk) -> None:
    officer, leader, member = folk.officer, folk.volunteer("李队长"), folk.volunteer("王志愿")
    team, called = folk.team(leader, member), f"周奶奶{folk.mark}"
    officer.made("/beneficiaries", folk.elder("周") | {"called": called, "area_id": folk.home})
    elder = found(officer, "/beneficiaries", called=called)
    ends_on = (folk.town.now() + folk.days(60)).date().isoformat()
    officer.made("/arrangements", {"team_id": team["id"], "beneficiary_id": elder["id"], "cause": "长期结对", "ends_on": ends_on})
    printed = officer.made(f"/beneficiaries/{elder['id']}/door-code")
    wanted = {"brand": "door_knock", "title": f"看望{called}", "details": "聊聊天", "community_id": folk.home}
    demand = folk.published(officer.made("/demands", wanted | {"beneficiary_id": elder["id"]}))

    for visit in range(VISITS):
        line = found(leader, "/demands", {"number": demand["number"]}, title=demand["title"])
        assert leader.made("/claims", {"role_id": line["role_id"], "team_id": team["id"]})["status"] == "held", "the team is arranged"
        shift = found(member, "/me/shifts", {"demand_number": demand["number"]})
        for step in ("sign-in", "sign-out"):
            member.made(f"/shifts/{shift['id']}/{step}", {"code": printed["text"]})
            folk.later(minutes=30)
        record = found(officer, "/services", {"demand_number": demand["number"]})
        officer.made(f"/services/{record['fact_id']}/confirmation")
        officer.made(f"/demands/{demand['id']}/completion")
        if visit + 1 < VISITS:
            starts_at = folk.later(days=BETWEEN[visit % 2])
            window = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + folk.hours(2)).isoformat()}
            demand = officer.made(f"/demands/{demand['id']}/publication-again", window)

    visits = lines(officer, "/demands/in-care", beneficiary_id=elder["id"], status="completed")
    assert len({line["number"] for line in visits}) == VISITS
    mine = [line for line in lines(member, "/me/services") if line["title"] == demand["title"]]
    assert [(line["state"], line["minutes"]) for line in mine] == [("confirmed", 30)] * VISITS
